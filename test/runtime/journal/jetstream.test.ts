// Journals on real brokers, old and new, and on a set of three: they are journals.
import { afterAll, beforeAll, describe } from "vitest";
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import type { Acknowledgement } from "../../../runtime/journal/journal.ts";
import { logTokens } from "../../../runtime/store/jetstream/log-subject.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { serverPrograms } from "../../nats/server-program.ts";
import { brokerRoom, type JetStreamRoom, setRoom, world } from "../store/jetstream-room.ts";
import { itIsAJournal, type JournalScene } from "./journal-conformance.ts";

const programs = await serverPrograms();
const alone: Acknowledgement = { kind: "flush", everyMs: 120_000 };
const together: Acknowledgement = { kind: "replicated", replicas: 3, synced: false };

const places: readonly (readonly [string, () => Promise<JetStreamRoom>, Acknowledgement])[] = [
  ...programs.map((program) => [`a broker ${program.version}`, () => brokerRoom(program), alone] as const),
  ["a set of three brokers", setRoom, together],
];

const cluster = "logs";
const names = durableNames(cluster);
const stream = names.stream("journal");

describe.each(places)("On %s", (_, open, acknowledgement) => {
  let room: JetStreamRoom;
  beforeAll(async () => {
    room = await open();
  }, 60_000);
  afterAll(() => room.close());
  itIsAJournal("a journal", () => sceneOf(room, acknowledgement));
});

async function sceneOf(
  { two, manager }: JetStreamRoom,
  acknowledgement: Acknowledgement,
): Promise<JournalScene> {
  const open = () => natsStore({ connection: two, cluster, world });
  let store = open();
  await store.journal.end("any");
  return {
    get journal() {
      return store.journal;
    },
    acknowledgement,
    raw: {
      read: async (_, position) => (await manager.streams.getMessage(stream, { seq: position })).data,
      append: async (log, bytes) => {
        const subject = names.streamSubjects("journal").replace(">", logTokens(log));
        await two.jetstream().publish(subject, bytes);
      },
    },
    reopen: async () => {
      await store.close();
      store = open();
    },
    until: (promise) => promise,
    close: () => store.close(),
  };
}

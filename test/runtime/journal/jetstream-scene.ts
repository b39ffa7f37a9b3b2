// The journal of a store on a real broker, and how a test gets at the messages behind it.
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import type { Acknowledgement } from "../../../runtime/journal/journal.ts";
import { logTokens } from "../../../runtime/store/jetstream/log-subject.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { answered, type JetStreamRoom, world } from "../store/jetstream-room.ts";
import type { JournalScene } from "./journal-conformance.ts";

const cluster = "logs";
const names = durableNames(cluster);
const stream = names.stream("journal");

export async function sceneOf(
  { two, manager }: JetStreamRoom,
  acknowledgement: Acknowledgement,
): Promise<JournalScene> {
  const open = () => natsStore({ connection: two, cluster, world });
  let store = open();
  await answered(() => store.journal.end("any"));
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

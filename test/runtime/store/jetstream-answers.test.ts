// What a store makes of each answer that a broker can give to a write: somebody else answers in the place of the streams.
import type { NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { JournalFailed } from "../../../runtime/journal/failures.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { logTokens } from "../../../runtime/store/jetstream/log-subject.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { type NatsServer, natsServer } from "../../nats/nats-server.ts";
import { line, world } from "./jetstream-room.ts";
import { bytesOf } from "./told.ts";

const bucketStream = "KV_aiex-c-leases";
const logStream = "aiex-c-journal";

let server: NatsServer;
let node: NatsConnection;
let broker: NatsConnection;
let store: ClusterStore;
let asked: string[];
/** Whether everything that is asked about consumers is answered as well. */
let apiAnswers: boolean;
/** Answers to writes, one after the other; the last one stays. */
let answers: unknown[];
/** When the streams were made, for each time that somebody looks; the last one stays. */
let created: string[];

beforeAll(async () => {
  // Without streams of its own.
  server = await natsServer();
  [node, broker] = await Promise.all([line([server.url]), line([server.url])]);
});
afterAll(async () => {
  await Promise.all([node.close(), broker.close()]);
  await server.close();
});

beforeEach(async () => {
  asked = [];
  apiAnswers = true;
  created = ["2026-01-02T03:04:05.678Z"];
  const answer = (text: unknown): string => (typeof text === "string" ? text : JSON.stringify(text));
  const subscriptions = ["$KV.>", "aiex.c.log.>"].map((subject) =>
    broker.subscribe(subject, {
      callback: (_, message) => {
        asked.push(message.subject);
        message.respond(answer(answers.length > 1 ? answers.shift() : answers[0]));
      },
    }),
  );
  const nothing = { error: { code: 404, err_code: 10_037, description: "no message found" } };
  subscriptions.push(
    broker.subscribe("$JS.API.>", {
      callback: (_, message) => {
        asked.push(message.subject);
        if (message.subject.startsWith("$JS.API.STREAM.INFO."))
          message.respond(answer({ created: created.length > 1 ? created.shift() : created[0] }));
        else if (apiAnswers || !message.subject.includes("CONSUMER")) message.respond(answer(nothing));
      },
    }),
  );
  await broker.flush();
  store = natsStore({ connection: node, cluster: "c", world });
  return async () => {
    for (const subscription of subscriptions) subscription.unsubscribe();
    await broker.flush();
  };
});
afterEach(() => store.close());

function writes(): readonly string[] {
  return asked.filter((subject) => !subject.startsWith("$JS.API."));
}

function failure(code: number, number: number, description: string): object {
  return { error: { code, err_code: number, description } };
}

const inMotion = failure(400, 10_164, "wrong last sequence");
const elsewhere = failure(400, 10_071, "wrong last sequence: 7");
const leaderless = failure(503, 10_008, "JetStream system temporarily unavailable");

describe("A write that a broker answers", () => {
  it.each<readonly [string, (stream: string) => readonly unknown[], string, number]>([
    ["with its position is made", (stream) => [{ stream, seq: 7 }], "made", 1],
    ["with another position is not made", () => [elsewhere], "conflict", 1],
    [
      "while another is agreed on is tried again, and made",
      (stream) => [inMotion, inMotion, { stream, seq: 7 }],
      "made",
      3,
    ],
    ["while another is agreed on is tried again, and not made", () => [inMotion, elsewhere], "conflict", 2],
    ["without a leader is tried again, and made", (stream) => [leaderless, { stream, seq: 7 }], "made", 2],
    [
      "without a leader may be what stands there by the next try",
      () => [leaderless, elsewhere],
      "unknown",
      2,
    ],
    ["as a repeat is none of ours", (stream) => [{ stream, seq: 7, duplicate: true }], "unknown", 1],
    ["from another stream is not known", () => [{ stream: "other", seq: 7 }], "unknown", 1],
    ["without a position is not known", (stream) => [{ stream }], "unknown", 1],
    ["with no JSON is not known", () => ["+OK"], "unknown", 1],
    ["with nothing is not known", () => [""], "unknown", 1],
    ["with a number is not known", () => ["7"], "unknown", 1],
    ["with an error that is none is not known", () => [{ error: "no" }], "unknown", 1],
    [
      "while it shuts down may be made by the others",
      () => [failure(503, 10_077, "store is closed")],
      "unknown",
      1,
    ],
    [
      "with a full disk is refused",
      () => [failure(503, 10_077, "write: no space left on device")],
      "refused",
      1,
    ],
    ["with a full stream is refused", () => [failure(503, 10_077, "maximum bytes exceeded")], "refused", 1],
    [
      "with too large a message is refused",
      () => [failure(400, 10_054, "message size exceeds maximum allowed")],
      "refused",
      1,
    ],
    [
      "with the end of its storage is refused",
      () => [failure(500, 10_047, "insufficient storage resources available")],
      "refused",
      1,
    ],
  ])("%s", async (_, given, outcome, tries) => {
    answers = [...given(bucketStream)];
    const written = await store.bucket("leases").write("key", bytesOf("x"), 3);
    expect(written.kind).toBe({ made: "written", refused: "unknown" }[outcome] ?? outcome);
    expect(writes().length).toBe(tries);
    asked = [];
    answers = [...given(logStream)];
    const append = { kind: "event", epoch: 1, id: "id", payload: bytesOf("x"), expected: 0 } as const;
    const appended = await store.journal.append("log", append).catch((error: unknown) => error);
    if (outcome === "refused") expect(appended).toBeInstanceOf(JournalFailed);
    // That nothing is there, and something else, is no end to make sense of.
    else
      expect(appended).toMatchObject({ kind: { made: "appended", conflict: "unknown" }[outcome] ?? outcome });
    if (outcome !== "conflict") expect(writes().length).toBe(tries);
  });
});

describe("A stream", () => {
  it("is asked nothing while somebody makes it, and looked at once when it is there", async () => {
    const never = "0001-01-01T00:00:00Z";
    created = [never, never, "2026-01-02T03:04:05.678Z"];
    const log = store.journal;
    expect((await log.read("log", 0)).records).toEqual([]);
    await log.read("log", 0);
    const verbs = asked.map((subject) => subject.split(".").slice(3, -1).join("."));
    const looks = verbs.filter((verb) => verb === "INFO").length;
    expect(looks).toBe(3);
    expect(verbs.slice(0, looks).every((verb) => verb === "INFO")).toBe(true);
    expect(verbs.length).toBeGreaterThan(looks + 1);
  });
});

describe("A watch", () => {
  it("takes no consumer away that the broker has refused to make", async () => {
    const refusals: string[] = [];
    const deletions: string[] = [];
    const full = failure(400, 10_026, "maximum consumers limit reached");
    const api = broker.subscribe("$JS.API.CONSUMER.>", {
      callback: (_, message) => {
        (message.subject.includes("DELETE") ? deletions : refusals).push(message.subject);
        // What it could not make it cannot take away either, for whatever reason.
        message.respond(JSON.stringify(full));
      },
    });
    apiAnswers = false;
    await broker.flush();
    const stop = store.bucket("leases").watch({ entries: () => {}, changed: () => {} });
    await vi.waitFor(() => expect(refusals.length).toBeGreaterThan(2), { timeout: 10_000 });
    stop();
    await node.flush();
    await broker.flush();
    expect(deletions).toEqual([]);
    api.unsubscribe();
  });
});

describe("The subject of a log", () => {
  it("is its name in code, and where that is too long its beginning and its hash", () => {
    expect(logTokens("child-1")).toBe("child-1");
    expect(logTokens("child/pool/1")).toBe("child_2fpool_2f1");
    expect(logTokens("x".repeat(64))).toBe("x".repeat(64));
    expect(logTokens("x".repeat(65))).toMatch(/^x{24}\.[0-9a-f]{64}$/);
    expect(logTokens("ä".repeat(50))).toMatch(/^-{24}\.[0-9a-f]{64}$/);
  });

  it("is no other log's, and nothing that a broker reads as a pattern", () => {
    const names = [..." .*>/_-\0\n\r", "..", "a.b", "*.>", "x".repeat(64)].flatMap((name) => [
      name,
      name + "y".repeat(100),
      name + "y".repeat(101),
    ]);
    const tokens = names.map(logTokens);
    expect(new Set(tokens).size).toBe(names.length);
    for (const each of tokens) expect(each).toMatch(/^[A-Za-z0-9_-]{1,64}(\.[0-9a-f]{64})?$/);
  });
});

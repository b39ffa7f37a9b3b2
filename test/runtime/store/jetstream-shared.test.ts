// One broker that clusters of any name share, and one whose account may keep little: each store keeps to itself, and says what is wrong.
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimLog } from "../../../runtime/journal/claim.ts";
import { JournalFailed } from "../../../runtime/journal/failures.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { UnusableName } from "../../../runtime/wire/token.ts";
import { type NatsServer, natsServer } from "../../nats/nats-server.ts";
import { line, world } from "./jetstream-room.ts";
import { bytesOf, Told, textOf } from "./told.ts";

const config = `accounts {
  free: { jetstream: enabled, users: [{ user: free, password: free }] }
  few: { jetstream: { max_streams: 1 }, users: [{ user: few, password: few }] }
  small: { jetstream: { max_file: 20000 }, users: [{ user: small, password: small }] }
  none: { users: [{ user: none, password: none }] }
}`;

let server: NatsServer;
const connections: NatsConnection[] = [];

beforeAll(async () => {
  server = await natsServer({ jetstream: true, config });
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await server.close();
});

async function storeOf(user: string, cluster: string): Promise<ClusterStore> {
  const connection = await line([server.url], { user, pass: user });
  connections.push(connection);
  return natsStore({ connection, cluster, world });
}

const names: readonly string[] = [
  "a",
  "A",
  "a-journal",
  "a.b",
  "a b",
  "*",
  ">",
  "_",
  "ä",
  "aiex",
  "\r\nPUB x 0",
];

describe("Clusters on one broker", () => {
  it("have nothing to do with each other, whatever they are called", async () => {
    const stores = await Promise.all(names.map((cluster) => storeOf("free", cluster)));
    const told = await Promise.all(
      stores.map(async (store, number) => {
        const written = await store.bucket("names").write("key", bytesOf(`of ${number}`), 0);
        expect(written).toMatchObject({ kind: "written" });
        await claimLog(store.journal, "log", { owner: `of ${number}`, id: "c" });
        const each = new Told();
        store.bucket("names").watch(each);
        await each.until(() => each.wholes > 0);
        return each;
      }),
    );
    for (const [number, store] of stores.entries()) {
      expect(told[number]?.values()).toEqual({ key: `of ${number}` });
      const { records } = await store.journal.read("log", 0);
      expect(records.map(({ payload }) => textOf(payload))).toEqual([`of ${number}`]);
    }
    await Promise.all(stores.map((store) => store.close()));
  });

  it.each(["", "x".repeat(65), "\ud800"])("cannot be called %j", async (cluster) => {
    await expect(storeOf("free", cluster)).rejects.toThrow(UnusableName);
  });
});

describe("An account that may keep little", () => {
  it.concurrent("is told to have no room for one more stream", async () => {
    const store = await storeOf("few", "c");
    expect(await store.bucket("leases").write("key", bytesOf("x"), 0)).toMatchObject({ kind: "written" });
    const why = expect.stringMatching(/KV_aiex-c-names.*maximum/);
    const asked = [store.bucket("names").read("key"), store.bucket("names").write("key", bytesOf("x"), 0)];
    expect(await Promise.allSettled(asked)).toMatchObject([
      { status: "rejected", reason: { code: "store_unavailable", message: why } },
      { status: "fulfilled", value: { kind: "unknown", why } },
    ]);
    await store.close();
  });

  it.concurrent("is told to be full, and has what was acknowledged before", async () => {
    const store = await storeOf("small", "c");
    let { end } = await claimLog(store.journal, "log", { owner: "one", id: "c" });
    const append = { kind: "event", epoch: 1, payload: new Uint8Array(4_000) } as const;
    let failure: unknown;
    for (let number = 0; failure === undefined && number < 20; number += 1) {
      const appending = store.journal.append("log", { ...append, id: `${number}`, expected: end.position });
      const appended = await appending.catch((error: unknown) => error);
      if (appended instanceof Error) failure = appended;
      else end = { position: (appended as { position: number }).position, epoch: 1 };
    }
    expect(failure).toBeInstanceOf(JournalFailed);
    expect((failure as Error).message).toMatch(/limit|exceeded|insufficient/);
    expect(await store.journal.end("log")).toEqual(end);
    await store.close();
  });

  it.concurrent("is told to have no streams at all", async () => {
    const store = await storeOf("none", "c");
    await expect(store.bucket("leases").read("key")).rejects.toThrow(/JetStream|account/);
    await store.close();
  });
});

// Shared sessions on real brokers: as many of them keep each as context.replication_factor says, and no more than there are.
import { connect } from "nats";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { durableNames } from "../../../../runtime/broker/durable-names.ts";
import { StoreUnavailable } from "../../../../runtime/store/failures.ts";
import { natsStore } from "../../../../runtime/store/nats-store.ts";
import { natsServer } from "../../../nats/nats-server.ts";
import { type NatsSet, natsSet } from "../../../nats/nats-set.ts";
import { brokerCluster } from "../../../runtime/ownership/owned-cluster.ts";
import type { Owner } from "../../../runtime/ownership/owners.ts";
import { isAskedAll, line, world } from "../../../runtime/store/jetstream-room.ts";
import { SharedSessions } from "./shared-cluster.ts";

const stream = durableNames("test").stream("context");

/** What is told of a session for which there are too few brokers, to who adds to it and in the status. */
async function refusal(shared: SharedSessions, by: Owner): Promise<readonly [unknown, unknown]> {
  const added = await shared.add(by, "a", "x");
  expect(added.ok).toBe(false);
  const { unwritten, problem } = await shared.status(by);
  // It is there as long as the node is.
  expect(unwritten).toBe(1);
  return [added.ok ? undefined : added.message, problem];
}

describe("context.replication_factor above the number of brokers", { timeout: 120_000 }, () => {
  test("is refused by one broker: whoever adds to a session is told, and so is whoever asks for the status", async () => {
    const shared = new SharedSessions(await brokerCluster({ store: { contextReplicas: 3 } }));
    const told = await refusal(shared, await shared.start("alpha"));
    for (const words of told)
      expect(words).toMatch(
        new RegExp(`the stream ${stream} with 3 replicas cannot be made: the broker says "`),
      );
  });
});

describe("Brokers whose configuration was written before sessions were shared", { timeout: 60_000 }, () => {
  test("are told of by the name of the stream that they deny, with what to do", async () => {
    const denied = `permissions: { publish: { deny: ["$JS.API.STREAM.*.${stream}"] } }`;
    const config = `authorization { users: [{ user: node, password: secret, ${denied} }] }\n`;
    const server = await natsServer({ jetstream: true, config });
    const connection = await line([server.url], { user: "node", pass: "secret" });
    const store = natsStore({ connection, cluster: "test", world });
    onTestFinished(async () => {
      await store.close();
      await connection.close();
    });
    expect(await store.journal.end("any")).toEqual({ position: 0, epoch: 0 });
    const asked = store.context.end("session/a");
    await expect(asked).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(asked).rejects.toThrow(`denies us the stream ${stream}: `);
    await expect(asked).rejects.toThrow("aiex cluster init writes a new one");
  });
});

describe.runIf(isAskedAll)("Sessions on a set of three brokers", { timeout: 180_000 }, () => {
  let set: NatsSet;

  beforeAll(async () => {
    set = await natsSet();
  }, 60_000);
  afterAll(() => set.close());

  const ports = (): readonly number[] => set.servers.map(({ port }) => port);

  test("are refused more replicas than there are brokers", async () => {
    const shared = new SharedSessions(await brokerCluster({ ports: ports(), store: { contextReplicas: 5 } }));
    for (const words of await refusal(shared, await shared.start("alpha")))
      expect(words).toContain(`the stream ${stream} with 5 replicas cannot be made`);
  });

  test("lose nothing where the broker that leads them is killed, and their owner with it", async () => {
    const shared = new SharedSessions(await brokerCluster({ ports: ports(), store: { contextReplicas: 3 } }));
    const nodes: Owner[] = [];
    for (const name of ["alpha", "beta", "gamma"]) nodes.push(await shared.start(name));
    const [alpha] = nodes as [Owner, Owner, Owner];
    for (const name of ["x", "y", "z"])
      expect(await shared.add(alpha, "a", name)).toEqual({ ok: true, value: null });
    expect(await replicasOf(set)).toBe(3);
    const first = shared.ownerOf("a", alpha);
    const lost = nodes.find(({ node }) => node.name === first) as Owner;
    const [left, right] = nodes.filter((one) => one !== lost) as [Owner, Owner];
    const leader = await set.leaderOf(stream);
    shared.cluster.cutOff(lost);
    await set.servers[leader]?.kill();
    await set.leaderOf(stream, leader);
    await shared.cluster.eventually(() => {
      const now = shared.ownerOf("a", left);
      return now !== undefined && now !== first;
    });
    expect(await shared.entries(left, "a")).toEqual(["x", "y", "z"]);
    expect(await shared.add(right, "a", "w")).toEqual({ ok: true, value: null });
    await set.servers[leader]?.restart();
    await set.ready();
    expect(await shared.entries(right, "a")).toEqual(["w", "x", "y", "z"]);
  });
});

async function replicasOf({ urls }: NatsSet): Promise<number> {
  const connection = await connect({ servers: [...urls], ignoreClusterUpdates: true });
  try {
    return (await (await connection.jetstreamManager()).streams.info(stream)).config.num_replicas;
  } finally {
    await connection.close();
  }
}

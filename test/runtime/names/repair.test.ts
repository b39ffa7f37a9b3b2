// What a node puts right by itself of the names that it has: here, after the end of a process that had just been given one.
import { describe, expect, test } from "vitest";
import { receive } from "../../../runtime/index.ts";
import { nameKey } from "../../../runtime/names/name-record.ts";
import { pair } from "./scene.ts";

const endless = async (): Promise<void> => {
  for (;;) await receive();
};

describe("A name that is taken for a process which ends before it knows", () => {
  test("is free afterwards, and not kept by either of the two", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const first = await cluster.when(alpha.node.spawn(endless));
    const second = await cluster.when(alpha.node.spawn(endless));
    expect(await cluster.when(alpha.node.registerClusterName("leader", first))).toBe(true);
    // Its own watch tells it of the change after the answer does.
    alpha.store.lag();
    const write = alpha.store.write.bind(alpha.store);
    alpha.store.write = async (...change) => {
      const written = await write(...change);
      alpha.store.write = write;
      const ended = new Promise((resolve) => alpha.node.monitor(second, resolve));
      alpha.node.exit(second, "kill");
      await ended;
      return written;
    };
    await cluster.when(alpha.node.reregisterClusterName("leader", second));
    alpha.store.heal();
    await at.settle();
    expect([alpha, beta].map(({ node }) => node.whereClusterName("leader"))).toEqual([undefined, undefined]);
    const other = await cluster.when(beta.node.spawn(endless));
    expect(await cluster.when(beta.node.registerClusterName("leader", other))).toBe(true);
    expect(alpha.node.isAlive(first)).toBe(true);
  });
});

describe("A name that is given in a bucket which is made anew before the answer", () => {
  test("is put back, and known as what the new bucket says afterwards", async () => {
    const { at, cluster, alpha, beta } = await pair();
    // The revisions of the old bucket are far above those of the new one.
    for (let count = 0; count < 10; count += 1) {
      const pid = await cluster.when(beta.node.spawn(endless));
      expect(await cluster.when(beta.node.registerClusterName(`other ${count}`, pid))).toBe(true);
      await cluster.when(beta.node.unregisterClusterName(`other ${count}`));
    }
    const first = await cluster.when(alpha.node.spawn(endless));
    const write = alpha.store.write.bind(alpha.store);
    alpha.store.skips = true;
    alpha.store.write = async (...change) => {
      const written = await write(...change);
      alpha.store.write = write;
      at.bucket.remake();
      // Its watch tells it before the answer does.
      await at.settle();
      alpha.store.skips = false;
      return written;
    };
    expect(await cluster.when(alpha.node.registerClusterName("leader", first))).toBe(true);
    await at.settle();
    expect(await at.bucket.read(nameKey("leader"))).toBeDefined();
    const second = await cluster.when(beta.node.spawn(endless));
    expect(await cluster.when(beta.node.registerClusterName("leader", second))).toBe(false);
    await cluster.when(beta.node.reregisterClusterName("leader", second));
    await at.settle();
    expect([alpha, beta].map(({ node }) => node.whereClusterName("leader"))).toEqual([second, second]);
  });
});

// Children of cluster supervisors: one owner each, where they belong, from their last checkpoint.
import { describe, expect, test } from "vitest";
import {
  clusterNamed,
  durable,
  noReply,
  ok,
  placedChild,
  replyWith,
  saveCheckpoint,
  server,
} from "../../../runtime/index.ts";
import { owners } from "../ownership/owners.ts";

const counter = durable(
  server("counter", {
    init: (start: number | undefined) => ok(start ?? 0),
    calls: {
      value: (count: number) => replyWith(count, count),
      add: async (count: number, more: number) => {
        const next = count + more;
        await saveCheckpoint(next);
        return replyWith(next, next);
      },
      bump: (count: number) => replyWith(count + 1, count + 1),
    },
    casts: {
      crash: (): never => {
        throw new Error("as asked");
      },
      nothing: (count: number) => noReply(count),
    },
  }),
  { key: "counter", version: 1 },
);

const work = (...ids: string[]) => ({
  work: { children: ids.map((id) => placedChild(counter, { id, input: 10 })) },
});

describe("A placed child", () => {
  test("runs on one node, and answers by its name on every node", async () => {
    const { world, start, eventually, placeOf } = owners();
    const alpha = await start("alpha", { supervisors: work("one") });
    const beta = await start("beta", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", beta) !== undefined);
    expect(await world.until(beta.node.call(clusterNamed("work/one"), "add", 5))).toBe(15);
    expect(await world.until(alpha.node.call(clusterNamed("work/one"), "value"))).toBe(15);
  });

  test("starts again elsewhere from what it has saved, when its node dies", async () => {
    const { world, start, eventually, placeOf, kill, child } = owners();
    const alpha = await start("alpha", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", alpha) === "alpha");
    const beta = await start("beta", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", beta) === "alpha");
    await world.until(alpha.node.call(clusterNamed("work/one"), "add", 5));
    const killedAt = world.clock.now();
    kill(alpha);
    await eventually(() => placeOf("work/one", beta) === "beta");
    expect(world.clock.now() - killedAt).toBeLessThan(5_000);
    expect(await world.until(beta.node.call(clusterNamed("work/one"), "value"))).toBe(15);
    expect(child("work/one", beta)).toMatchObject({
      epoch: 2,
      lastMove: { from: "alpha", to: "beta", reason: "node_down" },
    });
  });

  test("is handed over when its node drains, with what it has not saved by itself", async () => {
    const { world, start, eventually, placeOf } = owners();
    const alpha = await start("alpha", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", alpha) === "alpha");
    const beta = await start("beta", { supervisors: work("one") });
    await world.until(alpha.node.call(clusterNamed("work/one"), "bump"));
    const progress = await world.until(alpha.ownership.drain({ deadlineMs: 10_000 }));
    expect(progress).toEqual({ owned: 1, left: 0, calls: 0, isDone: true, isCut: false });
    await eventually(() => placeOf("work/one", beta) === "beta");
    expect(await world.until(beta.node.call(clusterNamed("work/one"), "value"))).toBe(11);
  });

  test("is moved on request, and stays where it was asked to be", async () => {
    const { world, start, eventually, placeOf, child } = owners();
    const alpha = await start("alpha", { supervisors: work("one") });
    const beta = await start("beta", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", alpha) === "alpha");
    await world.until(beta.ownership.move("work/one", "beta"));
    expect(placeOf("work/one", beta)).toBe("beta");
    await world.advance(30_000);
    expect(child("work/one", alpha)).toMatchObject({ node: "beta", epoch: 2, lastMove: { reason: "move" } });
  });

  test("starts again on its own node after a crash, from its last checkpoint", async () => {
    const { world, start, eventually, placeOf, child } = owners();
    const alpha = await start("alpha", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", alpha) === "alpha");
    await world.until(alpha.node.call(clusterNamed("work/one"), "add", 1));
    const before = child("work/one", alpha)?.pid;
    alpha.node.cast(clusterNamed("work/one"), "crash");
    await eventually(() => {
      const pid = child("work/one", alpha)?.pid;
      return pid !== undefined && pid.id !== before?.id;
    });
    expect(await world.until(alpha.node.call(clusterNamed("work/one"), "value"))).toBe(11);
  });

  test("rests on a node that is cut off, and goes on where nothing was taken", async () => {
    const { world, start, store, eventually, placeOf } = owners();
    const alpha = await start("alpha", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", alpha) === "alpha");
    store.cut("alpha");
    await eventually(() => alpha.ownership.state === "suspended");
    expect(alpha.node.whereClusterName("work/one")).toBeUndefined();
    store.heal("alpha");
    await eventually(() => alpha.ownership.state === "held");
    expect(await world.until(alpha.node.call(clusterNamed("work/one"), "value"))).toBe(10);
  });

  test("has one owner at most: the one that was cut off has let go before another begins", async () => {
    const { world, start, store, eventually, placeOf, kill } = owners();
    void kill;
    const alpha = await start("alpha", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", alpha) === "alpha");
    const beta = await start("beta", { supervisors: work("one") });
    await eventually(() => placeOf("work/one", beta) === "alpha");
    store.cut("alpha");
    await eventually(() => placeOf("work/one", beta) === "beta");
    expect(alpha.ownership.state).toBe("suspended");
    store.heal("alpha");
    await eventually(() => alpha.ownership.state === "held");
    await world.advance(2_000);
    expect(alpha.node.processes().filter((pid) => alpha.node.processInfo(pid)?.logic === "counter")).toEqual(
      [],
    );
    expect(placeOf("work/one", alpha)).toBe("beta");
  });

  test("is spread: a node that joins takes its share, one child after the other", async () => {
    const { start, eventually, all, placeOf } = owners();
    const ids = ["a", "b", "c", "d", "e", "f"];
    await start("alpha", { supervisors: work(...ids) });
    await eventually(() => ids.every((id) => placeOf(`work/${id}`, all[0] as never) === "alpha"));
    const beta = await start("beta", { supervisors: work(...ids) });
    const onBeta = (): number => ids.filter((id) => placeOf(`work/${id}`, beta) === "beta").length;
    await eventually(() => onBeta() === 3);
  });
});

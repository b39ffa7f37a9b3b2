// The end of a node that hands over what it owns first, with an owner that is data.
import { describe, expect, it } from "vitest";
import type { Owned } from "../../../actors/control/owned.ts";
import { type SimulatedWorld, simulatedWorld } from "../../../runtime/index.ts";
import type { DrainProgress } from "../../../runtime/ownership/report.ts";
import { clusterLimits } from "../../../supervisors/cluster/limits.ts";
import { Retirement } from "../../../supervisors/cluster/retirement.ts";

interface Scene {
  readonly world: SimulatedWorld;
  readonly retirement: Retirement;
  readonly deadlines: number[];
  readonly begun: () => number;
  readonly ended: () => number;
  finish(outcome: DrainProgress): void;
  fail(error: unknown): void;
}

const half = { owned: 4, left: 2, calls: 1, isDone: false, isCut: false };
const whole = { owned: 4, left: 0, calls: 0, isDone: true, isCut: false };

function scene({ isAlone = false } = {}): Scene {
  const world = simulatedWorld();
  const deadlines: number[] = [];
  const counts = { begun: 0, ended: 0 };
  const settle: { finish: (outcome: DrainProgress) => void; fail: (error: unknown) => void } = {
    finish: () => undefined,
    fail: () => undefined,
  };
  const settled = new Promise<DrainProgress>((resolve, reject) => {
    Object.assign(settle, { finish: resolve, fail: reject });
  });
  const owned = {
    drain: ({ deadlineMs }: { readonly deadlineMs: number }) => {
      deadlines.push(deadlineMs);
      return settled;
    },
    drainProgress: () => half,
  } as unknown as Owned;
  const retirement = new Retirement({
    world,
    owned: () => (isAlone ? undefined : owned),
    onBegin: () => {
      counts.begun += 1;
    },
    onEnd: () => {
      counts.ended += 1;
    },
  });
  return {
    ...{ world, retirement, deadlines, ...settle },
    begun: () => counts.begun,
    ended: () => counts.ended,
  };
}

describe("A retirement", () => {
  it("begins once, with the deadline that came first, and tells how far it is", async () => {
    const { retirement, deadlines, begun, ended } = scene();
    expect(retirement.tell()).toMatchObject({ draining: false, isDone: false });
    expect(retirement.retire(500)).toBe(true);
    expect(retirement.retire(9_000)).toBe(false);
    expect(retirement.tell()).toEqual({ draining: true, ...half, why: null });
    expect([deadlines, begun(), ended()]).toEqual([[500], 1, 0]);
  });

  it("ends when its end has been told, once", async () => {
    const { retirement, world, finish, ended } = scene();
    retirement.retire(500);
    finish(whole);
    await world.advance(1);
    expect(ended()).toBe(0);
    expect(retirement.tell()).toEqual({ draining: true, ...whole, why: null });
    expect(retirement.tell()).toMatchObject({ isDone: true });
    await world.advance(clusterLimits.drainToldMsMax * 2);
    expect(ended()).toBe(1);
  });

  it("ends where nobody comes to hear of it", async () => {
    const { retirement, world, finish, ended } = scene();
    retirement.retire(500);
    finish(whole);
    await world.advance(clusterLimits.drainToldMsMax - 1);
    expect(ended()).toBe(0);
    await world.advance(1);
    expect(ended()).toBe(1);
  });

  it("does not end the node that only hands over, whoever looks", async () => {
    const { retirement, world, finish, ended, begun } = scene();
    const handing = retirement.handOver(500);
    finish(whole);
    expect(await handing).toMatchObject(whole);
    retirement.tell();
    await world.advance(clusterLimits.drainToldMsMax * 2);
    expect([begun(), ended()]).toEqual([1, 0]);
    expect(retirement.retire(1)).toBe(false);
    await world.advance(clusterLimits.drainToldMsMax);
    expect(ended()).toBe(1);
  });

  it("is cut short by its bound where the owner never ends, and says so", async () => {
    const { retirement, world } = scene();
    retirement.retire(500);
    await world.advance(500 + clusterLimits.drainGraceMs - 1);
    expect(retirement.tell()).toMatchObject({ isDone: false });
    await world.advance(1);
    expect(retirement.tell()).toEqual({
      ...{ draining: true, ...half, isDone: true, isCut: true },
      why: `it did not end within ${500 + clusterLimits.drainGraceMs} ms`,
    });
  });

  it("is cut short where the owner fails, and says why", async () => {
    const { retirement, world, fail } = scene();
    retirement.retire(500);
    fail(new Error("The store is gone."));
    await world.advance(1);
    expect(retirement.tell()).toMatchObject({
      left: 2,
      isDone: true,
      isCut: true,
      why: "The store is gone.",
    });
  });

  it("is over at once for a node that owns nothing", async () => {
    const { retirement, world } = scene({ isAlone: true });
    retirement.retire(500);
    await world.advance(0);
    expect(retirement.tell()).toMatchObject({ owned: 0, isDone: true, isCut: false });
  });
});

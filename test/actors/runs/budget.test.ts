// What a run may cost: kept for its effects before they begin, counted when they are over.
import { describe, expect, test } from "vitest";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import type { StepUsage } from "../../../actors/runs/step-context.ts";
import { type RunStage, step, withRun } from "./run-stage.ts";

interface Bill {
  /** As `Effect.costMaxUsd`. */
  readonly most?: number | null;
  readonly costs: number;
}

/** A shop that knows how many are in it, and what they were told that they may spend. */
class Shop {
  inside = 0;
  insideMax = 0;
  /** Of those inside, the most that they may spend together. */
  boundMax = 0;
  readonly told: (number | undefined)[] = [];
  #bound = 0;

  async buy(stage: RunStage, mayCost: number | undefined): Promise<void> {
    this.told.push(mayCost);
    this.inside += 1;
    this.#bound += mayCost ?? 0;
    this.insideMax = Math.max(this.insideMax, this.inside);
    this.boundMax = Math.max(this.boundMax, this.#bound);
    await stage.pass(100);
    this.inside -= 1;
    this.#bound -= mayCost ?? 0;
  }
}

function usageOf(costUsd: number | null): StepUsage {
  return { provider: "p", model: "m", inputTokens: 1, outputTokens: 1, costUsd };
}

function stateOf(entries: readonly RunEntry[]): RunState {
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  return state;
}

function planOf(bills: readonly Bill[]): Plan {
  return {
    steps: [...bills.map((bill, index) => step(`b${index}`, "buy", bill)), step("all", "all", null, "rest")],
    result: "all",
  };
}

async function bought(bills: readonly Bill[], costUsdMax: number | undefined) {
  const shop = new Shop();
  let stage: RunStage | undefined;
  let state = new RunState();
  const operations: Operations = {
    buy: async ({ most, costs }: Bill, context) => {
      const value = await context.effect({
        key: "bill",
        kind: "model_call",
        about: {},
        ...(most === undefined ? {} : { costMaxUsd: most }),
        perform: async (mayCost) => {
          if (stage !== undefined) await shop.buy(stage, mayCost);
          return costs;
        },
        usage: (costUsd) => [usageOf(costUsd)],
      });
      return { output: value };
    },
    all: async () => ({ output: null }),
  };
  await withRun(operations, async (given) => {
    stage = given;
    await given.begin(planOf(bills), { costUsdMax });
    await given.ended(await given.start());
    state = stateOf(await given.entries());
  });
  return { shop, state };
}

describe("The budget of a run", () => {
  test("keeps for each what it costs at most, and has those wait for which nothing is left", async () => {
    const bills = Array.from({ length: 4 }, () => ({ most: 0.4, costs: 0.2 }));
    const { shop, state } = await bought(bills, 1);
    expect(state.phase).toBe("done");
    expect(state.costUsd).toBeCloseTo(0.8);
    expect(shop.insideMax).toBe(2);
    expect(shop.boundMax).toBeLessThanOrEqual(1);
    expect(shop.told.slice(0, 3)).toEqual([0.4, 0.4, 0.4]);
    // Of what the last one may cost there is only this much left.
    expect(shop.told[3]).toBeCloseTo(0.4);
  });

  test("gives all that is left to one of which nobody knows what it costs, one after the other", async () => {
    const bills = Array.from({ length: 3 }, () => ({ most: null, costs: 0.25 }));
    const { shop, state } = await bought(bills, 1);
    expect(state.phase).toBe("done");
    expect(shop.insideMax).toBe(1);
    expect(shop.told).toEqual([1, 0.75, 0.5]);
  });

  test("ends the run before anything begins for which nothing is left", async () => {
    const bills = Array.from({ length: 3 }, () => ({ most: null, costs: 0.5 }));
    const { shop, state } = await bought(bills, 1);
    expect(shop.told).toHaveLength(2);
    expect(state.problem).toMatchObject({ code: "budget", message: expect.stringContaining("1.0000 USD") });
  });

  test("ends the run that has cost more than was kept for it", async () => {
    const { state } = await bought([{ most: 0.5, costs: 2 }], 1);
    expect(state.problem).toMatchObject({ code: "budget" });
    expect(state.costUsd).toBe(2);
  });

  test("that is used up lets what is free go on", async () => {
    const { shop, state } = await bought(
      [
        { most: 1, costs: 1 },
        { most: 0, costs: 0 },
      ],
      1,
    );
    expect(state.phase).toBe("done");
    expect(shop.told.toSorted()).toEqual([0, 1]);
  });

  test("of nothing lets what is free go on, and bounds it", async () => {
    const { shop, state } = await bought([{ most: null, costs: 0 }], 0);
    expect(state.phase).toBe("done");
    expect(shop.told).toEqual([0]);
  });

  test("that nobody set bounds nothing, and one that is set does not bound what costs nothing", async () => {
    const free = await bought([{ most: null, costs: 3 }], undefined);
    expect(free.shop.told).toEqual([undefined]);
    const other = await bought([{ costs: 0 }, { most: null, costs: 0.5 }], 1);
    expect(other.shop.told).toEqual(expect.arrayContaining([undefined, 1]));
    expect(other.shop.insideMax).toBe(2);
    expect(other.state.phase).toBe("done");
  });

  test("counts a price that nobody knows as none, and goes on to bound the others", async () => {
    let told: number | undefined;
    await withRun(
      {
        buy: async (_, context) => {
          await context.used(usageOf(null));
          await context.used(usageOf(0.25));
          await context.effect({
            key: "bill",
            kind: "model_call",
            about: {},
            costMaxUsd: null,
            perform: async (mayCost) => {
              told = mayCost;
            },
          });
          return { output: null };
        },
        all: async () => ({ output: null }),
      },
      async (stage) => {
        await stage.begin(planOf([{ costs: 0 }]), { costUsdMax: 1 });
        await stage.ended(await stage.start());
        expect(stateOf(await stage.entries()).costUsd).toBeNull();
      },
    );
    expect(told).toBe(0.75);
  });

  test("takes back what was kept for a step that ended in the middle of it, once that is counted", async () => {
    const told: (number | undefined)[] = [];
    await withRun(
      {
        buy: async (_, context) => {
          await context.effect({
            key: "bill",
            kind: "model_call",
            about: {},
            unknown: "repeat",
            costMaxUsd: null,
            perform: async (mayCost) => {
              told.push(mayCost);
              if (context.attempt > 1) return;
              // Not waited for: it is on its way when the attempt ends.
              void context.used(usageOf(0.25));
              await context.wait("limit", "a minute", 0);
            },
          });
          return { output: null };
        },
        all: async () => ({ output: null }),
      },
      async (stage) => {
        await stage.begin(planOf([{ costs: 0 }, { costs: 0 }]), { costUsdMax: 1 });
        // The one that waits for the other is told long before that is written.
        stage.onAppend = async () => {
          await stage.pass(500);
          return undefined;
        };
        await stage.ended(await stage.start());
        expect(stateOf(await stage.entries()).phase).toBe("done");
      },
    );
    expect(told.toSorted()).toEqual([0.5, 0.5, 0.75, 1]);
  });

  test("keeps nothing for a step that has ended while it waited for its share", async () => {
    const told: (number | undefined)[] = [];
    let stage: RunStage | undefined;
    const operations: Operations = {
      buy: async ({ most }: Bill, context) => {
        const paid = context.effect({
          ...{ key: "bill", kind: "model_call", about: {}, unknown: "repeat" as const, costMaxUsd: null },
          perform: async (mayCost) => {
            told.push(mayCost);
            await stage?.pass(1_000);
            return 0;
          },
        });
        // It waits for the one before.
        if (most === 1 && context.attempt === 1) throw new Error("It broke.");
        return { output: await paid };
      },
      all: async () => ({ output: null }),
    };
    await withRun(operations, async (given) => {
      stage = given;
      await given.begin(planOf([{ costs: 0 }, { most: 1, costs: 0 }]), { costUsdMax: 1 });
      await given.ended(await given.start());
      const entries = await given.entries();
      expect(stateOf(entries).phase).toBe("done");
      expect(entries.filter(({ type }) => type === "intent")).toHaveLength(2);
    });
    expect(told).toEqual([1, 1]);
  });

  test("counts what a value cost once, wherever its owner is lost", async () => {
    for (let index = 1; index <= 12; index += 1) {
      const operations: Operations = {
        buy: async ({ costs }: Bill, context) => {
          await context.effect({
            ...{ key: "bill", kind: "model_call", about: {}, unknown: "repeat" as const, costMaxUsd: null },
            perform: async () => costs,
            usage: (costUsd) => [usageOf(costUsd)],
          });
          return { output: null };
        },
        all: async () => ({ output: null }),
      };
      await withRun(operations, async (stage) => {
        await stage.begin(planOf([{ costs: 0.3 }]), { costUsdMax: 1 });
        const first = await stage.start();
        let appends = 0;
        stage.onAppended = () => {
          appends += 1;
          if (appends === index) stage.node.exit(first, "kill");
        };
        await stage.ended(first);
        stage.onAppended = undefined;
        await stage.ended(await stage.start("node_down"));
        const state = stateOf(await stage.entries());
        expect(state.phase).toBe("done");
        expect(state.costUsd).toBeCloseTo(0.3);
      });
    }
  });
});

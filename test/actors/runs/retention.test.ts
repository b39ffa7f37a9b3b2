import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsConfiguration } from "../../../actors/runs/config.ts";
import { decideRetention, retentionRules } from "../../../actors/runs/retention.ts";
import { retainIn } from "../../../actors/runs/retention-sweep.ts";
import { isOver, type RunPhase, type RunSummary } from "../../../actors/runs/run-summary.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import { DeskStage, planOf, specOf } from "./desk-stage.ts";

const dayMs = 24 * 60 * 60_000;
const phases: readonly RunPhase[] = [
  "queued",
  "running",
  "waiting",
  "interrupted",
  "done",
  "failed",
  "cancelled",
];

function run(id: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    ...{ id, kind: "test", title: "A test", phase: "done", waiting: undefined, problem: undefined, by: "me" },
    ...{
      node: "alpha",
      epoch: 1,
      createdAt: 0,
      updatedAt: 0,
      n: 3,
      steps: { done: 1, total: 1 },
      costUsd: 0,
    },
    ...{ tokens: 0, interruptedCalls: 0, questions: 0, bytes: 100 },
    ...more,
  };
}

const anyRun = fc
  .record({
    phase: fc.constantFrom(...phases),
    updatedAt: fc.integer({ min: 0, max: 100 }).map((days) => days * dayMs),
    bytes: fc.integer({ min: 0, max: 1_000 }),
  })
  .map((fields) => run("", fields));
const runsOf = fc
  .array(anyRun, { maxLength: 30 })
  .map((runs) => runs.map((one, index) => ({ ...one, id: `run${index}` })));

describe("Which runs are kept no longer", () => {
  const rules = { keepMs: 30 * dayMs, runsMax: 5, bytesMax: 1_000 };
  const now = 100 * dayMs;

  it("is never said of one that works or is to work, and leaves no more than there may be", () => {
    fc.assert(
      fc.property(runsOf, (runs) => {
        const out = new Set(decideRetention(runs, rules, now));
        const kept = runs.filter(({ id }) => !out.has(id));
        for (const { id, phase } of runs)
          if (phase === "queued" || phase === "running" || phase === "waiting")
            expect(out.has(id)).toBe(false);
        const over = kept.filter(({ phase }) => isOver(phase));
        expect(over.length).toBeLessThanOrEqual(rules.runsMax);
        const bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
        expect(over.length === 0 || bytes <= rules.bytesMax).toBe(true);
        for (const one of kept)
          expect(
            now - one.updatedAt < rules.keepMs || !(isOver(one.phase) || one.phase === "interrupted"),
          ).toBe(true);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it("is said of the oldest first", () => {
    const runs = Array.from({ length: 8 }, (_, index) =>
      run(`r${index}`, { updatedAt: now - index, bytes: 1 }),
    );
    expect(decideRetention(runs, rules, now)).toEqual(["r7", "r6", "r5"]);
  });

  it("is said of one that was interrupted by its age alone", () => {
    const runs = Array.from({ length: 8 }, (_, index) =>
      run(`r${index}`, { phase: "interrupted", updatedAt: now, bytes: 500 }),
    );
    expect(decideRetention(runs, rules, now)).toEqual([]);
    const old = run("old", { phase: "interrupted", updatedAt: now - rules.keepMs });
    expect(decideRetention([...runs, old], rules, now)).toEqual(["old"]);
  });

  it("is said of parts with their run, and not before, and they count as one", () => {
    const old = { updatedAt: now - rules.keepMs };
    const runs = [
      run("p", { updatedAt: now, bytes: 1 }),
      run("p1", { ...old, parent: "p", bytes: 1 }),
      run("q", { ...old, bytes: 1 }),
      run("q1", { ...old, parent: "q", bytes: 1 }),
      run("q11", { ...old, parent: "q1", bytes: 1 }),
      run("r", { ...old, bytes: 1 }),
      run("r1", { ...old, parent: "r", phase: "running", bytes: 1 }),
      run("lost", { ...old, parent: "gone", bytes: 1 }),
    ];
    expect(decideRetention(runs, rules, now)).toEqual(["lost", "q11", "q1", "q"]);
    const many = Array.from({ length: 20 }, (_, at) =>
      run(`m${at}`, { parent: "p", updatedAt: now, bytes: 1 }),
    );
    expect(decideRetention([run("p", { updatedAt: now, bytes: 1 }), ...many], rules, now)).toEqual([]);
  });

  it("is said of all that is over where nothing is to be kept", () => {
    const none = retentionRules(runsConfiguration.parse({ keep_days: 0 }));
    expect(
      decideRetention(
        [run("a", { updatedAt: now }), run("b", { phase: "running", updatedAt: 0 })],
        none,
        now,
      ),
    ).toEqual(["a"]);
  });
});

describe("A store of runs at the end of a command", () => {
  it("keeps what its configuration says", async () => {
    const stage = await DeskStage.start({ world: simulatedWorld() });
    const over = await stage.submit(specOf(planOf("echo")));
    const working = await stage.submit(specOf(planOf("gate", "g")));
    await stage.follow(over);
    await stage.world.advance(5_000);
    const { store, world } = stage;
    const later = world.clock.wallTime() + 31 * dayMs;
    const usual = retentionRules(runsConfiguration.parse({}));
    expect(await world.until(retainIn(store, usual, world.clock.wallTime()))).toEqual([]);
    expect(await world.until(retainIn(store, usual, later))).toEqual([over]);
    expect((await store.list()).map(({ id }) => id)).toEqual([working]);
  });
});

// Runs that are parts of others: begun once, followed to their ends, and counted in the run that they are parts of.
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../actors/pipeline/plan.ts";
import { runDeskName, runProcessName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { isRunId } from "../../../actors/runs/run-id.ts";
import { isOver } from "../../../actors/runs/run-summary.ts";
import { type Parts, partOperations, partsOf, partsPlan } from "./child-stage.ts";
import { DeskStage, planOf, specOf } from "./desk-stage.ts";

const start = (options: Parameters<typeof DeskStage.start>[0] = {}) =>
  DeskStage.start({ ...options, operations: { ...partOperations, ...options.operations } });

/** What a run that is done came to. */
function outputIn(entries: readonly RunEntry[]): Readonly<Record<string, unknown>> {
  const last = entries.at(-1);
  if (last?.type !== "done" || !("value" in last.output))
    throw new Error(`It is not done: ${JSON.stringify(last)}`);
  return last.output.value as Readonly<Record<string, unknown>>;
}

const told = (entries: readonly RunEntry[], part: string) =>
  entries.flatMap((entry) =>
    entry.type === "told" && (entry.about as { readonly part?: string }).part === part ? [entry.about] : [],
  );

const parts = (plans: Readonly<Record<string, Plan>>, more: Omit<Parts, "plans"> = {}): Plan =>
  partsPlan({ plans, ...more });

/** Waits, in virtual time, until all parts of a run stand so. */
async function partsAre(desk: DeskStage, id: string, phases: Readonly<Record<string, string>>) {
  for (let looks = 0; ; looks += 1) {
    const found = Object.fromEntries(
      [...(await partsOf(desk, id))].map(([name, { phase }]) => [name, phase]),
    );
    if (JSON.stringify(found) === JSON.stringify(phases)) return;
    if (looks > 500) expect(found).toEqual(phases);
    await desk.world.advance(100);
  }
}

describe("The parts of a run", () => {
  it("are runs of their own beside it, whose outputs its step has, and whose news its readers have", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(parts({ a: planOf("echo", 1), b: planOf("gate", "g") })));
    await desk.world.advance(1_000);
    desk.gates.open("g");
    const { entries } = await desk.follow(id);
    const found = await partsOf(desk, id);
    const [a, b] = [found.get("a"), found.get("b")];
    expect(isRunId(a?.id ?? "")).toBe(true);
    expect(a).toMatchObject({ phase: "done", parent: id });
    expect(outputIn(entries)).toEqual({
      a: { ok: true, run: a?.id, node: "alpha", output: 1 },
      b: { ok: true, run: b?.id, node: "alpha", output: "g" },
    });
    const about = { part: "b.ts", run: b?.id, node: "alpha", tokens: 0, costUsd: 0 };
    expect(told(entries, "b.ts")).toEqual([
      { ...about, phase: "running" },
      { ...about, phase: "done" },
    ]);
  });

  it("are under what their run is under, and say whose changes theirs are, however deep", async () => {
    const desk = await start();
    const session = { id: "name-a", label: "a", directory: "/project" };
    const workspace = { id: "node:beta", label: "beta" };
    const deadlineAt = desk.world.clock.wallTime() + 60_000;
    const inner = parts({ c: planOf("terms") });
    const id = await desk.submit(
      specOf(parts({ a: planOf("terms"), b: inner }), { session, workspace, deadlineAt, onUnknown: "retry" }),
    );
    const output = outputIn((await desk.follow(id)).entries);
    const under = { user: "me@here", session, terms: { workspace, deadlineAt, onUnknown: "retry" } };
    expect(output.a).toMatchObject({ output: { ...under, changesRun: id } });
    const b = (await partsOf(desk, id)).get("b")?.id ?? "";
    const c = (await partsOf(desk, b)).get("c")?.id ?? "";
    expect(output.b).toMatchObject({ output: { c: { output: { ...under, run: c, changesRun: id } } } });
  });

  it("are begun once and followed on where the process of their run is lost", async () => {
    const desk = await start();
    const id = await desk.submit(
      specOf(parts({ a: planOf("gate", "g"), b: planOf("pay", { costUsd: 0.5 }) })),
    );
    await partsAre(desk, id, { a: "running", b: "done" });
    for (let losses = 0; losses < 2; losses += 1) {
      const run = desk.node.whereis(runProcessName(id));
      if (run !== undefined) desk.node.exit(run, "kill");
      await desk.world.advance(3_000);
    }
    desk.gates.open("g");
    const { entries, summary } = await desk.follow(id);
    expect(outputIn(entries)).toMatchObject({ a: { ok: true, output: "g" }, b: { ok: true } });
    expect(desk.gates.begun).toEqual(["g"]);
    expect(entries.filter(({ type }) => type === "step_started")).toHaveLength(3);
    expect(summary).toMatchObject({ costUsd: 0.5, tokens: 7 });
    expect([...(await partsOf(desk, id)).keys()]).toEqual(["a", "b"]);
  });

  it("are followed on where the desk is begun again", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(parts({ a: planOf("gate", "g") })));
    await partsAre(desk, id, { a: "running" });
    const process = desk.node.whereis(runDeskName);
    if (process !== undefined) desk.node.exit(process, "kill");
    await desk.world.advance(10);
    desk.gates.open("g");
    expect(outputIn((await desk.follow(id)).entries)).toMatchObject({ a: { ok: true, output: "g" } });
  });

  it("are cancelled with it, however deep", async () => {
    const desk = await start();
    const inner = parts({ c: planOf("gate", "h") });
    const id = await desk.submit(specOf(parts({ a: planOf("gate", "g"), b: inner, d: planOf("echo", 1) })));
    await partsAre(desk, id, { a: "running", b: "running", d: "done" });
    const b = (await partsOf(desk, id)).get("b")?.id ?? "";
    await partsAre(desk, b, { c: "running" });
    await desk.get("cancel", { id, by: "ann" });
    await partsAre(desk, id, { a: "cancelled", b: "cancelled", d: "done" });
    await partsAre(desk, b, { c: "cancelled" });
  });

  it("fail with it where it fails, and go on with it, and what is done stays", async () => {
    let isBroken = true;
    const desk = await start({
      operations: {
        broken: async () =>
          isBroken
            ? { output: null, failure: { code: "no_provider", message: "Nobody is there." } }
            : { output: "mended" },
      },
    });
    const plan: Plan = {
      steps: [
        { id: "all", operation: "parts", input: { plans: { a: planOf("echo", 1), b: planOf("gate", "g") } } },
        { id: "wait", operation: "gate", input: "now" },
        { id: "broken", operation: "broken", input: null, after: ["wait"] },
        { id: "end", operation: "echo", input: "end", after: ["all", "broken"] },
      ],
      result: "end",
    };
    const id = await desk.submit(specOf(plan));
    await partsAre(desk, id, { a: "done", b: "running" });
    desk.gates.open("now");
    expect((await desk.follow(id)).summary).toMatchObject({ phase: "failed", problem: "Nobody is there." });
    await partsAre(desk, id, { a: "done", b: "failed" });
    const b = (await partsOf(desk, id)).get("b");
    expect(b?.problem).toContain(`runs resume ${id}`);
    isBroken = false;
    desk.gates.open("g");
    await desk.get("resume", { id, by: "me", onUnknown: undefined });
    expect((await desk.follow(id)).summary.phase).toBe("done");
    expect((await partsOf(desk, id)).get("b")).toMatchObject({ id: b?.id, phase: "done" });
    expect(desk.gates.begun.filter((gate) => gate === "g")).toHaveLength(2);
  });

  it("are tried again once for each time that a person has their run go on, and not where it was only lost", async () => {
    let tries = 0;
    const desk = await start({
      operations: {
        third: async () => {
          tries += 1;
          return tries < 3
            ? { output: null, failure: { code: "all_unavailable", message: `Try ${tries}.` } }
            : { output: "at last" };
        },
      },
    });
    const id = await desk.submit(
      specOf(parts({ a: planOf("pay", { costUsd: 1 }), b: planOf("third") }, { isStrict: true, among: 1 })),
    );
    for (const said of ["Try 1.", "Try 2."]) {
      const { summary, entries } = await desk.follow(id);
      expect([summary.phase, summary.problem]).toEqual(["failed", said]);
      expect(entries.at(-1)).toMatchObject({ type: "failed", code: "all_unavailable" });
      await desk.get("resume", { id, by: "me", onUnknown: undefined });
    }
    const { summary } = await desk.follow(id);
    expect([summary.phase, tries, summary.costUsd]).toEqual(["done", 3, 1]);
    expect((await partsOf(desk, id)).size).toBe(2);
  });

  it("are done by another run where they were cancelled, once their run goes on", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(parts({ a: planOf("gate", "g") }, { isStrict: true })));
    await partsAre(desk, id, { a: "running" });
    await desk.get("cancel", { id: (await partsOf(desk, id)).get("a")?.id ?? "", by: "ann" });
    const { entries } = await desk.follow(id);
    expect(entries.at(-1)).toMatchObject({ type: "failed", code: "run_cancelled" });
    desk.gates.open("g");
    await desk.get("resume", { id, by: "me", onUnknown: undefined });
    expect((await desk.follow(id)).summary.phase).toBe("done");
    const all = (await desk.get("list", undefined)).filter(({ parent }) => parent === id);
    expect(all.map(({ phase }) => phase).toSorted()).toEqual(["cancelled", "done"]);
  });

  it("end at the deadline of their run", async () => {
    const desk = await start();
    const deadlineAt = desk.world.clock.wallTime() + 5_000;
    const id = await desk.submit(specOf(parts({ a: planOf("gate", "g") }), { deadlineAt }));
    expect((await desk.follow(id)).summary.phase).toBe("failed");
    await partsAre(desk, id, { a: "failed" });
  });

  it("are followed as many at a time as their step wants, a hundred of them", async () => {
    let atWork = 0;
    let most = 0;
    const desk = await start({
      operations: {
        count: async (input: unknown) => {
          atWork += 1;
          most = Math.max(most, atWork);
          await new Promise<void>((resolve) => desk.world.timers.set(50, resolve));
          atWork -= 1;
          return { output: input };
        },
      },
    });
    const plans = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`p${at}`, planOf("count", at)]));
    const id = await desk.submit(specOf(parts(plans, { among: 8 })));
    const { summary } = await desk.follow(id, 1, 1_000_000);
    expect(summary.phase).toBe("done");
    const found = await partsOf(desk, id);
    expect([found.size, [...found.values()].every(({ phase }) => phase === "done")]).toEqual([100, true]);
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(8);
  });

  it("give outputs of some megabytes", async () => {
    const desk = await start({
      operations: {
        large: async () => ({ output: "x".repeat(5 * 1024 * 1024) }),
        measure: async (_, context) => {
          const { a } = context.output("all") as { a: { output: string } };
          return { output: a.output.length };
        },
      },
    });
    const plan: Plan = {
      steps: [
        { id: "all", operation: "parts", input: { plans: { a: planOf("large") } } },
        { id: "end", operation: "measure", input: null, after: ["all"] },
      ],
      result: "end",
    };
    const id = await desk.submit(specOf(plan));
    expect((await desk.follow(id)).entries.at(-1)).toMatchObject({ output: { value: 5 * 1024 * 1024 } });
  });

  it("go away with it, and are not there for whoever is no run", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(parts({ a: planOf("echo", 1), b: parts({ c: planOf("echo", 2) }) })));
    await desk.follow(id);
    expect(await desk.get("list", undefined)).toHaveLength(4);
    await desk.get("remove", { id });
    expect(await desk.get("list", undefined)).toEqual([]);
    const parent = { run: id, root: id, step: "only", part: "a" };
    const alone = await desk.ask("submit", { spec: specOf(planOf("echo"), { parent }), on: undefined });
    expect(alone).toMatchObject({ ok: false, code: "bad_run", message: expect.stringContaining("part") });
    const beside = { spec: specOf(planOf("echo"), { parent }), on: undefined, beside: id };
    expect(await desk.ask("submit", beside)).toMatchObject({ ok: false, code: "unknown_run" });
  });

  it("are kept nowhere where their run is kept nowhere, and go with it", async () => {
    const desk = await start();
    const spec = specOf(parts({ a: planOf("gate", "g") }));
    await desk.get("submit", { spec, on: undefined, brief: true });
    await desk.world.advance(1_000);
    const page = await desk.get("read", { id: spec.id, from: 1, waitMs: 0, bytesMax: 100_000 });
    const part = page.entries.flatMap((entry) =>
      entry.type === "intent" ? [(entry.about as { readonly run: string }).run] : [],
    )[0] as string;
    const read = { id: part, from: 1, waitMs: 0, bytesMax: 1 };
    expect((await desk.get("read", read)).summary).toMatchObject({ phase: "running", parent: spec.id });
    expect(await desk.get("list", undefined)).toEqual([]);
    await desk.get("cancel", { id: spec.id, by: "me" });
    expect((await desk.get("read", read)).summary.phase).toBe("cancelled");
    await desk.world.advance(3 * 60_000);
    expect(await desk.ask("read", read)).toMatchObject({ ok: false, code: "unknown_run" });
  });

  it("are let go with it without waiting for them, and go on with it", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(parts({ a: planOf("gate", "g") })));
    await partsAre(desk, id, { a: "running" });
    const run = desk.node.whereis(runProcessName(id));
    const before = desk.world.clock.now();
    const over = new Promise<void>((resolve) => {
      if (run !== undefined) desk.node.monitor(run, () => resolve());
    });
    if (run !== undefined) desk.node.send(run, { type: "release", why: "A test." } as never);
    await desk.world.until(over);
    expect(desk.world.clock.now() - before).toBeLessThan(1_000);
    expect((await desk.get("find", { prefix: id })).phase).toBe("interrupted");
    await desk.world.advance(60_000);
    await partsAre(desk, id, { a: "running" });
    await desk.get("resume", { id, by: "me", onUnknown: undefined });
    desk.gates.open("g");
    expect((await desk.follow(id)).summary.phase).toBe("done");
    expect(desk.gates.begun).toEqual(["g"]);
  });

  it("of a fork are others", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(parts({ a: planOf("gate", "g") })));
    await partsAre(desk, id, { a: "running" });
    const fork = await desk.get("fork", { id, at: undefined, by: "me" });
    await partsAre(desk, fork.id, { a: "running" });
    await desk.get("cancel", { id: fork.id, by: "me" });
    await partsAre(desk, fork.id, { a: "cancelled" });
    await partsAre(desk, id, { a: "running" });
    desk.gates.open("g");
    expect((await desk.follow(id)).summary.phase).toBe("done");
    const a = (await partsOf(desk, id)).get("a")?.id ?? "";
    const alone = await desk.get("fork", { id: a, at: 1, by: "me" });
    const { summary } = await desk.follow(alone.id);
    expect([summary.phase, summary.parent]).toEqual(["done", undefined]);
  });
});

describe("What the parts of a run may cost", () => {
  const paying = (costs: readonly number[], among: number) =>
    parts(Object.fromEntries(costs.map((costUsd, at) => [`p${at}`, planOf("pay", { costUsd })])), { among });

  it("is shared by those that are followed at the same time, and what they leave is there for the next", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(paying([0.2, 0.2, 0.05, 0.2, 0.2], 4), { costUsdMax: 1 }));
    const { summary } = await desk.follow(id);
    expect(summary).toMatchObject({ phase: "done", tokens: 35 });
    expect(summary.costUsd).toBeCloseTo(0.85);
  });

  it("is all that the others leave, for one that needs more than its share", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(paying([0.1, 0.6, 0.1, 0.1], 4), { costUsdMax: 1 }));
    const { summary, entries } = await desk.follow(id);
    expect(outputIn(entries)).toMatchObject({ p1: { ok: true, output: 0.6 } });
    expect(summary.costUsd).toBeCloseTo(0.9);
  });

  it("ends their run where nothing is left for one of them", async () => {
    const desk = await start();
    const id = await desk.submit(specOf(paying([0.6, 0.4, 0.4], 1), { costUsdMax: 1 }));
    const { summary, entries } = await desk.follow(id);
    expect(summary.phase).toBe("failed");
    expect(entries.at(-1)).toMatchObject({ type: "failed", code: "budget" });
    expect([...(await partsOf(desk, id)).values()].every(({ phase }) => isOver(phase))).toBe(true);
  });
});

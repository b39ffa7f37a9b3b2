// The desk of runs of one program: what it takes on is written down first, read from anywhere, and gone on with.
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../actors/pipeline/plan.ts";
import { deskLimits } from "../../../actors/runs/desk-limits.ts";
import { acceptAside } from "../../../actors/runs/desk-writes.ts";
import { keeperName } from "../../../actors/runs/keeper.ts";
import { type RunAnswer, runProcessName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunSpec } from "../../../actors/runs/run-spec.ts";
import { named } from "../../../runtime/index.ts";
import { DeskStage, planOf, specOf, types } from "./desk-stage.ts";

const codeOf = (answer: RunAnswer<unknown>): string => (answer.ok ? "ok" : answer.code);

/** Lets a run go that is at work, as an interrupted command does. */
async function release(stage: DeskStage, id: string): Promise<void> {
  stage.node.send(named(runProcessName(id)), { type: "release", why: "A test." } as never);
  await stage.world.advance(deskLimits.releaseMs);
}

describe("The desk of runs", () => {
  it("begins what was submitted once that is written down, and gives every entry once and in order", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("say", ["one", "two", "three"])));
    const { entries, summary } = await stage.follow(id, 1, 1);
    expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
    expect(types(entries).slice(0, 3)).toEqual(["accepted", "owned", "step_started"]);
    const said = entries.flatMap((entry) => (entry.type === "text" ? [entry.text] : []));
    expect(said).toEqual(["one", "two", "three"]);
    expect(summary).toMatchObject({ id, phase: "done", steps: { done: 1, total: 1 } });
    expect((await stage.follow(id, 4)).entries).toEqual(entries.slice(3));
  });

  it("takes the same run twice as once", async () => {
    const stage = await DeskStage.start();
    const spec = specOf(planOf("gate", "g"));
    expect([await stage.submit(spec), await stage.submit(spec)]).toEqual([spec.id, spec.id]);
    stage.gates.open("g");
    const { entries } = await stage.follow(spec.id);
    expect(types(entries).filter((type) => type === "accepted" || type === "owned")).toEqual([
      "accepted",
      "owned",
    ]);
    expect(await stage.submit(spec)).toBe(spec.id);
    expect(stage.gates.begun).toEqual(["g"]);
  });

  it.each<[string, unknown]>([
    ["nothing", null],
    ["a list", []],
    ["an id that is none", { id: "../../../../etc/" }],
    ["no plan", { plan: undefined }],
    ["a plan that is a text", { plan: "steps" }],
    ["an operation that nobody has", { plan: planOf("rm") }],
    ["an operation of every object", { plan: planOf("constructor") }],
    ["a result that is no step", { plan: { steps: [], result: "only" } }],
    [
      "two steps of one id",
      { plan: { steps: [...planOf("echo").steps, ...planOf("echo").steps], result: "only" } },
    ],
    ["steps that are no steps", { plan: { steps: [null, 1, "a"], result: "only" } }],
    [
      "a step that waits for a number",
      { plan: { steps: [{ ...planOf("echo").steps[0], after: 7 }], result: "only" } },
    ],
    ["a title of a megabyte", { title: "a".repeat(1_000_000) }],
    ["an empty author", { by: "" }],
    ["a deadline that is no number", { deadlineAt: "soon" }],
    ["a budget below nothing", { costUsdMax: -1 }],
    ["a time that is none", { createdAt: Number.NaN }],
    ["a parent that is none", { parent: { run: "x", root: "y", step: "1", part: "a" } }],
    [
      "a part that nobody began",
      { parent: { run: "aaaaaaaaaaaaaaaa", root: "aaaaaaaaaaaaaaaa", step: "1", part: "a" } },
    ],
    ["a fork of its own making", { forkedFrom: { id: "aaaaaaaaaaaaaaaa", at: 1 } }],
    ["a request larger than a record", { request: "a".repeat(2_000_000) }],
  ])("refuses %s as a run, in words, and writes nothing", async (_, given) => {
    const stage = await DeskStage.start();
    const spec =
      given === null || Array.isArray(given) ? given : { ...specOf(planOf("echo")), ...(given as object) };
    const answer = await stage.ask("submit", { spec: spec as RunSpec, on: undefined });
    expect(answer).toMatchObject({ ok: false, code: "bad_run", message: expect.stringMatching(/\.$/) });
    expect(await stage.store.list()).toEqual([]);
  });

  it("refuses a node that is not there", async () => {
    const stage = await DeskStage.start();
    expect(codeOf(await stage.ask("submit", { spec: specOf(planOf("echo")), on: "beta" }))).toBe("bad_run");
  });

  it("finds the one run whose id begins so", async () => {
    const stage = await DeskStage.start();
    const one = await stage.submit(specOf(planOf("echo"), { id: "aaaabaaaaaaaaaaa" }));
    await stage.submit(specOf(planOf("echo"), { id: "aaaacaaaaaaaaaaa" }));
    expect((await stage.get("find", { prefix: "aaaab" })).id).toBe(one);
    expect(codeOf(await stage.ask("find", { prefix: "aaaa" }))).toBe("ambiguous_run");
    expect(codeOf(await stage.ask("find", { prefix: "b" }))).toBe("unknown_run");
    expect(codeOf(await stage.ask("find", { prefix: "" }))).toBe("unknown_run");
    expect((await stage.get("list", undefined)).map(({ id }) => id).sort()).toEqual([
      one,
      "aaaacaaaaaaaaaaa",
    ]);
  });

  it("answers who waits when there is something, all of them at once, and else when the time is up", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    await stage.world.advance(1_000);
    const { summary } = await stage.get("read", { id, from: 1, waitMs: 0, bytesMax: 10_000 });
    const next = summary.n + 1;
    const began = stage.world.clock.now();
    const late = await stage.get("read", { id, from: next, waitMs: 3_000, bytesMax: 10_000 });
    expect(late).toMatchObject({ entries: [], next, summary: { phase: "running" } });
    expect(stage.world.clock.now() - began).toBe(3_000);
    const waiting = [1, 2, 3].map(() =>
      stage.get("read", { id, from: next, waitMs: 60_000, bytesMax: 10_000 }),
    );
    stage.gates.open("g");
    const pages = await Promise.all(waiting);
    expect(pages.map(({ entries }) => entries[0]?.n)).toEqual([next, next, next]);
    expect(stage.world.clock.now() - began).toBeLessThan(4_000);
  });

  it("knows nothing of runs that are not there", async () => {
    const stage = await DeskStage.start();
    const id = "zzzzzzzzzzzzzzzz";
    const asked = [
      await stage.ask("read", { id, from: 1, waitMs: 0, bytesMax: 1 }),
      await stage.ask("cancel", { id, by: "me" }),
      await stage.ask("resume", { id, by: "me", onUnknown: undefined }),
      await stage.ask("answer", { id, question: "q", choice: "yes", by: "me" }),
      await stage.ask("fork", { id, at: undefined, by: "me" }),
      await stage.ask("remove", { id }),
      await stage.ask("blob", { id, hash: "0".repeat(64), offset: 0, bytesMax: 1 }),
    ];
    expect(asked.map(codeOf)).toEqual(asked.map(() => "unknown_run"));
  });

  it("ends a run that is at work, and one that nobody works on, once", async () => {
    const stage = await DeskStage.start();
    const working = await stage.submit(specOf(planOf("gate", "a")));
    expect(await stage.get("cancel", { id: working, by: "ann" })).toMatchObject({ phase: "cancelled" });
    const left = await stage.submit(specOf(planOf("gate", "b")));
    await release(stage, left);
    expect(await stage.get("cancel", { id: left, by: "ann" })).toMatchObject({ phase: "cancelled" });
    expect(await stage.get("cancel", { id: left, by: "bob" })).toMatchObject({ phase: "cancelled" });
    const { entries } = await stage.follow(left);
    expect(entries.at(-1)).toMatchObject({ type: "cancelled", by: "ann" });
    expect(types(entries).filter((type) => type === "cancelled")).toHaveLength(1);
  });

  it("goes on with what was let go, and with what has failed, and with nothing that is over", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    await release(stage, id);
    expect((await stage.get("find", { prefix: id })).phase).toBe("interrupted");
    expect((await stage.follow(id)).summary.phase).toBe("interrupted");
    stage.gates.open("g");
    expect(await stage.get("resume", { id, by: "me", onUnknown: undefined })).toMatchObject({ epoch: 3 });
    const { entries, summary } = await stage.follow(id);
    expect(summary.phase).toBe("done");
    expect(entries.filter(({ type }) => type === "owned")).toMatchObject([
      { reason: "start" },
      { reason: "resume" },
    ]);
    expect(codeOf(await stage.ask("resume", { id, by: "me", onUnknown: undefined }))).toBe("run_over");
    const failing = await stage.submit(specOf(planOf("fail")));
    expect((await stage.follow(failing)).summary.phase).toBe("failed");
    expect((await stage.get("resume", { id: failing, by: "me", onUnknown: undefined })).epoch).toBe(3);
    expect((await stage.follow(failing)).summary.phase).toBe("failed");
  });

  it("begins a run again whose process is killed, or whose keeper is, without a gap for who reads", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    for (const name of [runProcessName(id), keeperName(id), runProcessName(id)]) {
      await stage.world.advance(500);
      const pid = stage.node.whereis(name);
      if (pid === undefined) throw new Error(`Nobody is named ${name}.`);
      stage.node.exit(pid, "kill");
    }
    await stage.world.advance(1_000);
    stage.gates.open("g");
    const { entries, summary } = await stage.follow(id);
    expect(summary).toMatchObject({ phase: "done", epoch: 5 });
    expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
    const reasons = entries.flatMap((entry) => (entry.type === "owned" ? [entry.reason] : []));
    expect(reasons).toEqual(["start", "restart", "restart", "restart"]);
  });

  it("writes down as failed what no process of it can carry out, and goes on with everything else", async () => {
    const stage = await DeskStage.start();
    const other = await stage.submit(specOf(planOf("gate", "g")));
    const spec = specOf(planOf("echo"));
    const stranger: Plan = planOf("gone");
    const { world, store } = stage;
    await acceptAside({ world, node: "alpha", store, id: spec.id }, { ...spec, plan: stranger });
    await stage.submit(spec);
    await world.advance(60_000);
    const { summary } = await stage.follow(spec.id);
    expect(summary).toMatchObject({ phase: "failed", problem: expect.stringContaining("gone") });
    stage.gates.open("g");
    expect((await stage.follow(other)).summary).toMatchObject({ phase: "done", epoch: 2 });
  });
});

describe("What a run asks", () => {
  it("is answered while it waits, once, with one of its choices", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("ask", "Go on?")));
    await stage.world.advance(1_000);
    const { entries } = await stage.get("read", { id, from: 1, waitMs: 0, bytesMax: 10_000 });
    const asked = entries.find(({ type }) => type === "asked");
    const question = asked?.type === "asked" ? asked.question : "";
    const by = "me";
    expect(codeOf(await stage.ask("answer", { id, question: "another", choice: "yes", by }))).toBe("bad_run");
    expect(codeOf(await stage.ask("answer", { id, question, choice: "perhaps", by }))).toBe("bad_run");
    expect(await stage.get("answer", { id, question, choice: "yes", by })).toMatchObject({ questions: 0 });
    expect(await stage.get("answer", { id, question, choice: "yes", by })).toMatchObject({ questions: 0 });
    expect(codeOf(await stage.ask("answer", { id, question, choice: "no", by }))).toBe("bad_run");
    const { entries: all } = await stage.follow(id);
    expect(all.at(-1)).toMatchObject({ type: "done", output: { value: "yes" } });
    expect(types(all).filter((type) => type === "answered")).toHaveLength(1);
  });

  it("is answered while nobody works on it, and counts when somebody goes on", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("ask", "Go on?")));
    await stage.world.advance(1_000);
    await release(stage, id);
    const { entries } = await stage.follow(id);
    const asked = entries.find(({ type }) => type === "asked");
    const question = asked?.type === "asked" ? asked.question : "";
    expect(await stage.get("answer", { id, question, choice: "no", by: "me" })).toMatchObject({
      questions: 0,
      phase: "interrupted",
    });
    await stage.get("resume", { id, by: "me", onUnknown: undefined });
    expect((await stage.follow(id)).entries.at(-1)).toMatchObject({ type: "done", output: { value: "no" } });
  });
});

describe("A run that is there", () => {
  const twoSteps: Plan = {
    steps: [
      { id: "first", operation: "gate", input: "first" },
      { id: "second", operation: "gate", input: "second", after: ["first"] },
    ],
    result: "second",
  };

  it("is gone on from at any of its entries by a run of its own, which repeats nothing from before", async () => {
    const stage = await DeskStage.start();
    stage.gates.open("first");
    const id = await stage.submit(specOf(twoSteps));
    await stage.world.advance(1_000);
    const { entries } = await stage.get("read", { id, from: 1, waitMs: 0, bytesMax: 10_000 });
    const at = entries.find(({ type }) => type === "step_finished")?.n;
    const fork = await stage.get("fork", { id, at, by: "ann" });
    stage.gates.open("second");
    const forked = await stage.follow(fork.id);
    expect(forked.summary).toMatchObject({ phase: "done", by: "ann", steps: { done: 2, total: 2 } });
    expect(types(forked.entries).slice(0, at)).toEqual(types(entries).slice(0, at));
    expect(forked.entries[0]).toMatchObject({ spec: { id: fork.id, forkedFrom: { id, at } } });
    expect(stage.gates.begun.filter((name) => name === "first")).toHaveLength(1);
    expect((await stage.follow(id)).summary.phase).toBe("done");
  });

  it("is gone on from at its end without what ended it, and not from beyond", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    await stage.get("cancel", { id, by: "me" });
    const { summary } = await stage.follow(id);
    stage.gates.open("g");
    const fork = await stage.get("fork", { id, at: undefined, by: "me" });
    expect((await stage.follow(fork.id)).summary.phase).toBe("done");
    expect(codeOf(await stage.ask("fork", { id, at: summary.n + 1, by: "me" }))).toBe("no_such_event");
  });

  it("gives what is kept beside its log piece by piece, and to its fork as well", async () => {
    const stage = await DeskStage.start();
    const large = "x".repeat(100_000);
    const id = await stage.submit(specOf(planOf("echo", large)));
    const { entries } = await stage.follow(id, 1, 1_000_000);
    const { id: fork } = await stage.get("fork", { id, at: undefined, by: "me" });
    await stage.follow(fork);
    const done = entries.at(-1);
    const hash = done?.type === "done" && "blob" in done.output ? done.output.blob : "";
    for (const run of [id, fork]) {
      const pieces: Uint8Array[] = [];
      for (let offset = 0, total = 1; offset < total; offset += 40_000) {
        const piece = await stage.get("blob", { id: run, hash, offset, bytesMax: 40_000 });
        pieces.push(piece.bytes);
        total = piece.total;
      }
      expect(Buffer.concat(pieces).includes(large)).toBe(true);
    }
    const none = { id, hash: "0".repeat(64), offset: 0, bytesMax: 1 };
    expect(codeOf(await stage.ask("blob", none))).toBe("bad_run");
  });

  it("is taken out once it is over or was let go, and not before", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    expect(codeOf(await stage.ask("remove", { id }))).toBe("run_not_over");
    await release(stage, id);
    await stage.get("remove", { id });
    expect(codeOf(await stage.ask("read", { id, from: 1, waitMs: 0, bytesMax: 1 }))).toBe("unknown_run");
    expect(await stage.get("list", undefined)).toEqual([]);
  });

  it("is not listed where nothing is kept of it, and is gone a while after its end", async () => {
    const stage = await DeskStage.start();
    const spec = specOf(planOf("echo", 7));
    const submitted = await stage.ask("submit", { spec, on: undefined }, { brief: true });
    expect(submitted).toEqual({ ok: true, value: { id: spec.id } });
    expect((await stage.follow(spec.id)).entries.at(-1)).toMatchObject({
      type: "done",
      output: { value: 7 },
    });
    expect(await stage.get("list", undefined)).toEqual([]);
    expect(await stage.store.list()).toEqual([]);
    await stage.world.advance(deskLimits.briefKeepMs + deskLimits.readerIdleMs + 2 * deskLimits.sweepEveryMs);
    expect(codeOf(await stage.ask("read", { id: spec.id, from: 1, waitMs: 0, bytesMax: 1 }))).toBe(
      "unknown_run",
    );
  });

  it("is read on while the program takes nothing new", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("echo")));
    stage.node.send(named("runs.desk"), { type: "drain" } as never);
    expect(codeOf(await stage.ask("submit", { spec: specOf(planOf("echo")), on: undefined }))).toBe(
      "draining",
    );
    expect((await stage.follow(id)).summary.phase).toBe("done");
  });
});

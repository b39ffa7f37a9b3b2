// Parts of a run that are followed once more: by a fork of their run, beside parts with names like theirs, and while they go on.
import { expect, it } from "vitest";
import { ChildFollowing, type FollowedChild } from "../../../actors/runs/child-following.ts";
import { type ReadRunRequest, runDeskName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { StepContext } from "../../../actors/runs/step-context.ts";
import { ok, replyWith, server, simulatedWorld, startNode } from "../../../runtime/index.ts";
import { partOperations, partsOf, partsPlan } from "./child-stage.ts";
import { DeskStage, planOf, specOf } from "./desk-stage.ts";
import { summaryOf } from "./stores/run-store-conformance.ts";

/** `breaks` fails each of its first tries with what it was given, and then gives it. */
async function stageThatBreaks(triesMax: number): Promise<DeskStage> {
  const tries = new Map<string, number>();
  const breaks = async (name: string) => {
    const before = tries.get(name) ?? 0;
    tries.set(name, before + 1);
    return before < triesMax
      ? { output: null, failure: { code: "no_provider", message: "Nobody is there." } }
      : { output: name };
  };
  return DeskStage.start({ operations: { ...partOperations, breaks } });
}

it("A fork of a run that failed has parts of its own, and leaves those of that run as they are", async () => {
  const desk = await stageThatBreaks(1);
  const id = await desk.submit(specOf(partsPlan({ plans: { a: planOf("breaks", "a") }, isStrict: true })));
  expect((await desk.follow(id)).summary.phase).toBe("failed");
  const before = (await partsOf(desk, id)).get("a");
  const fork = await desk.get("fork", { id, at: undefined, by: "me" });
  expect((await desk.follow(fork.id)).summary.phase).toBe("done");
  expect((await partsOf(desk, fork.id)).get("a")).toMatchObject({ phase: "done" });
  expect((await partsOf(desk, id)).get("a")).toEqual(before);
  expect(before).toMatchObject({ phase: "failed" });
});

it("A part that is tried again is not taken for another one whose name says so", async () => {
  const desk = await stageThatBreaks(1);
  const plans = { a: planOf("breaks", "a"), "a again 1": planOf("echo", "another") };
  const id = await desk.submit(specOf(partsPlan({ plans, isStrict: true })));
  expect((await desk.follow(id)).summary.phase).toBe("failed");
  await desk.get("resume", { id, by: "me", onUnknown: undefined });
  const { summary, entries } = await desk.follow(id);
  expect(summary.phase).toBe("done");
  const last = entries.at(-1);
  expect(last?.type === "done" && "value" in last.output && last.output.value).toMatchObject({
    a: { ok: true, output: "a" },
    "a again 1": { ok: true, output: "another" },
  });
});

it("What a part costs is counted up to its end, where somebody has it go on before that is read", async () => {
  const world = simulatedWorld();
  const node = startNode({ world, name: "alpha" });
  const spec = specOf(planOf("echo"));
  const paid = { provider: "p", model: "m", inputTokens: 1, outputTokens: 1, costUsd: 1 };
  const entry = (n: number, fact: object) => ({ ...fact, n, at: 0, node: "alpha" }) as RunEntry;
  const usage = { type: "usage", step: "only", ...paid, interrupted: false };
  const entries = [
    entry(1, usage),
    entry(2, { type: "failed", code: "no_provider", message: "Nobody is there." }),
    entry(3, { type: "owned", epoch: 2, reason: "resume" }),
    entry(4, usage),
  ];
  const summary = summaryOf(spec.id, { n: 2, phase: "failed", node: "alpha" });
  const desk = server(runDeskName, {
    init: () => ok(null),
    calls: {
      submit: (state: null) => replyWith({ ok: true, value: { id: spec.id } } as const, state),
      read: (state: null, { from }: ReadRunRequest) => {
        const page = { entries: entries.filter(({ n }) => n >= from), next: 5, summary };
        return replyWith({ ok: true, value: page } as const, state);
      },
    },
  });
  await world.until(node.spawn(desk, { name: runDeskName }) as Promise<unknown>);
  const context = { run: "r", tell: async () => {} } as unknown as StepContext;
  const about = { context, spec, part: "a", counted: 0, countedUsd: 0, isAgain: false };
  const followed = new Promise<FollowedChild>((resolve, reject) => {
    void node.spawn(() => new ChildFollowing(about).toEnd().then(resolve, reject));
  });
  expect(await world.until(followed)).toMatchObject({
    end: { ok: false, code: "no_provider" },
    counted: 2,
    usage: [paid],
  });
});

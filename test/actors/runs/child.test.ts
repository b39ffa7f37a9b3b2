// Runs that are parts of others: begun once, followed to their ends, and counted in the run that they are parts of.
import { describe, expect, it } from "vitest";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { isRunId } from "../../../actors/runs/run-id.ts";
import { partOperations, partsOf, partsPlan } from "./child-stage.ts";
import { DeskStage, planOf, specOf } from "./desk-stage.ts";

const start = (options: Parameters<typeof DeskStage.start>[0] = {}) =>
  DeskStage.start({ ...options, operations: partOperations });

/** What a run that is done came to. */
function outputIn(entries: readonly RunEntry[]): Readonly<Record<string, unknown>> {
  const last = entries.at(-1);
  if (last?.type !== "done" || !("value" in last.output))
    throw new Error(`It is not done: ${JSON.stringify(last)}`);
  return last.output.value as Readonly<Record<string, unknown>>;
}

const told = (entries: readonly RunEntry[]) =>
  entries.flatMap((entry) => (entry.type === "told" && entry.name === "part" ? [entry.about] : []));

describe("The parts of a run", () => {
  it("are runs of their own beside it, whose outputs its step has, and whose news its readers have", async () => {
    const desk = await start();
    const id = await desk.submit(
      specOf(partsPlan({ plans: { a: planOf("echo", 1), b: planOf("echo", 2) } })),
    );
    const { entries } = await desk.follow(id);
    const parts = await partsOf(desk, id);
    expect([...parts.keys()]).toEqual(["a", "b"]);
    const a = parts.get("a");
    expect(isRunId(a?.id ?? "")).toBe(true);
    expect(a).toMatchObject({ phase: "done", parent: id });
    expect(outputIn(entries)).toEqual({
      a: { ok: true, run: a?.id, node: "alpha", output: 1 },
      b: { ok: true, run: parts.get("b")?.id, node: "alpha", output: 2 },
    });
    expect(told(entries).filter((about) => JSON.stringify(about).includes("a.ts"))).toEqual([
      {
        part: "a.ts",
        run: a?.id,
        phase: expect.stringMatching(/running|done/),
        node: "alpha",
        tokens: 0,
        costUsd: 0,
      },
      ...(told(entries).length === 4
        ? [{ part: "a.ts", run: a?.id, phase: "done", node: "alpha", tokens: 0, costUsd: 0 }]
        : []),
    ]);
  });
});

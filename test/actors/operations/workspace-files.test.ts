// How the steps of an analysis come to files: through the workspace of their run, as they were read first, and waiting for an owner.
import { describe, expect, test } from "vitest";
import { noAnswerCache } from "../../../actors/analysis/answer-cache.ts";
import { analyzeOperations } from "../../../actors/operations/analyze.ts";
import type { ReadRequest, ReadSource } from "../../../actors/workspace/reader.ts";
import { besideCoordinator, fails } from "./scripted-coordinator.ts";
import { StepStage, Waits } from "./step-stage.ts";

const operations = analyzeOperations({
  limits: { fileBytesMax: 10_000, lineCharactersMax: 1_000 },
  parsers: 2,
  cache: noAnswerCache,
});
const away = {
  ok: false,
  code: "workspace_away",
  message: "The owner of ~/project is away.",
  workspace: "tree",
} as const;
const kept = { hash: "a".repeat(64), size: 9, realPath: "/project/a.txt" };
const source: ReadSource["source"] = { kind: "empty" };
const file = { path: "a.txt", root: "/project", type: "all", parser: 0 };

/** Steps act as processes. */
async function inside(work: () => Promise<void>): Promise<void> {
  await besideCoordinator(() => fails("no_provider"), work);
}

describe("the steps of an analysis", () => {
  test.each([
    ["analyze.list", { path: ".", type: "all" }],
    ["analyze.file", file],
  ])("wait where the owner of the files is away (%s)", (operation, input) =>
    inside(async () => {
      const stage = new StepStage({ workspace: { list: async () => away, read: async () => away } });
      const error = await operations[operation]?.(input, stage.context("step")).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(Waits);
      expect(error).toMatchObject({ waitsFor: "workspace", message: away.message });
    }),
  );

  test("note where what was read is kept, and ask for just that when they read it again", async () => {
    const requests: ReadRequest[] = [];
    const read = async (request: ReadRequest): Promise<ReadSource> => {
      requests.push(request);
      return { ok: true, bytes: 9, realPath: "/project/a.txt", source, kept };
    };
    const stage = new StepStage({ workspace: { read } });
    await operations["analyze.file"]?.(file, stage.context("file:a.txt"));
    await operations["analyze.file"]?.(file, stage.context("another step of the run"));
    expect(requests).toEqual([
      { path: "a.txt", root: "/project", isNamed: true },
      { path: "a.txt", root: "/project", isNamed: true, kept },
    ]);
    expect([...stage.notes.values()]).toEqual([kept]);
  });

  test("note nothing of files that are not kept anywhere", async () => {
    const read = async (): Promise<ReadSource> => ({ ok: true, bytes: 0, realPath: "/a.txt", source });
    const stage = new StepStage({ workspace: { read } });
    await operations["analyze.file"]?.(file, stage.context("file:a.txt"));
    expect(stage.notes.size).toBe(0);
  });

  test("take files from where the listing found them, shared among the parsers", async () => {
    const entries = ["a.py", "b.py", "c.py", "d.min.js", "e.bin"].map((path) => {
      return { kind: "file", path, bytes: 1 } as const;
    });
    const list = async () => ({ ok: true, kind: "directory", root: "/real", entries }) as const;
    const stage = new StepStage({ workspace: { list } });
    const outcome = await operations["analyze.list"]?.({ path: ".", type: "all" }, stage.context("list"));
    expect(outcome?.steps?.map(({ id, input }) => [id, input])).toEqual([
      ["file:a.py", { path: "a.py", root: "/real", type: "all", parser: 0 }],
      ["file:b.py", { path: "b.py", root: "/real", type: "all", parser: 1 }],
      ["file:c.py", { path: "c.py", root: "/real", type: "all", parser: 0 }],
    ]);
    expect(outcome?.output).toMatchObject({
      root: "/real",
      reports: [{ path: "d.min.js", status: "skipped" }],
    });
  });
});

// Names of workflows for completion, from folders that anybody may have filled.
import { describe, expect, it } from "vitest";
import { builtInWorkflowNames } from "../../../actors/pipeline/workflow/names.ts";
import { liveWorkflowLines } from "../../../cli/completions/live-workflows.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";

const lines = (names: readonly string[]) => names.map((name) => `${name}\n`).join("");

describe("liveWorkflowLines()", () => {
  it("offers what is there with what comes with aiex, each once, and nothing of hostile names", async () => {
    const files = memoryFileSystem();
    for (const name of [
      "mine.yaml",
      "code_review.yaml",
      "$(touch owned).yaml",
      "Big.yaml",
      ".x.yaml",
      "notes.md",
    ])
      files.putFile(`/user/workflows/${name}`, "");
    files.putFile("/project/.aiex/workflows/mine.yaml", "");
    files.putFile("/project/.aiex/workflows/zoo.yaml", "");
    files.putDirectory("/user/workflows/versions");
    const folders = ["/user/workflows", "/project/.aiex/workflows", "/nowhere"];
    expect(await liveWorkflowLines(files, folders)).toBe(
      lines([...builtInWorkflowNames, "mine", "zoo"].sort()),
    );
  });
});

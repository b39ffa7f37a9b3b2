// What the page about pipelines says of workflows is held to the code: its file, its limits, and its command lines.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  parametersMax,
  versionsKeptMax,
  workflowBytesMax,
  workflowDepthMax,
} from "../actors/pipeline/workflow/limits.ts";
import { builtInWorkflowNames } from "../actors/pipeline/workflow/names.ts";
import { readWorkflow } from "../actors/pipeline/workflow/read.ts";
import { workflowFile } from "../actors/pipeline/workflow/schema.ts";
import { parseCommandLine } from "../cli/parse.ts";

const page =
  readFileSync(new URL("../docs/pipelines.md", import.meta.url), "utf8").split("\n## Workflows\n")[1] ?? "";

describe("docs/pipelines.md, of workflows,", () => {
  it("shows a file that is whole", () => {
    const [, text = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    expect(readWorkflow(text, "release_check")).toMatchObject({ ok: true, workflow: { version: 1 } });
  });

  it("lists every key", () => {
    const keys = [...page.matchAll(/^\| (`[a-z]+`(?: or `[a-z]+`)?) \| /gm)].flatMap(
      ([, cell = ""]) => cell.match(/[a-z]{3,}/g) ?? [],
    );
    const { parameters, ...others } = workflowFile.shape;
    const ofParameter = ["type", "choices", "default", "required", "description"];
    expect(keys).toEqual(expect.arrayContaining([...Object.keys(others), "parameters", ...ofParameter]));
    expect(parameters).toBeDefined();
  });

  it("names the limits, and what comes with aiex", () => {
    for (const sentence of [
      `at most ${parametersMax}, below`,
      `${workflowBytesMax.toLocaleString("en")} bytes`,
      `more than ${workflowDepthMax} in each other`,
      `the last ${versionsKeptMax} are kept`,
      ...builtInWorkflowNames.map((name) => `\`${name}\``),
    ])
      expect(page).toContain(sentence);
  });

  it("shows command lines that there are", () => {
    const lines = [...page.matchAll(/^\$ aiex (.+?)(?: {2,}#.*| > .*)?$/gm)].map(([, line = ""]) => line);
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
      expect(() => parseCommandLine(words)).not.toThrow();
    }
  });
});

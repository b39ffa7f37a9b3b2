// The plan of a pipeline's run: which steps wait for which, by its mode.
import { describe, expect, it } from "vitest";
import { checkSpecification } from "../../../actors/pipeline/language/check.ts";
import { endStep, planOfPipeline } from "../../../actors/pipeline/planned.ts";
import type { Target } from "../../../actors/pipeline/record.ts";
import type { EndWork, PipelineMode, StepWork } from "../../../actors/pipeline/step-work.ts";

const folder: Target = { kind: "path", path: "src" };

function planned(spec: string, mode: PipelineMode, target: Target = folder) {
  const checked = checkSpecification(spec);
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join(" "));
  return planOfPipeline({
    ...{ spec, steps: checked.steps, prompts: {} },
    begin: { target, texts: {}, found: [] },
    terms: { mode, strict: false, continueOnError: false, asked: null, review: null, partsAtOnce: 4 },
  });
}

/** "id <- ids that it waits for", with the step whose flow it goes on with. */
function shape(spec: string, mode: PipelineMode, target?: Target): readonly string[] {
  return planned(spec, mode, target).steps.map(({ id, after, input }) => {
    const { after: from, segment = [] } = input as StepWork;
    const parts = segment.length === 0 ? "" : ` (${segment.map(({ word }) => word).join(" ")})`;
    const own = id === endStep ? "" : ` on ${from ?? "input"}`;
    return `${id} <- ${(after as readonly string[]).join(" ")}${own}${parts}`;
  });
}

describe("The plan of a pipeline", () => {
  it("has each step work on what the one before made", () => {
    expect(shape("analyze | refactor | test_generate", "sequential")).toEqual([
      "1 <-  on input",
      "2 <- 1 on 1",
      "3 <- 2 on 2",
      "end <- 1 2 3",
    ]);
  });

  it("has operations side by side in parallel, all on the input, and transformers wait for all before them", () => {
    expect(shape("analyze | explain | extract_insights | document", "parallel")).toEqual([
      "1 <-  on input",
      "2 <-  on input",
      "3 <- 1 2 on input",
      "4 <-  on input",
      "end <- 1 2 3 4",
    ]);
    const { input } = planned("analyze | explain | extract_insights", "parallel").steps[2] ?? {};
    expect(input).toMatchObject({ joins: true, sees: [1, 2] });
  });

  it("has a step in parallel wait for what its conditions look at, and for what was loaded before it", () => {
    expect(shape("analyze | load file:lib | if:analyze.quality<0.8 refactor | explain", "parallel")).toEqual([
      "1 <-  on input",
      "2 <-  on input",
      "3 <- 1 2 on 2",
      "4 <- 2 on 2",
      "end <- 1 2 3 4",
    ]);
  });

  it("has branches side by side in conditional mode", () => {
    expect(
      shape(
        "analyze | if:analyze.quality<0.8 refactor | unless:analyze.quality<0.8 explain | save file:a.md",
        "conditional",
      ),
    ).toEqual(["1 <-  on input", "2 <- 1 on 1", "3 <- 1 on 1", "4 <- 1 2 3 on 3", "end <- 1 2 3 4"]);
  });

  it.each(["Analyze.quality", "analyse.quality", "ANALYSE.quality", "1.quality", "1.Quality"])(
    "waits for the step that %s names, however that is written",
    (path) => {
      const spec = `analyze | explain | if:${path}<0.8 refactor`;
      expect(shape(spec, "parallel")[2]).toBe("3 <- 1 on input");
      expect(shape(spec, "conditional")[2]).toBe("3 <- 1 on 1");
    },
  );

  it("takes a condition that names no step for one about the step before it", () => {
    expect(shape("analyze | if:quality<0.8 refactor | test_generate", "conditional")).toEqual([
      "1 <-  on input",
      "2 <- 1 on 1",
      "3 <- 2 on 2",
      "end <- 1 2 3",
    ]);
  });

  it("gives the steps between split and merge to the split", () => {
    expect(
      shape("analyze | split by:file | explain | refactor | merge | save file:a.md", "sequential"),
    ).toEqual([
      "1 <-  on input",
      "2 <- 1 on 1 (explain refactor)",
      "5 <- 2 on 2",
      "6 <- 5 on 5",
      "end <- 1 2 5 6",
    ]);
    expect(shape("split | split by:function | explain | merge | document", "sequential")).toEqual([
      "1 <-  on input (split explain merge document)",
      "end <- 1",
    ]);
  });

  it("has a folder go file by file where it is streamed, up to what is done once", () => {
    expect(shape("explain | document | save file:a.md", "streaming")).toEqual([
      "0 <-  on input (explain document)",
      "3 <- 0 on 0",
      "end <- 0 3",
    ]);
    expect(shape("explain | generate requirements:x output:a.md | explain", "streaming")).toEqual([
      "0 <-  on input (explain)",
      "2 <- 0 on 0",
      "3 <- 2 on 2",
      "end <- 0 2 3",
    ]);
    expect(shape("test_generate output:a.py", "streaming")).toEqual(["1 <-  on input", "end <- 1"]);
    const text: Target = { kind: "text", name: "a.ts", text: "" };
    expect(shape("explain | document", "streaming", text)).toEqual([
      "1 <-  on input",
      "2 <- 1 on 1",
      "end <- 1 2",
    ]);
  });

  it("tells its end of all steps, in order", () => {
    const { steps, result } = planned("analyze | split | explain | merge", "sequential");
    expect(result).toBe(endStep);
    expect((steps.at(-1)?.input as EndWork | undefined)?.steps).toEqual([
      { step: 1, word: "analyze" },
      { step: 2, word: "split" },
      { step: 4, word: "merge" },
    ]);
  });

  it("gives each step the prompts that it needs and no others", () => {
    const template = { name: "explain" } as never;
    const checked = checkSpecification("analyze | explain");
    if (!checked.ok) throw new Error("It was refused.");
    const { steps } = planOfPipeline({
      ...{ spec: "", steps: checked.steps, prompts: { explain: template, refactor: template } },
      begin: { target: folder, texts: {}, found: [] },
      terms: {
        mode: "sequential",
        strict: false,
        continueOnError: false,
        asked: null,
        review: null,
        partsAtOnce: 4,
      },
    });
    expect(steps.map(({ input }) => Object.keys((input as StepWork).prompts ?? {}))).toEqual([
      [],
      ["explain"],
      [],
    ]);
  });
});

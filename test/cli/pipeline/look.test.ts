// `aiex pipeline validate|list|examples`: what is printed for people and for programs, and how it ends.
import { describe, expect, it } from "vitest";
import { factWords } from "../../../actors/pipeline/facts.ts";
import { checkSpecification } from "../../../actors/pipeline/language/check.ts";
import { pipelineExamples } from "../../../actors/pipeline/language/examples.ts";
import { pipelineWords } from "../../../actors/pipeline/language/vocabulary.ts";
import { parseCommandLine } from "../../../cli/parse.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { emptyPlace, runOn, type StageOptions, stage } from "../fixtures.ts";

async function ran(words: readonly string[], options: StageOptions = {}) {
  const scene = stage(options);
  const code = await runOn(scene, ["pipeline", ...words]);
  return { code, out: scene.stdout(), err: scene.stderr(), starts: scene.deskStarts() };
}

const terminal: StageOptions = { isTTY: true, columns: 80, env: { NO_COLOR: "1" } };

describe("aiex pipeline validate (M-PIPE-3)", () => {
  it("prints its normal form, its steps with their values, and what it is expected to take", async () => {
    const spec = "Analyze type:quality|if: quality < 0.8 refactor | test-generate coverage:90%";
    const { code, out, err } = await ran(["validate", spec], terminal);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("ok  3 steps, 2 of them with a model");
    expect(out).toContain("analyze type:quality | if:quality<0.8 refactor | test_generate coverage:90%");
    expect(out).toContain("   2  if:quality<0.8 refactor type:all\n");
    expect(out).toContain("   3  test_generate coverage:0.9\n");
    expect(out).toContain("a usual file is assumed: 1 file, about 2000 tokens");
    expect(out).toContain("cost:    not known");
    expect(out).toContain("No model is set up here");
  });

  it("prints all problems, each with step, column, a caret below it and what to write instead, and ends with 2", async () => {
    const { code, out } = await ran(["validate", "analyze | refactr | explain level:bsic"], terminal);
    expect(code).toBe(2);
    expect(out).toBe(
      [
        'step 2, column 11: There is no operation "refactr".',
        "  analyze | refactr | explain level:bsic",
        "            ^^^^^^^",
        "  Did you mean refactor?",
        "",
        'step 3, column 29: level cannot be "bsic".',
        "  analyze | refactr | explain level:bsic",
        "                              ^^^^^^^^^^",
        "  Did you mean basic?",
        "",
        "2 problems: nothing is run.",
        "",
      ].join("\n"),
    );
  });

  it("gives programs JSON where nobody is at a terminal, with where each problem stands", async () => {
    const { code, out } = await ran(["validate", "analyze |\n explan 😀:x"]);
    const check = JSON.parse(out);
    expect(code).toBe(2);
    expect(check).toMatchObject({ schema: "aiex.pipeline_check/1", ok: false, spec: null, estimate: null });
    expect(check.problems[0]).toMatchObject({ step: 2, line: 2, column: 2, at: 11, length: 6 });
  });

  it("reckons with the files that are named, and the price of who would be asked", async () => {
    const files = memoryFileSystem();
    files.putFile("/home/ann/work/src/a.ts", "x".repeat(3_500));
    files.putFile("/home/ann/work/src/b.py", "x".repeat(7_000));
    files.putFile("/home/ann/work/src/c.bin", "x".repeat(70_000));
    const pipelines = await emptyPlace(files, { OPENAI_API_KEY: "sk-test" });
    const words = ["validate", "explain | refactor", "--input", "src", "--provider", "openai"];
    const { code, out } = await ran([...words, "--model", "gpt-4o"], { pipelines });
    expect(code).toBe(0);
    const { estimate } = JSON.parse(out);
    expect(estimate).toMatchObject({ input: "src", files: 2, tokens: 3_000, provider: "openai" });
    expect(estimate.steps.map((step: { requests: number }) => step.requests)).toEqual([2, 2]);
    // Two and a half dollars for a million tokens that are read, ten for a million that are written.
    const { input_tokens: read, output_tokens: written } = estimate;
    expect(estimate.cost_usd).toBeCloseTo((read * 2.5 + written * 10) / 1e6, 9);
    expect((await ran(words, { pipelines, ...terminal })).out).toContain("src: 2 files, about 3000 tokens");
  });

  it("leaves the review of an analysis out of the estimate with --no-model", async () => {
    const pipelines = await emptyPlace(memoryFileSystem(), { OPENAI_API_KEY: "sk-test" });
    const words = ["validate", "analyze", "--provider", "openai"];
    const requests = async (...more: string[]): Promise<number> =>
      JSON.parse((await ran([...words, ...more], { pipelines })).out).estimate.requests;
    expect([await requests(), await requests("--no-model")]).toEqual([1, 0]);
  });

  it("says it where what is named is not there", async () => {
    const { code, err } = await ran(["validate", "analyze", "--input", "none"]);
    expect(code).toBe(1);
    expect(err).toContain("none");
    expect((await ran(["validate", "analyze", "--provider", "none"])).code).toBe(69);
  });

  it("needs a pipeline, and says that it stands in quotes", () => {
    expect(() => parseCommandLine(["pipeline", "validate"])).toThrow("the pipeline in quotes");
  });

  it("cannot be made to write to the terminal by what it is given", async () => {
    const { out } = await ran(["validate", "analyze \u001b[2J:x | \u202e | save file:\ud800"], terminal);
    for (const character of ["\u001b", "\u202e", "\ud800"]) expect(out).not.toContain(character);
  });
});

describe("aiex pipeline list (M-PIPE-2)", () => {
  it("names every word with its parameters, choices and defaults", async () => {
    const { code, out } = await ran(["list"], terminal);
    expect(code).toBe(0);
    for (const { name, parameters } of pipelineWords) {
      expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
      for (const parameter of parameters) expect(out).toContain(`      ${parameter.name}`);
    }
    expect(out).toContain("level:basic|intermediate|advanced");
    expect(out).toContain("(default comprehensive)");
    for (const { name, summary } of factWords) {
      expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
      expect(out).toContain(summary.split(" ", 3).join(" "));
    }
    for (const word of ["if:", "unless:", "when:", "while:"]) expect(out).toContain(`\n  ${word}`);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("gives programs the same", async () => {
    const { words, conditions, facts } = JSON.parse((await ran(["list"])).out);
    expect(words.map(({ name }: { name: string }) => name)).toEqual(pipelineWords.map(({ name }) => name));
    expect(conditions).toHaveLength(4);
    expect(facts).toEqual(factWords);
    expect((await ran(["list", "--format", "text"])).out).toContain("Operations\n");
  });

  it("is no more than a narrow terminal can show", async () => {
    const { out } = await ran(["list"], { ...terminal, columns: 40 });
    const words = out.split("\n").filter((line) => !/\S{30}/.test(line));
    expect(Math.max(...words.map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});

describe("aiex pipeline examples", () => {
  it.each(pipelineExamples.map(({ spec }) => spec))("shows %j, which can be run", async (spec) => {
    expect(checkSpecification(spec)).toMatchObject({ ok: true });
  });

  it("shows each as a command line, and gives programs the same", async () => {
    const { out } = await ran(["examples"], terminal);
    for (const { spec, does } of pipelineExamples) {
      expect(out).toContain(does);
      expect(out).toContain(`aiex pipeline --spec '${spec}'`);
    }
    expect(JSON.parse((await ran(["examples"])).out).examples).toEqual(pipelineExamples);
  });
});

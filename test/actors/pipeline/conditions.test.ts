// Conditions: what they find in which step, how each kind of value compares, and that what cannot be told does not hold.
import { describe, expect, it } from "vitest";
import { conditionHolds, type Looked } from "../../../actors/pipeline/conditions.ts";
import { factWords } from "../../../actors/pipeline/facts.ts";
import { checkSpecification } from "../../../actors/pipeline/language/check.ts";
import type { ResultDocument, StepRecord } from "../../../actors/pipeline/record.ts";
import {
  analysed,
  analysis,
  explanation,
  file,
  finding,
  parts,
  record,
  refactoring,
  tests,
} from "./records.ts";

/** `if:` where it has no word of its own. */
function looked(text: string, records: readonly StepRecord[]): Looked {
  const checked = checkSpecification(`${/^(if|unless|when|while):/.test(text) ? "" : "if:"}${text} explain`);
  const condition = checked.ok ? checked.steps[0]?.conditions[0] : undefined;
  if (condition === undefined) throw new Error(`${text} is no condition.`);
  return conditionHolds(condition, { latest: records.at(-1), records });
}

function holds(text: string, result: ResultDocument): Looked {
  return looked(text, [record({ result })]);
}

const mixed = analysis([
  file({
    findings: [finding({ severity: "error" }), finding(), finding(), finding({ severity: "hint" })],
    model: { findings: [finding()] },
  }),
]);
const clean = analysis([file({ findings: [] })]);
const made = refactoring();
const tested = tests({
  coverage: { goal: 0.9, measured: 0.75, uncovered_lines: null },
  verification: { passed: true, rounds: 1, kept: true, commands: [], touched: [] },
});

describe("conditionHolds()", () => {
  it.each<readonly [condition: string, result: ResultDocument]>([
    ["quality<0.8", mixed],
    ["quality<=0.75", mixed],
    ["quality<80%", mixed],
    ["quality>=0.75", mixed],
    ["quality_score>7", mixed],
    ["quality-score==7.5", mixed],
    ["Quality==0.75", mixed],
    ["unless:quality>0.8", mixed],
    ["issues==4", mixed],
    ["errors>0", mixed],
    ["warnings==2", mixed],
    ["infos==0", mixed],
    ["hints!=0", mixed],
    ["findings.error==1", mixed],
    ["totals.findings.error==1", mixed],
    ["model_issues==1", mixed],
    ["severity==error", mixed],
    ["severity>=high", mixed],
    ["severity>low", mixed],
    ["severity<low", clean],
    ["severity==none", clean],
    ["files==1", mixed],
    ["files.0.path~src", mixed],
    ["files~A.TS", mixed],
    ["complete==true", mixed],
    ["complete!=false", mixed],
    ["type==ALL", mixed],
    ["type!=security", mixed],
    ['input=="SRC"', mixed],
    ["summary~READ", mixed],
    ["model_score==null", mixed],
    ["changes==1", made],
    ["added==2", made],
    ["removed==1", made],
    ["applied==false", made],
    ["applied==true", refactoring({ files: [{ path: "a", applied: true }] })],
    ["changes==0", refactoring({ files: [] })],
    ["applied==false", refactoring({ files: [] })],
    ["coverage<0.9", tested],
    ["coverage.goal==0.9", tested],
    ["passed==true", tested],
    ["written==false", tested],
    ["claims==1", explanation()],
    ["claims~adding", explanation()],
    ["claims.0.from_line==3", explanation()],
    ["status==done", explanation()],
    ["parts==0", explanation()],
    ['name=="3"', { schema: "x", name: 3 }],
    ["name==3", { schema: "x", name: "3" }],
  ])("%s", (condition, result) => {
    expect(holds(condition, result)).toEqual({ holds: true });
  });

  it.each<readonly [condition: string, result: ResultDocument]>([
    ["quality>0.8", mixed],
    ["unless:quality<0.8", mixed],
    ["issues<1", mixed],
    ["severity<warning", mixed],
    ["type==security", mixed],
    ["complete==false", mixed],
    ["summary~nowhere", mixed],
    ["claims~nowhere", explanation()],
    ["model_score!=none", mixed],
  ])("%s does not", (condition, result) => {
    expect(holds(condition, result)).toEqual({ holds: false });
  });

  it.each(["if", "unless", "when", "while"])("is not met by %s where the path is unknown", (word) => {
    const { holds: met, warning } = holds(`${word}:qualty<0.8`, mixed);
    expect(met).toBe(false);
    expect(warning).toMatch(
      /^There is no qualty in what step 1 \(analyze\) came to, so the condition is not met\./,
    );
    expect(warning).toContain("Did you mean quality?");
    expect(warning).toContain("There is quality, quality_score, complete,");
  });

  it("says where a key inside of a result is missing, and what is there", () => {
    expect(holds("totals.findings.eror>0", mixed).warning).toBe(
      "There is no totals.findings.eror in what step 1 (analyze) came to, so the condition is not met. Did you mean totals.findings.error? There is error, warning, info, hint.",
    );
  });

  it.each([
    ["quality<0.8", analysis([]), "quality has no value here, so the condition is not met."],
    ["unless:quality<0.8", analysis([]), "quality has no value here, so the condition is not met."],
    [
      "summary<3",
      mixed,
      "summary is the text Read 1 files., and is compared with ==, != or ~ alone, so the condition is not met.",
    ],
    [
      "complete<1",
      mixed,
      "complete is true or false, and is compared with == or != alone, so the condition is not met.",
    ],
    ["quality<high", mixed, 'quality is a number, and "high" is none, so the condition is not met.'],
    [
      "findings>0",
      mixed,
      "findings holds other values: name one of error, warning, info, hint, so the condition is not met.",
    ],
  ])("warns of what cannot be compared: %s", (condition, result, warning) => {
    expect(holds(condition, result)).toEqual({ holds: false, warning });
  });

  it("warns where a quality is compared on the scale of the score", () => {
    expect(holds("quality<8", mixed)).toEqual({
      holds: true,
      warning:
        "quality goes from 0 to 1, and is compared with 8. Did you mean quality_score, which goes from 0 to 10?",
    });
  });

  it("has nothing to look at before the first result", () => {
    expect(looked("quality<0.8", [])).toEqual({
      holds: false,
      warning: "There is no quality before the first result, so the condition is not met.",
    });
  });
});

describe("conditionHolds() with several steps", () => {
  const explained = record({ step: 2, word: "explain", result: explanation() });
  const skipped = record({ step: 3, status: "skipped", reason: "quality<0.5 does not hold." });
  const failed = record({ step: 4, word: "refactor", status: "failed", reason: "No.", code: "bad_answer" });

  it.each([
    ["analyze.quality<0.8", [analysed, explained]],
    ["analyse.quality<0.8", [analysed, explained]],
    ["1.quality<0.8", [analysed, explained]],
    ["1.files.0.path~src", [analysed, explained]],
    ["analyze.status==done", [analysed, explained]],
    ["analyze==done", [analysed, explained]],
    // The latest of that word has been skipped, and what the one before it found is true yet.
    ["analyze.quality<0.8", [analysed, explained, skipped]],
    ["analyze==skipped", [analysed, explained, skipped]],
    ["refactor==failed", [analysed, failed]],
    ["refactor.status!=done", [analysed, failed]],
  ])("looks in the step that is named: %s", (condition, records) => {
    expect(looked(condition, records)).toEqual({ holds: true });
  });

  it("takes the last step of a word", () => {
    const better = record({ step: 2, result: analysis([file({ quality: 0.95 })]) });
    expect(looked("analyze.quality>0.9", [analysed, better, explained])).toEqual({ holds: true });
    expect(looked("1.quality>0.9", [analysed, better, explained])).toEqual({ holds: false });
  });

  it("says which step has what the latest has not", () => {
    expect(looked("quality<0.8", [analysed, explained]).warning).toBe(
      "There is no quality in the latest result, so the condition is not met. Step 1 has it: write analyze.quality.",
    );
  });

  it("says that the step which is named was skipped or failed", () => {
    expect(looked("refactor.changes>0", [analysed, failed]).warning).toContain(
      "There is no refactor.changes in what step 4 (refactor) came to, since it failed, so",
    );
    expect(looked("analyze.issues>0", [skipped, explained]).warning).toContain("since it was skipped");
  });
});

describe("conditionHolds() over several results", () => {
  const other = analysis([
    file({ path: "src/b.ts", quality: 0.25, codeLines: 300, findings: [finding({ severity: "error" })] }),
  ]);
  const split = parts(["src/a.ts", analysis()], ["src/b.ts", other], ["src/c.ts", null]);

  it.each([
    ["issues==2", split],
    ["severity==error", split],
    ["findings.error==1", split],
    // By lines of code: (0.75 * 100 + 0.25 * 300) / 400.
    ["quality==0.375", split],
    ["quality_score<4", split],
    ["files==2", split],
    ["parts==3", split],
    ["complete==true", split],
    ["complete==false", parts(["a", analysis()], ["b", { ...analysis(), complete: false }])],
    ["changes==2", parts(["a", made], ["b", made])],
    ["passed==false", parts(["a", tested], ["b", tests({ verification: { passed: false } })])],
    ["coverage==0.5", parts(["a", tested], ["b", { ...tested, coverage: { goal: 1, measured: 0.5 } }])],
    ["quality==0.375", parts(["a", parts(["b", analysis()])], ["c", other])],
  ])("adds up the parts of a fan-out: %s", (condition, result) => {
    expect(holds(condition, result)).toEqual({ holds: true });
  });

  it("looks through results that were combined from the last to the first", () => {
    const results = [
      { step: 1, operation: "analyze", result: analysis() },
      { step: 2, operation: "analyze", result: other },
      { step: 3, operation: "refactor", result: made },
    ];
    const combined = { schema: "aiex.combined/1", results };
    expect(holds("quality==0.25", combined)).toEqual({ holds: true });
    expect(holds("changes==1", combined)).toEqual({ holds: true });
    expect(holds("results==3", combined)).toEqual({ holds: true });
  });

  it("counts the parts of a step whose own result is another's", () => {
    const part = {
      name: "a",
      run: "r",
      node: null,
      status: "done",
      reason: null,
    } as const;
    expect(looked("parts==1", [record({ result: explanation(), parts: [part] })])).toEqual({ holds: true });
  });
});

describe("conditionHolds() of odd results", () => {
  const deep = Array.from({ length: 500 }).reduce<ResultDocument>((inner) => parts(["a", inner]), analysis());

  it.each<readonly [name: string, result: ResultDocument]>([
    ["empty", {}],
    ["of no schema", { schema: 4 }],
    ["of a later version", { schema: "aiex.analysis/2", totals: [] }],
    ["an analysis without anything", { schema: "aiex.analysis/1" }],
    [
      "an analysis of other types",
      { schema: "aiex.analysis/1", totals: 3, files: { a: 1 }, quality: "high" },
    ],
    ["parts that are none", { schema: "aiex.parts/1", parts: "many" }],
    [
      "parts of odd things",
      { schema: "aiex.parts/1", parts: [null, 3, { result: [] }, { result: { schema: [] } }] },
    ],
    [
      "a refactoring of other types",
      { schema: "aiex.refactoring/1", files: [1, { added: "x" }], verification: 3 },
    ],
    ["tests of other types", { schema: "aiex.test_generation/1", coverage: [], verification: [] }],
    ["nested without an end in sight", deep],
  ])("says no to %s, and throws nothing", (_, result) => {
    for (const condition of ["nothing<3", "unless:nothing<3", "files.9999999.x==1", "constructor==1"])
      expect(holds(condition, result)).toMatchObject({
        holds: false,
        warning: expect.stringContaining("There is no"),
      });
    for (const condition of ["quality<0.8", "issues>0", "coverage>0", "changes>99", "severity>=error"])
      expect(holds(condition, result).holds).toBe(false);
  });

  it("cuts off a list of many names, and long ones", () => {
    const keys = Array.from({ length: 2_000 }, (_, index) => [`${"k".repeat(500)}${index}`, index]);
    const { warning = "" } = holds("nothing==1", Object.fromEntries(keys));
    expect(warning.length).toBeLessThan(2_500);
    expect(warning).toMatch(/ and \d+ more\.$/);
  });

  it("finds keys by their own names alone", () => {
    expect(holds("__proto__~x", { schema: "x" }).holds).toBe(false);
    expect(holds("toString~x", { schema: "x" }).holds).toBe(false);
  });
});

describe("factWords", () => {
  it("names facts that there are", () => {
    const records = [mixed, made, tested].map((result) => record({ result }));
    for (const { name } of factWords)
      expect(records.some((one) => looked(`${name}~nothing`, [one]).warning === undefined)).toBe(true);
  });
});

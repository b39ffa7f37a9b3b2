// The steps of a pipeline at work in virtual time: modes, rounds that were done before a crash, and what a step hands on.
import { describe, expect, it } from "vitest";
import { analyzeOperations } from "../../../actors/operations/analyze.ts";
import { disclosureNews } from "../../../actors/operations/consent.ts";
import { reviewOperations } from "../../../actors/operations/review.ts";
import { combinedDocument } from "../../../actors/pipeline/documents.ts";
import { checkSpecification } from "../../../actors/pipeline/language/check.ts";
import { type PipelineOutcome, pipelineEndOperations } from "../../../actors/pipeline/outcome.ts";
import { planOfPipeline } from "../../../actors/pipeline/planned.ts";
import type { Flow, StepRecord, Target } from "../../../actors/pipeline/record.ts";
import { pipelineStepOperations } from "../../../actors/pipeline/step.ts";
import type { PipelineTerms } from "../../../actors/pipeline/step-work.ts";
import { builtInTemplate } from "../../../actors/prompts/built-in.ts";
import { templateNames } from "../../../actors/prompts/names.ts";
import type { Disclosure } from "../../../actors/review/disclosure.ts";
import { childRunKind } from "../../../actors/runs/step-context.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { ChangingFiles } from "../operations/changing-stage.ts";
import { asked } from "../operations/operation-stage.ts";
import { parsingCache } from "../operations/parsing-cache.ts";
import { besideCoordinator, type Script, says, speaks } from "../operations/scripted-coordinator.ts";
import { Lost, StepStage } from "../operations/step-stage.ts";

const cache = await parsingCache("python");
const prompts = Object.fromEntries(
  await Promise.all(
    templateNames.map(
      async (name) => [name, (await builtInTemplate(realWorld().files, name)).template] as const,
    ),
  ),
);
const limits = { fileBytesMax: 100_000, lineCharactersMax: 10_000 };
const analyses = { ...analyzeOperations({ limits, parsers: 1, cache }), ...reviewOperations };
const operations = {
  ...pipelineStepOperations({ operations: analyses, cache, parsers: 1, parallelMax: 4 }),
  ...pipelineEndOperations,
};

const file: Target = { kind: "path", path: "a.py" };
const two = "x = eval(input())\ny = eval(input())\n";

interface Played {
  readonly terms?: Partial<PipelineTerms>;
  readonly script?: Script;
  readonly files?: ChangingFiles;
  readonly stage?: StepStage;
  readonly target?: Target;
  readonly found?: Flow["found"];
}

async function played(
  spec: string,
  { terms, script = () => says("?"), files = new ChangingFiles({ "a.py": two }), ...given }: Played = {},
) {
  const checked = checkSpecification(spec);
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join(" "));
  const stage = given.stage ?? new StepStage({ workspace: files.access });
  const plan = planOfPipeline({
    ...{ spec, steps: checked.steps, prompts },
    begin: { target: given.target ?? file, texts: {}, found: given.found ?? [] },
    terms: {
      ...{ mode: "sequential", strict: false, continueOnError: true, review: null, partsAtOnce: 2 },
      asked: { ...asked, isChosen: false, limits: { tokensMax: 10_000, costUsdMax: 100 } },
      ...terms,
    },
  });
  let outcome: PipelineOutcome | undefined;
  const orders = await besideCoordinator(script, async () => {
    outcome = (await stage.run(plan, operations)) as PipelineOutcome;
  });
  if (outcome === undefined) throw new Error("It came to nothing.");
  return { ...outcome, orders, stage, files };
}

const edit = (search: string, replace: string) =>
  speaks([`a.py\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`]);
const first = edit("x = eval(input())", "x = int(input())");
const second = edit("y = eval(input())", "y = int(input())");
const explained = speaks([
  JSON.stringify({
    summary: "It evaluates.",
    claims: [{ title: "Eval", text: "Runs.", from_line: 1, to_line: 1 }],
  }),
]);

describe("A step of a pipeline", () => {
  it("goes on with the round that was lost, and does none again that is done", async () => {
    let losing = true;
    const stage = new StepStage({
      workspace: new ChangingFiles({ "a.py": two }).access,
      loses: (key) => losing && key.includes("round 2") && key.includes("answer"),
    });
    const script: Script = ({ request }) => (JSON.stringify(request).includes("x = eval") ? first : second);
    const spec = "analyze | while:issues>0 refactor max:5";
    await expect(played(spec, { stage, script })).rejects.toBeInstanceOf(Lost);
    losing = false;
    // What was being said is known to nobody; the answer of the first round is.
    for (const key of stage.effects.keys())
      if (stage.effects.get(key) === undefined) stage.effects.delete(key);
    const { document, orders } = await played(spec, { stage, script });
    expect(document.steps[1]).toMatchObject({ status: "done", rounds: 2 });
    // Nobody is asked anew about what the first round has made.
    expect(orders.length).toBeGreaterThan(0);
    for (const { request } of orders) expect(JSON.stringify(request)).toContain("x = int(input())");
  });

  it("changes files in each round", async () => {
    const files = new ChangingFiles({ "a.py": two });
    const script: Script = ({ request }) => (JSON.stringify(request).includes("x = eval") ? first : second);
    const { document } = await played("analyze | while:issues>0 refactor apply max:5", { files, script });
    expect(document.steps[1]).toMatchObject({ status: "done", rounds: 2 });
    expect(files.text("a.py")).toBe("x = int(input())\ny = int(input())\n");
    expect(new Set(files.sets.map(({ id }) => id)).size).toBe(2);
  });

  it.each(["Quality<1", "severity!=none", "analyze.issues>0", "1.issues>0"])(
    "measures what it has made where while:%s looks at it",
    async (asked) => {
      const script: Script = ({ request }) => (JSON.stringify(request).includes("x = eval") ? first : second);
      const { document } = await played(`analyze type:security | while:${asked} refactor max:5`, { script });
      expect(document.steps[1]).toMatchObject({ status: "done", rounds: 2 });
    },
  );

  it("has the answer of each round checked anew", async () => {
    const files = new ChangingFiles({ "a.py": two });
    const script: Script = ({ request }) => (JSON.stringify(request).includes("x = eval") ? first : second);
    const spec = "analyze | while:issues>0 refactor apply verify max:5";
    const { document } = await played(spec, { files, script });
    expect(document.steps[1]).toMatchObject({ status: "done", rounds: 2 });
    // What is asked with the same id again is answered with what came of it then.
    expect(files.checked.length).toBeGreaterThan(1);
    expect(new Set(files.checked.map(({ id }) => id)).size).toBe(files.checked.length);
  });

  it("tells before its parts what is sent of all of them, and of what their checks print", async () => {
    const files = new ChangingFiles({ "src/a.py": two, "src/b.py": two });
    const part = {
      end: { ok: false, run: "r", node: null, code: "refused", message: "Not now." },
      usage: [],
    };
    const disclosed = async (spec: string): Promise<Disclosure> => {
      const stage = new StepStage({
        workspace: files.access,
        instead: (kind) => (kind === childRunKind ? { ...part, hadShare: false, resumes: 0 } : undefined),
      });
      await played(spec, { stage, target: { kind: "path", path: "src" } });
      return stage.told.find(({ name }) => name === disclosureNews)?.about as Disclosure;
    };
    const alone = await disclosed("refactor apply");
    expect(alone.files).toEqual(["src/a.py", "src/b.py"]);
    expect(alone).not.toHaveProperty("verifies");
    const checked = await disclosed("refactor apply verify");
    expect(checked).toMatchObject({ verb: alone.verb, tokens: alone.tokens, verifies: true });
    // Each round is told what the checks have printed.
    expect(checked.costMaxUsd).toBeGreaterThan(alone.costMaxUsd ?? Number.POSITIVE_INFINITY);
  });

  it("says that a condition was not met, or that nobody knows what it is about", async () => {
    const { document } = await played("analyze | if:quality>0.99 explain | if:weather==fine explain");
    expect(document.steps.slice(1)).toMatchObject([
      { status: "skipped", reason: "if:quality>0.99 was not met.", rounds: 0 },
      { status: "skipped" },
    ]);
    expect(document.warnings).toEqual([expect.stringMatching(/^Step 3: .*weather/)]);
    expect(document.status).toBe("completed");
  });

  it("is an error where nobody knows what its condition is about, and it is strict", async () => {
    const { document, stage } = await played("analyze | if:weather==fine explain", {
      terms: { strict: true },
    });
    expect(document).toMatchObject({ status: "partial", steps: [{}, { status: "failed" }] });
    expect((stage.outputs.get("2") as StepRecord).code).toBe("unknown_path");
  });

  it("ends its pipeline where it fails, and tries with new questions when it is gone on with", async () => {
    const stage = new StepStage({ workspace: new ChangingFiles({ "a.py": two }).access });
    const terms = { continueOnError: false };
    await played("explain", { stage, terms, script: () => speaks(["No JSON."]) });
    expect((stage.outputs.get("1") as StepRecord).status).toBe("failed");
    const again = await played("explain", { stage, terms, script: () => explained });
    expect(again.orders).toHaveLength(1);
    expect(again.document.steps).toMatchObject([{ status: "done" }]);
  });

  it("stops at the most rounds that it may have", async () => {
    const { document, orders } = await played("analyze | while:issues>0 explain max:2", {
      script: () => explained,
    });
    expect(document.steps[1]).toMatchObject({ status: "done", rounds: 2 });
    expect(orders).toHaveLength(2);
  });
});

describe("A pipeline", () => {
  it("in parallel works on what it began with, and is put together in order", async () => {
    const script: Script = ({ request }) => (JSON.stringify(request).includes("SEARCH") ? first : explained);
    const { document, orders } = await played("refactor | explain | analyze type:security", {
      ...{ script, terms: { mode: "parallel" } },
    });
    expect(document.result).toMatchObject({
      schema: "aiex.combined/1",
      results: [{ operation: "refactor" }, { operation: "explain" }, { operation: "analyze" }],
    });
    expect(combinedDocument.strict().parse(document.result)).toEqual(document.result);
    // Nobody sees what the others propose.
    for (const order of orders) expect(JSON.stringify(order.request)).toContain("x = eval(input())");
    expect(document.quality).not.toBeNull();
  });

  it("in parallel has transformers work on all before them", async () => {
    const { document } = await played("analyze | explain | extract_insights", {
      ...{ script: () => explained, terms: { mode: "parallel" } },
    });
    const kinds = (document.result as { readonly insights: readonly { readonly kind: string }[] }).insights;
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(
      new Set(["summary", "finding", "recommendation", "claim"]),
    );
  });

  it("in conditional mode goes by the branches that its conditions name", async () => {
    const spec =
      "analyze | if:analyze.issues>0 refactor | unless:analyze.issues>0 document | if:analyze.issues>0 explain";
    const script: Script = ({ request }) => (JSON.stringify(request).includes("SEARCH") ? first : explained);
    const { document, orders } = await played(spec, { script, terms: { mode: "conditional" } });
    expect(document.steps.map(({ status }) => status)).toEqual(["done", "done", "skipped", "done"]);
    // The branch that explains works on what was analyzed, and not on what the other branch proposes.
    expect(JSON.stringify(orders.at(-1)?.request)).toContain("x = eval(input())");
  });

  it("hands on what was chosen in place of all that was found", async () => {
    const { orders } = await played("analyze | filter_suggestions limit:1 | explain", {
      script: () => explained,
    });
    const request = JSON.stringify(orders[0]?.request);
    expect(request).toContain("filter_suggestions of a.py");
    expect(request).not.toContain("analyze of a.py");
  });

  it("hands on no secret of what was found", async () => {
    const secret = `sk-proj-${"a1B2".repeat(10)}`;
    const claims = [{ title: "Eval", text: "Runs.", from_line: 1, to_line: 1 }];
    const script = () => speaks([JSON.stringify({ summary: `The key is ${secret}.`, claims })]);
    const { orders, stage } = await played("explain | extract_insights | explain", { script });
    expect(JSON.stringify(orders[1]?.request)).toContain("extract_insights of a.py");
    expect(JSON.stringify(orders[1]?.request)).not.toContain(secret);
    for (const step of ["1", "2"]) {
      const { flow } = stage.outputs.get(step) as StepRecord;
      expect(JSON.stringify(flow)).toContain("[masked]");
      expect(JSON.stringify(flow)).not.toContain(secret);
    }
  });

  it("analyzes code as it would be", async () => {
    const script: Script = (_, index) => (index === 0 ? first : second);
    const { document, files } = await played("refactor | refactor | analyze type:security", { script });
    expect(document.steps[2]?.result).toMatchObject({ totals: { findings: { error: 0 } } });
    expect(files.text("a.py")).toBe(two);
    const before = await played("analyze type:security");
    expect(before.document.result).toMatchObject({ quality: expect.any(Number) });
    expect(before.document.quality).toBeLessThan(document.quality ?? 0);
  });
});

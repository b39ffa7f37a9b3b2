// An analysis with a model's review as steps of one run: what is said before anything is sent, what is asked, what comes of it.
import { describe, expect, test } from "vitest";
import { noAnswerCache } from "../../../actors/analysis/answer-cache.ts";
import type { AnalysisReport } from "../../../actors/analysis/report.ts";
import { type AnalysisOutcome, pathOfReviewStep } from "../../../actors/operations/analysis-steps.ts";
import { analyzeOperations, planOfPath, planOfText } from "../../../actors/operations/analyze.ts";
import { disclosureChoices, disclosureNews } from "../../../actors/operations/consent.ts";
import { type ReviewPart, reviewOperations } from "../../../actors/operations/review.ts";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import type { Reviewer } from "../../../actors/review/reviewer.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { fileReport, report } from "../../cli/fixtures.ts";
import { besideCoordinator, fails, type Script, says } from "./scripted-coordinator.ts";
import { type StageOptions, StepStage } from "./step-stage.ts";

const limits = { fileBytesMax: 10_000, lineCharactersMax: 1_000 };
const reviewer: Reviewer = {
  provider: "work",
  kind: "openai",
  model: "model-1",
  host: "models.example",
  place: "network",
  price: { inputPerMillion: 1, outputPerMillion: 10 },
};
const part: ReviewPart = {
  reviewer,
  limits: { filesMax: 5, tokensMax: 100_000, fileTokensMax: 50_000, costUsdMax: 10 },
};
const good = { summary: "Counts.", score: 7, findings: [] };
const text = new TextEncoder().encode("one\ntwo\nthree\n");

/** Real operations, but for those that need a parser: three files were analyzed. */
const paths = ["a.py", "b.py", "c.py"];
const analyzed: Operations = {
  "analyze.list": async () => ({ output: { failure: undefined, root: "/project", reports: [] } }),
  "analyze.combine": async ({ review }, context) => {
    const real = analyzeOperations({ limits, parsers: 1, cache: noAnswerCache });
    const whole = await real["analyze.combine"]?.({ input: ".", type: "all", review }, context);
    const files = paths.map((path) => fileReport({ path }));
    const output: AnalysisOutcome = { ok: true, report: report({ files }) };
    return { ...whole, output };
  },
};

const read: WorkspaceAccess["read"] = async ({ path, root }) => ({
  ok: true,
  bytes: 5,
  realPath: `${root}/${path}`,
  source: {
    kind: "text",
    text: "x = 1",
    encoding: "utf-8",
    valid: true,
    cutShort: undefined,
    minified: false,
  },
});

async function carriedOut(
  plan: Plan,
  { script = () => says(good), ...options }: StageOptions & { readonly script?: Script } = {},
  operations: Operations = { ...analyzed, ...reviewOperations },
) {
  const stage = new StepStage({ workspace: { read }, ...options });
  let output: unknown;
  const orders = await besideCoordinator(script, async () => {
    output = await stage.run(plan, operations);
  });
  const outcome = output as AnalysisOutcome;
  return { outcome, report: outcome.ok ? outcome.report : undefined, orders, stage };
}

function modelPart(whole: AnalysisReport | undefined) {
  return whole?.model;
}

describe("an analysis with a review", () => {
  test("has one report with both, and asks about each file once", async () => {
    const { report: whole, orders, stage } = await carriedOut(planOfPath(".", "all", part));
    expect(orders).toHaveLength(3);
    expect(modelPart(whole)).toMatchObject({ status: "complete", files: { reviewed: 3 }, requests: 3 });
    expect(whole?.files.map(({ model }) => model?.score)).toEqual([7, 7, 7]);
    expect([...stage.outputs.keys()].flatMap((id) => pathOfReviewStep(id) ?? [])).toEqual(paths);
  });

  test("sends the instructions of the project with each file to whom somebody chose, and says so before", async () => {
    const asked: (readonly string[])[] = [];
    const instructions: WorkspaceAccess["instructions"] = async (paths = []) => {
      asked.push(paths);
      const files = [{ path: "AGENTS.md", text: "Use tabs. AKIAQYLPMN5HXXM2ZKLV" }];
      return { ok: true, files, waiting: [], leftOut: [] };
    };
    const workspace = { read, instructions };
    const chosen = planOfPath(".", "all", { ...part, isChosen: true });
    const { orders, stage } = await carriedOut(chosen, { workspace });
    expect(orders).toHaveLength(3);
    for (const { request } of orders) {
      const system = request.messages[0]?.content ?? "";
      expect(system.indexOf("You review source code.")).toBeLessThan(system.indexOf("Use tabs. [masked]"));
    }
    expect(asked).toEqual([["/project"]]);
    const [told] = stage.told.filter(({ name }) => name === disclosureNews);
    expect(told?.about).toMatchObject({ instructions: ["AGENTS.md"], masked: 1 });
    const nobody = await carriedOut(planOfPath(".", "all", part), { workspace });
    expect(JSON.stringify(nobody.orders)).not.toContain("Use tabs.");
  });

  test("is planned as the static one where nobody reviews", () => {
    const { steps, result } = planOfPath(".", "all");
    expect(steps.map(({ id }) => id)).toEqual(["list", "combine"]);
    expect(result).toBe("combine");
  });

  test("says what would be sent before it asks a model, and that once", async () => {
    const order: string[] = [];
    const { stage } = await carriedOut(planOfPath(".", "all", part), {
      script: () => {
        order.push("model");
        return says(good);
      },
      answer: (asked) => {
        order.push(asked);
        return disclosureChoices.send;
      },
    });
    const question = expect.stringMatching(/^Send 3 files, about \d+ tokens, to work at models.example\?$/);
    expect(order).toEqual([question, "model", "model", "model"]);
    const disclosure = { provider: "work", host: "models.example", files: paths };
    expect(stage.told).toMatchObject([{ name: disclosureNews, about: disclosure }]);
    expect(stage.asked).toMatchObject([{ choices: ["send", "leave_out"], about: disclosure }]);
  });

  test("goes on without a review where the answer is to leave it out, and sends nothing", async () => {
    const { report: whole, orders } = await carriedOut(planOfPath(".", "all", part), {
      answer: () => disclosureChoices.leaveOut,
    });
    expect(orders).toEqual([]);
    expect(modelPart(whole)).toMatchObject({ status: "missing", files: { left_out: 3 }, requests: 0 });
    expect(modelPart(whole)?.reason).toContain("said no");
  });

  test("asks nobody where nothing is left to send", async () => {
    const nothing = { ...part, limits: { ...part.limits, filesMax: 0 } };
    const { report: whole, orders, stage } = await carriedOut(planOfPath(".", "all", nothing));
    expect([orders, stage.told, stage.asked]).toEqual([[], [], []]);
    expect(modelPart(whole)).toMatchObject({ status: "missing", files: { left_out: 3 } });
  });

  test("asks a model on one's own machine about one file after the other", async () => {
    const own: ReviewPart = { ...part, reviewer: { ...reviewer, place: "machine" } };
    const { stage } = await carriedOut(planOfPath(".", "all", own));
    const outcome = await reviewOperations["review.disclose"]?.(own, stage.context("review.disclose"));
    expect(outcome?.steps?.map(({ after }) => after)).toEqual([
      undefined,
      ["review:a.py"],
      ["review:b.py"],
      "rest",
    ]);
  });

  test("pins every file to the entry, and to the model that is asked for", async () => {
    const { orders } = await carriedOut(planOfPath(".", "all", { ...part, model: "model-2" }));
    expect(orders).toMatchObject(Array(3).fill({ provider: "work", request: { model: "model-2" } }));
  });

  test("keeps the static part where the model fails", async () => {
    const { report: whole } = await carriedOut(planOfPath(".", "all", part), {
      script: () => fails("auth"),
    });
    expect(whole?.files).toHaveLength(3);
    expect(modelPart(whole)).toMatchObject({ status: "missing", files: { missing: 3 }, requests: 1 });
  });

  test("keeps the static part where nothing can be prepared, once that was tried again", async () => {
    const broken = { read: () => Promise.reject(new Error("The reader is gone.")) };
    const stage = new StepStage({ workspace: broken });
    stage.outputs.set("combine", { ok: true, report: report({ files: [fileReport({ path: "a.py" })] }) });
    const input = { part, source: { kind: "files", root: "/project" } };
    const prepare = (attempt: number) =>
      reviewOperations["review.prepare"]?.(input, stage.context("review.prepare", attempt));
    await expect(prepare(1)).rejects.toThrow("The reader is gone.");
    const last = await prepare(3);
    expect(last?.output).toMatchObject({ materials: [], leftOut: [{ path: "a.py" }] });
    expect(last?.steps).toMatchObject([{ id: "report" }]);
  });

  test("ends with the reason where the input cannot be read, and asks nobody", async () => {
    const real = { ...analyzeOperations({ limits, parsers: 1, cache: noAnswerCache }), ...reviewOperations };
    const failure = { ok: false, code: "file_not_found", message: "It is not there." } as const;
    const { outcome, orders } = await carriedOut(
      planOfPath("nowhere", "all", part),
      { workspace: { list: async () => failure } },
      real,
    );
    expect(outcome).toEqual(failure);
    expect(orders).toEqual([]);
  });

  test("reviews a text that came with the request, from what was noted of it", async () => {
    const real = { ...analyzeOperations({ limits, parsers: 1, cache: noAnswerCache }), ...reviewOperations };
    const { report: whole, orders } = await carriedOut(planOfText("notes.txt", text, "all", part), {}, real);
    expect(modelPart(whole)).toMatchObject({ status: "complete", files: { reviewed: 1 } });
    expect(JSON.stringify(orders[0]?.request.messages)).toContain("three");
  });

  test("notes no text that nobody reviews", async () => {
    const real = { ...analyzeOperations({ limits, parsers: 1, cache: noAnswerCache }), ...reviewOperations };
    const { report: whole, stage } = await carriedOut(planOfText("notes.txt", text, "all"), {}, real);
    expect(whole?.model).toBeNull();
    expect(stage.notes.size).toBe(0);
  });
});

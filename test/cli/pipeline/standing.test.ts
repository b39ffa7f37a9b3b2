// How far a pipeline is, out of the entries of its run, and how that is shown: as a block and as lines.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { operationNews } from "../../../actors/operations/ask-model.ts";
import { pipelineNews } from "../../../actors/pipeline/news.ts";
import { widthOf } from "../../../actors/rendering/wrap.ts";
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import { type PipelineStanding, standingAfter, standingOf } from "../../../cli/pipeline-standing.ts";
import { pipelineBlock, stepLogLine } from "../../../cli/render/pipeline-progress-text.ts";
import type { Terminal } from "../../../cli/terminal.ts";
import { scriptedRun } from "../runs-stage.ts";

const terminal: Terminal = { columns: 80, colors: false, unicode: true, animated: true };

/** Each entry comes a second after the one before. */
function stood(texts: readonly string[], ...facts: readonly RunFact[]) {
  const steps = texts.map((text, index) => {
    const word = text.split(" ").find((one) => !one.includes(":")) ?? text;
    return { id: String(index + 1), word, text };
  });
  const entries = scriptedRun({ kind: "pipeline" }, ...facts).entries;
  const standing = entries.reduce<PipelineStanding>(standingAfter, standingOf(steps));
  return { standing, now: entries.at(-1)?.at ?? 0 };
}

function block(texts: readonly string[], ...facts: readonly RunFact[]): readonly string[] {
  const { standing, now } = stood(texts, ...facts);
  return pipelineBlock(standing, now, terminal, false);
}

const started = (step: string): RunFact => ({
  ...{ type: "step_started", step, operation: "pipeline.step", attempt: 1 },
});
const finished = (step: string, value: unknown = { status: "done" }): RunFact => ({
  ...{ type: "step_finished", step, output: { value }, added: 0 },
});
const usage = (step: string, costUsd: number | null = 0.01): RunFact => ({
  ...{ type: "usage", step, provider: "openai", model: "m", inputTokens: 100, outputTokens: 50 },
  ...{ costUsd, interrupted: false },
});
const told = (step: string, name: string, about: unknown): RunFact => ({ type: "told", step, name, about });

describe("the block of a pipeline", () => {
  it("shows each step with its state, its time, what it took and the node", () => {
    const lines = block(
      ["analyze type:all", "refactor", "test_generate"],
      started("1"),
      finished("1"),
      started("2"),
      usage("2"),
      told("2", operationNews, { doing: "asking", round: 1 }),
    );
    expect(lines).toEqual([
      "Pipeline: 1 of 3 steps, 6 s, 150 tokens, US$ 0.0100",
      "  done     1 analyze type:all  1 s",
      "  working  2 refactor  2 s, 150 tokens, US$ 0.0100, on alpha, asking",
      "  waiting  3 test_generate",
    ]);
  });

  it("tells skipped and failed steps, and why", () => {
    const lines = block(
      ["analyze", "if:quality<0.8 refactor", "explain"],
      finished("2", { status: "skipped", reason: "if:quality<0.8 was not met." }),
      started("3"),
      { type: "failed", code: "x", message: "No answer.", step: "3" },
    );
    expect(lines[2]).toBe("  skipped  2 if:quality<0.8 refactor  if:quality<0.8 was not met.");
    expect(lines[3]).toBe("  failed   3 explain  1 s, No answer.");
  });

  it("counts the parts of a split, and shows the steps within it as it stands", () => {
    const part = (name: string): RunFact => ({
      ...{ type: "outcome", effect: `2/part ${name}`, fate: "done", found: false },
    });
    const texts = ["analyze", "split by:file", "explain", "merge", "save file:a.md"];
    const facts = [started("2"), told("2", pipelineNews.parts, { step: 2, total: 10 }), part("a"), part("b")];
    expect(block(texts, ...facts).slice(2)).toEqual([
      "  working  2 split by:file  3 s, 2 of 10 parts, on alpha",
      "  working  3 explain",
      "  waiting  4 merge",
      "  waiting  5 save file:a.md",
    ]);
    expect(block(texts, ...facts, finished("2"))[3]).toBe("  done     3 explain");
    // Whoever takes the run over tells of them again, and does none again that is done.
    const again = [...facts, told("2", pipelineNews.parts, { step: 2, total: 10 }), part("c")];
    expect(block(texts, ...again)[2]).toContain("3 of 10 parts");
  });

  it("tells parts that failed from those that are done, also when they are tried again", () => {
    const part = (name: string, ok: boolean): RunFact => {
      const end = ok ? { ok, output: { document: { status: "completed" } } } : { ok, message: "No." };
      return {
        type: "outcome",
        effect: `1/part ${name}`,
        fate: "done",
        found: false,
        value: { value: { end } },
      };
    };
    const partly = { end: { ok: true, output: { document: { status: "partial" } } } };
    const partial: RunFact = {
      ...{ type: "outcome", effect: "1/part c", fate: "done", found: false },
      value: { value: partly },
    };
    const begin = [started("1"), told("1", pipelineNews.parts, { step: 1, total: 3 })];
    const first = [...begin, part("a", true), part("b", false), partial];
    expect(block(["explain"], ...first)[1]).toContain("1 of 3 parts, 2 failed");
    const again = [...first, ...begin, part("b again 1", true)];
    expect(block(["explain"], ...again)[1]).toContain("2 of 3 parts, 1 failed");
    expect(block(["explain"], ...again, part("c again 1", true))[1]).toMatch(/ 3 of 3 parts, on/);
    const parts = ["done", "failed", "done"].map((status) => ({ status }));
    expect(block(["explain"], ...again, finished("1", { status: "done", parts }))[1]).toContain(
      "2 of 3 parts, 1 failed",
    );
  });

  it("counts the parts of each round of a step", () => {
    const begin = [started("1"), told("1", pipelineNews.parts, { step: 1, total: 1 })];
    const over: RunFact = { type: "outcome", effect: "1/part a", fate: "done", found: false };
    const next: RunFact = { ...over, effect: "1/round 2/part a" };
    expect(block(["explain"], ...begin, over, ...begin)[1]).toContain("0 of 1 part,");
    expect(block(["explain"], ...begin, over, ...begin, next)[1]).toContain("1 of 1 part,");
  });

  it("shows the split of a folder that is streamed, until a step behind it begins", () => {
    const texts = ["explain", "document", "combine_results"];
    expect(block(texts, started("0")).slice(1)).toEqual([
      "  working  0 split by:file  0 s, on alpha",
      "  working  1 explain",
      "  working  2 document",
      "  working  3 combine_results",
    ]);
    const behind = block(texts, started("0"), finished("0"), started("3"));
    expect(behind.slice(2)).toEqual([
      "  done     1 explain",
      "  done     2 document",
      "  working  3 combine_results  0 s, on alpha",
    ]);
  });

  it("counts files of a long step, what all of it waits for, and an unknown cost", () => {
    const progress = told("1", pipelineNews.progress, { step: 1, done: 3, total: 9 });
    expect(block(["analyze"], started("1"), progress)[1]).toContain("3 of 9 files");
    expect(block(["analyze"], { type: "waiting", for: "limit", why: "a budget" })[0]).toContain(
      "waits: a budget",
    );
    expect(block(["explain"], started("1"), usage("1", null))[0]).toContain("cost unknown");
  });

  it("shows the end of what is written, where it is streamed", () => {
    const text: RunFact = {
      type: "text",
      step: "1",
      text: `${"old ".repeat(50)}\nthe newest\u001b[2J words`,
    };
    const { standing, now } = stood(["explain"], started("1"), text);
    const [, , tail = ""] = pipelineBlock(standing, now, terminal, true);
    expect(tail).toMatch(/the newest\\x1b\[2J words$/);
    expect(widthOf(tail)).toBeLessThan(terminal.columns);
  });

  it("shows those around the ones at work where there are many", () => {
    const texts = Array.from({ length: 40 }, (_, index) => `explain focus:${index}`);
    const facts = Array.from({ length: 20 }, (_, index) => finished(String(index + 1)));
    const lines = block(texts, ...facts, started("21"));
    expect(lines).toHaveLength(13);
    expect(lines[1]).toBe("  ... 18 before these");
    expect(lines.join("\n")).toContain("working 21");
    expect(lines.at(-1)).toBe("  ... 12 behind these");
  });

  it("is never wider than the terminal, whatever is said", () => {
    const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(words, words, fc.integer({ min: 30, max: 100 }), (text, why, columns) => {
        const { standing, now } = stood(
          [text, "refactor"],
          started("1"),
          told("1", operationNews, { doing: why, round: 1 }),
          { type: "text", step: "1", text },
        );
        for (const line of pipelineBlock(standing, now, { ...terminal, columns }, true)) {
          expect(widthOf(line)).toBeLessThan(columns);
          expect(line).not.toContain("\n");
        }
      }),
    );
  });
});

describe("the line of a step", () => {
  it("says how it ended, for a log", () => {
    const { standing, now } = stood(["analyze", "refactor"], started("1"), usage("1"), finished("1"));
    const [step] = standing.steps;
    expect(step && stepLogLine(step, 2, "alpha", now, terminal)).toBe(
      "done     step 1 of 2, analyze: 2 s, 150 tokens, US$ 0.0100",
    );
  });
});

describe("standingAfter()", () => {
  it("takes any entries in any order, of steps that are not there too", () => {
    const ids = fc.constantFrom("", "0", "1", "2", "9", "end", "__proto__");
    const facts = fc.oneof(
      ids.map(started),
      ids.map((step) => finished(step, null)),
      ids.map((step) => finished(step, { status: 3, reason: {} })),
      fc.tuple(ids, fc.anything()).map(([step, about]) => told(step, pipelineNews.parts, about)),
      fc.tuple(ids, fc.anything()).map(([step, about]) => told(step, operationNews, about)),
      ids.map((effect): RunFact => ({ type: "outcome", effect, fate: "done", found: false })),
      ids.map((step): RunFact => ({ type: "failed", code: "x", message: "y", step })),
    );
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 30 }), (given) => {
        const { standing, now } = stood(["split", "explain", "merge"], ...(given as RunFact[]));
        expect(pipelineBlock(standing, now, terminal, true).length).toBeGreaterThan(0);
      }),
    );
  });
});

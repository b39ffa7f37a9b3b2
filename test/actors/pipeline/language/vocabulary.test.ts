// The words of pipelines against the operations that do what they say.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { analysisTypes, severities } from "../../../../actors/analysis/report.ts";
import { modelOperationOf } from "../../../../actors/operations/model-operations.ts";
import { conditionWords } from "../../../../actors/pipeline/language/specification.ts";
import { conditionSummaries } from "../../../../actors/pipeline/language/told-words.ts";
import { pipelineWordOf, pipelineWords } from "../../../../actors/pipeline/language/vocabulary.ts";

/** What the pipeline says by itself, and how its words say the rest. */
const saidOtherwise: Readonly<Record<string, readonly string[]>> = {
  explain: ["file", "text"],
  refactor: ["file", "text", "mode"],
  generate: [],
  test_generate: ["file", "text"],
  document: ["file", "text"],
  document_comments: ["file", "text", "mode"],
};

const words = [
  ...["explain", "refactor", "generate", "test_generate", "document"].map((name) => [name, name] as const),
  ["document_comments", "document"] as const,
];

describe("pipelineWords (M-PIPE-2)", () => {
  it("are those that the guide names", () => {
    const namesOf = (group: string): string[] =>
      pipelineWords.filter((word) => word.group === group).map(({ name }) => name);
    expect(namesOf("operation").toSorted()).toEqual(
      ["analyze", "document", "explain", "generate", "refactor", "test_generate", "workflow"].toSorted(),
    );
    expect(namesOf("transformer")).toEqual([
      ...["extract_code", "extract_insights", "format_markdown", "combine_results", "filter_suggestions"],
    ]);
    expect(namesOf("utility")).toEqual(["save", "load", "merge", "split", "filter"]);
    expect(conditionSummaries.map(({ word }) => word)).toEqual([...conditionWords]);
  });

  it.each(words)("offer all that %s takes, with the same choices and fallbacks", (operation, word) => {
    const schema = z.toJSONSchema(modelOperationOf(operation)?.input ?? z.never(), { io: "input" });
    const parameters = pipelineWordOf(word)?.parameters ?? [];
    const offered = Object.entries(schema.properties ?? {}).filter(
      ([key]) => saidOtherwise[operation]?.includes(key) !== true,
    );
    for (const [key, value] of offered) {
      const { shape, fallback, isRequired } = parameters.find(({ name }) => name === key) ?? {};
      const { enum: choices, type, default: own } = value as Record<string, unknown>;
      const kind = choices !== undefined ? "choice" : { boolean: "flag", number: "share" }[String(type)];
      if (kind === undefined) expect(shape?.kind, key).toMatch(/^(text|path)$/);
      else expect(shape?.kind, key).toBe(kind);
      if (shape?.kind === "choice") expect(shape.choices).toEqual(choices);
      if (shape?.kind === "choice" && own !== undefined) expect(fallback).toBe(own);
      if (isRequired === true) expect(schema.required).toContain(key);
    }
    expect(offered.length > 0 || word === "document").toBe(true);
  });

  it("know the types of analysis, and the severities", () => {
    const [type] = pipelineWordOf("analyze")?.parameters ?? [];
    expect(type?.shape).toMatchObject({ choices: [...analysisTypes, "all"] });
    const severity = pipelineWordOf("filter")?.parameters.find(({ name }) => name === "severity");
    expect(severity?.shape).toMatchObject({ choices: [...severities] });
  });
});

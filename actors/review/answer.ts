// What a model is to answer about one file: the JSON Schema it is given, and the check of what comes back.
import { z } from "zod";
import { isAskedFor } from "../analysis/category.ts";
import { type AnalysisType, analysisTypes, type Finding, severities } from "../analysis/report.ts";
import { answerForm, clipped, jsonIn, problemOf, withFew } from "../llm/answer-form.ts";
import type { AnswerSchema } from "../llm/completion.ts";
import { findingsMax, problemCharactersMax, sentenceCharactersMax, summaryCharactersMax } from "./limits.ts";

export interface ReviewAnswer {
  readonly score: number;
  readonly summary: string;
  readonly findings: readonly AnsweredFinding[];
}

export interface AnsweredFinding {
  readonly category: Finding["category"];
  readonly severity: Finding["severity"];
  readonly line: number;
  readonly end_line: number;
  readonly quote: string;
  readonly message: string;
  readonly remedy: string;
}

export type ReadAnswer =
  | { readonly ok: true; readonly answer: ReviewAnswer }
  /** `problem` is a sentence for the model. */
  | { readonly ok: false; readonly problem: string };

const sentence = clipped(sentenceCharactersMax);

/** The form that is asked for. Categories are those that `type` asks for, so that no other finding is made. */
export function answerSchema(type: AnalysisType): AnswerSchema {
  const categories = analysisTypes.filter((category) => isAskedFor(category, type));
  return answerForm("code_review", answerWith(categories));
}

/**
 * The answer in a model's text, which may have a fence or words around it. Texts that are too long are cut, and findings of
 * other categories than `type` asks for, which a server without a strict mode lets through, are left out.
 */
export function readAnswer(text: string, type: AnalysisType): ReadAnswer {
  const parsed = jsonIn(text);
  if (parsed === undefined) return { ok: false, problem: "It is no JSON document." };
  const checked = answerWith(analysisTypes).safeParse(withFew(parsed.value, "findings", findingsMax));
  if (checked.success) {
    const findings = checked.data.findings.filter(({ category }) => isAskedFor(category, type));
    return { ok: true, answer: { ...checked.data, findings } };
  }
  return { ok: false, problem: problemOf(checked.error, problemCharactersMax) };
}

function answerWith(categories: readonly Finding["category"][]) {
  return z.object({
    summary: clipped(summaryCharactersMax).describe(
      "What the file does and how well, in two or three sentences",
    ),
    score: z
      .number()
      .min(0)
      .max(10)
      .describe("Quality of the file from 0 (unusable) to 10 (nothing to improve)"),
    findings: z.array(
      z.object({
        line: z.int().min(1).describe("Number of the line, as it stands before the line"),
        end_line: z.int().min(1).describe("Number of the last line that is meant"),
        quote: sentence.describe(
          "The text of that line, or a part of it, copied exactly and without its number",
        ),
        category: z.enum(categories),
        severity: z.enum(severities),
        message: sentence.describe("What is wrong and what it leads to, in one or two sentences"),
        remedy: sentence.describe("What to do, in one sentence"),
      }),
    ),
  });
}

// Analyzes one file: reads it, has it parsed, and makes its report, or says why there is none.
import type { AnswerCache } from "../analysis/answer-cache.ts";
import { fileReport, type Outcome, outcomeOf, type SourceFile } from "../analysis/file-report.ts";
import type { Footprint } from "../analysis/footprint.ts";
import { detectLanguage, type Language } from "../analysis/languages.ts";
import type { AnalysisType, FileReport } from "../analysis/report.ts";
import type { StepContext, StepOutcome } from "../pipeline/plan.ts";
import { type SourceText, type SourceTextLimits, sourceTextOf } from "../workspace/source-text.ts";
import { textKey } from "./review.ts";
import { parse, readFile } from "./services.ts";

export interface FileInput {
  /** As the report shows it: below `root`, or as the user named it. */
  readonly path: string;
  /** The directory that is analyzed; left out when the file itself was named. */
  readonly root?: string;
  readonly type: AnalysisType;
  /** The number of the parser that shall have it. */
  readonly parser: number;
}

export interface TextInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type: AnalysisType;
  readonly parser: number;
  /** True where a model reviews it: what was read is noted for the steps that need it. */
  readonly isNoted?: boolean;
}

/**
 * The outcome of a file step: a report, and for the rules over several files its footprint where it was parsed; or a failure
 * that ends the analysis of a single file.
 */
export type FileOutcome =
  | { readonly ok: true; readonly report: FileReport; readonly footprint: Footprint | null }
  | { readonly ok: false; readonly code: string; readonly message: string };

export async function analyzeFile(
  input: FileInput,
  context: StepContext,
  cache: AnswerCache,
): Promise<StepOutcome> {
  const { path, root, type } = input;
  const read = await readFile(context, { path, ...(root === undefined ? {} : { root }), isNamed: true });
  if (!read.ok) {
    // One file that was named and cannot be read is the answer; in a directory it is one of many.
    if (root === undefined)
      return { output: { ok: false, code: read.code, message: read.message } satisfies FileOutcome };
    const file: SourceFile = { path, bytes: 0, language: detectLanguage(path), text: null };
    const status = read.code === "file_not_found" ? "skipped" : "unparsed";
    return {
      output: {
        ok: true,
        report: fileReport(file, { status, reason: read.message }, type),
        footprint: null,
      } satisfies FileOutcome,
    };
  }
  const isNamed = root === undefined;
  return analyzeSource({ path, bytes: read.bytes, source: read.source, input, isNamed, cache });
}

/** Analyzes a text that came with the request. */
export async function analyzeText(
  input: TextInput,
  context: StepContext,
  { limits, cache }: { readonly limits: SourceTextLimits; readonly cache: AnswerCache },
): Promise<StepOutcome> {
  const { name, bytes } = input;
  const source = sourceTextOf(bytes, bytes.length, limits);
  if (input.isNoted === true) await context.note(textKey, source.kind === "text" ? source.text : null, "run");
  return analyzeSource({ path: name, bytes: bytes.length, source, input, isNamed: true, cache });
}

/** A text that was read, and what is to become of it. */
interface Task {
  readonly path: string;
  readonly bytes: number;
  readonly source: SourceText;
  readonly input: Pick<FileInput, "type" | "parser">;
  /** True where it is all that was asked for, so that a refusal is the answer. */
  readonly isNamed: boolean;
  readonly cache: AnswerCache;
}

async function analyzeSource(task: Task): Promise<StepOutcome> {
  const { path, bytes, source, input, isNamed } = task;
  if (source.kind === "binary" && isNamed) {
    const message = `${JSON.stringify(path)} is a binary file (${evidence(source.evidence)}). Name a file of source code.`;
    return { output: { ok: false, code: "binary_file", message } satisfies FileOutcome };
  }
  const text = source.kind === "text" ? source.text : null;
  const language = detectLanguage(path, text ?? "");
  const outcome = await outcomeOfSource(task, language);
  const report = fileReport({ path, bytes, language, text }, outcome, input.type);
  const footprint = outcome.status === "analyzed" ? outcome.footprint : null;
  return { output: { ok: true, report, footprint } satisfies FileOutcome };
}

async function outcomeOfSource(
  { path, source, input, cache }: Task,
  language: Language | null,
): Promise<Outcome> {
  if (source.kind === "empty") return { status: "skipped", reason: "The file is empty." };
  if (source.kind === "binary")
    return { status: "skipped", reason: `A binary file: ${evidence(source.evidence)}.` };
  if (source.cutShort === "too_large") {
    return {
      status: "cut_short",
      reason:
        "The file is larger than workspace.max_file_size_mb; only its beginning was read, as plain text.",
    };
  }
  if (source.cutShort === "long_line") {
    return {
      status: "cut_short",
      reason:
        "A line is longer than workspace.max_line_characters; what is before it was read, as plain text.",
    };
  }
  if (!source.valid) {
    return {
      status: "unparsed",
      reason: `It holds bytes that are no valid ${source.encoding.toUpperCase()}; it was read as plain text.`,
    };
  }
  if (language === null) {
    return {
      status: "unparsed",
      reason: "Its language is not one that aiex parses; it was read as plain text.",
    };
  }
  const request = { id: path, path, language: language.id, text: source.text };
  return outcomeOf(await parse(input.parser, request, cache));
}

function evidence(kind: "nul" | "control_characters"): string {
  return kind === "nul" ? "it holds NUL bytes" : "it is full of control characters";
}

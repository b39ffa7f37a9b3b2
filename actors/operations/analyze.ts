// The operations of an analysis: list what there is, analyze each file, put the reports together.

import { analysisReport } from "../analysis/analysis-report.ts";
import type { AnswerCache } from "../analysis/answer-cache.ts";
import { fileReport, withFindings } from "../analysis/file-report.ts";
import { isMinified } from "../analysis/generated.ts";
import { detectLanguage } from "../analysis/languages.ts";
import { examineProject, type ProjectFile } from "../analysis/project.ts";
import type { AnalysisType, FileReport } from "../analysis/report.ts";
import type { Operations, Plan, Step, StepContext, StepOutcome } from "../pipeline/plan.ts";
import type { ReaderFailure } from "../workspace/reader.ts";
import type { SourceTextLimits } from "../workspace/source-text.ts";
import type { SkippedPath } from "../workspace/walk.ts";
import { rememberAnalysis } from "./analysis-memory.ts";
import { type AnalysisOutcome, analysisSteps, fileStepOf, pathOfStep } from "./analysis-steps.ts";
import {
  analyzeFile,
  analyzeText,
  type FileInput,
  type FileOutcome,
  type TextInput,
} from "./analyze-file.ts";
import { type ReviewPart, type ReviewSource, reportStep, stepsOfReview } from "./review.ts";
import { listFiles } from "./services.ts";

interface ListInput {
  readonly path: string;
  readonly type: AnalysisType;
}

interface CombineInput {
  readonly input: string;
  readonly type: AnalysisType;
  /** Left out where nobody reviews. */
  readonly review?: ReviewPart;
}

interface Listed {
  readonly failure: ReaderFailure | undefined;
  /** The real path of the directory; null for a file. */
  readonly root: string | null;
  /** Reports of what was found and cannot be read. */
  readonly reports: readonly FileReport[];
}

export interface AnalyzeOptions {
  readonly limits: SourceTextLimits;
  /** Parsers there are to share the files among. */
  readonly parsers: number;
  readonly cache: AnswerCache;
}

/** Plans the analysis of a file or directory, and its review where there is one; the output is an `AnalysisOutcome`. */
export function planOfPath(path: string, type: AnalysisType, review?: ReviewPart): Plan {
  const input: ListInput = { path, type };
  return planOf([{ id: analysisSteps.list, operation: "analyze.list", input }], path, type, review);
}

/** Plans the analysis of a text that is at hand. */
export function planOfText(name: string, bytes: Uint8Array, type: AnalysisType, review?: ReviewPart): Plan {
  const input: TextInput = { name, bytes, type, parser: 0, isNoted: review !== undefined };
  return planOf([{ id: fileStepOf(name), operation: "analyze.text", input }], name, type, review);
}

/** The operations by name. */
export function analyzeOperations(options: AnalyzeOptions): Operations {
  return {
    "analyze.list": (input: ListInput, context) => list(input, context, options.parsers),
    "analyze.file": (input: FileInput, context) => analyzeFile(input, context, options.cache),
    "analyze.text": (input: TextInput, context) => analyzeText(input, context, options),
    "analyze.combine": (input: CombineInput, context) => combine(input, context),
  };
}

function planOf(
  steps: readonly Step[],
  input: string,
  type: AnalysisType,
  review: ReviewPart | undefined,
): Plan {
  const { combine: id, report } = analysisSteps;
  const combineInput: CombineInput = { input, type, ...(review === undefined ? {} : { review }) };
  const combined: Step = { id, operation: "analyze.combine", input: combineInput, after: "rest" };
  return { steps: [...steps, combined], result: review === undefined ? id : report };
}

async function list({ path, type }: ListInput, context: StepContext, parsers: number): Promise<StepOutcome> {
  const listing = await listFiles(context, path, { isNamed: true });
  if (!listing.ok) return { output: { failure: listing, root: null, reports: [] } satisfies Listed };
  if (listing.kind === "file") {
    const input: FileInput = { path, type, parser: 0 };
    const output: Listed = { failure: undefined, root: null, reports: [] };
    return { output, steps: [fileStep(input)] };
  }
  const steps: Step[] = [];
  const reports: FileReport[] = [];
  const { root } = listing;
  for (const entry of listing.entries) {
    if (entry.kind === "skipped") {
      const report = reportOfSkipped(entry, type);
      if (report !== undefined) reports.push(report);
    } else if (isMinified(entry.path)) {
      const file = { path: entry.path, bytes: 0, language: detectLanguage(entry.path), text: null };
      const reason = "It is minified by its name: what it was made from is what people read.";
      reports.push(fileReport(file, { status: "skipped", reason }, type));
    } else if (detectLanguage(entry.path) !== null) {
      steps.push(fileStep({ path: entry.path, root, type, parser: steps.length % parsers }));
    }
  }
  return { output: { failure: undefined, root, reports } satisfies Listed, steps };
}

function fileStep(input: FileInput): Step {
  return { id: fileStepOf(input.path), operation: "analyze.file", input };
}

async function combine({ input, type, review }: CombineInput, context: StepContext): Promise<StepOutcome> {
  const outputs = context.outputs();
  const listed = outputs.get(analysisSteps.list) as Listed | undefined;
  const output = combined(input, type, listed, outputs);
  if (review === undefined) {
    await rememberAnalysis(output, context);
    return { output };
  }
  return { output, steps: output.ok ? stepsOfReview(review, sourceOf(listed)) : [reportStep(review)] };
}

function combined(
  input: string,
  type: AnalysisType,
  listed: Listed | undefined,
  outputs: ReadonlyMap<string, unknown>,
): AnalysisOutcome {
  if (listed?.failure !== undefined)
    return { ok: false, code: listed.failure.code, message: listed.failure.message };
  const reports = [...(listed?.reports ?? [])];
  const project: ProjectFile[] = [];
  for (const [id, output] of outputs) {
    if (pathOfStep(id) === undefined) continue;
    const outcome = output as FileOutcome;
    if (!outcome.ok) return outcome;
    const { report, footprint } = outcome;
    reports.push(report);
    if (footprint !== null) project.push({ path: report.path, language: report.language ?? "", footprint });
  }
  const examined = examineProject(project);
  const files = reports.map((report) => withFindings(report, examined.findings.get(report.path) ?? [], type));
  return { ok: true, report: analysisReport(files, input, type, examined) };
}

function sourceOf(listed: Listed | undefined): ReviewSource {
  if (listed === undefined) return { kind: "text" };
  return listed.root === null ? { kind: "files" } : { kind: "files", root: listed.root };
}

/** Links are named elsewhere in the tree, or lead out of it; everything else that was passed over is told. */
function reportOfSkipped({ path, reason }: SkippedPath, type: AnalysisType): FileReport | undefined {
  const file = { path, bytes: 0, language: detectLanguage(path), text: null };
  switch (reason) {
    case "symlink":
      return undefined;
    case "not_regular_file":
      return fileReport(
        file,
        { status: "skipped", reason: "It is a pipe, a socket or a device, and no file." },
        type,
      );
    case "vanished":
      return fileReport(file, { status: "skipped", reason: "It was gone when it was to be read." }, type);
    case "unreadable":
      return unread("It may not be read. Check its permissions.");
    case "name_not_utf8":
      return unread("Its name is not UTF-8, so it cannot be opened by name.");
    case "ignore_file_refused":
      return unread("It was left out of account: an ignore file that is too large, or no regular file.");
    case "denied":
      return file.language === null
        ? undefined
        : fileReport(file, { status: "skipped", reason: "The settings of the sandbox deny it." }, type);
    case "depth_limit":
      return unread("It lies deeper than workspace.max_depth allows.");
    case "entries_limit":
      return unread("From here on nothing was looked at: workspace.max_entries was reached.");
    case "bytes_limit":
      return unread("From here on nothing was read: workspace.max_total_mb was reached.");
  }

  function unread(words: string): FileReport {
    return fileReport(file, { status: "unparsed", reason: words }, type);
  }
}

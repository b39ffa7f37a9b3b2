// The operations of an analysis: list what there is, analyze each file, put the reports together.

import { analysisReport } from "../analysis/analysis-report.ts";
import type { AnswerCache } from "../analysis/answer-cache.ts";
import { fileReport, withFindings } from "../analysis/file-report.ts";
import { isMinified } from "../analysis/generated.ts";
import { detectLanguage } from "../analysis/languages.ts";
import { examineProject, type ProjectFile } from "../analysis/project.ts";
import type { AnalysisReport, AnalysisType, FileReport } from "../analysis/report.ts";
import type { Operation, Operations, Plan, Step, StepOutcome } from "../pipeline/plan.ts";
import type { ReaderFailure } from "../workspace/reader.ts";
import type { SourceTextLimits } from "../workspace/source-text.ts";
import type { SkippedPath } from "../workspace/walk.ts";
import {
  analyzeFile,
  analyzeText,
  type FileInput,
  type FileOutcome,
  type TextInput,
} from "./analyze-file.ts";
import { listWorkspace } from "./services.ts";

/** What an analysis came to: a report, or the reason why the input as a whole could not be read. */
export type AnalysisOutcome =
  | { readonly ok: true; readonly report: AnalysisReport }
  | { readonly ok: false; readonly code: string; readonly message: string };

interface ListInput {
  readonly path: string;
  readonly type: AnalysisType;
}

interface CombineInput {
  readonly input: string;
  readonly type: AnalysisType;
}

interface Listed {
  readonly failure: ReaderFailure | undefined;
  /** Reports of what was found and cannot be read. */
  readonly reports: readonly FileReport[];
}

export interface AnalyzeOptions {
  readonly limits: SourceTextLimits;
  /** Parsers there are to share the files among. */
  readonly parsers: number;
  readonly cache: AnswerCache;
}

const listStep = "list";
const combineStep = "combine";
const fileStepPrefix = "file:";

/** Plans the analysis of a file or directory. */
export function planOfPath(path: string, type: AnalysisType): Plan {
  const list: Step = { id: listStep, operation: "analyze.list", input: { path, type } satisfies ListInput };
  return planOf([list], path, type);
}

/** Plans the analysis of a text that is at hand. */
export function planOfText(name: string, bytes: Uint8Array, type: AnalysisType): Plan {
  const input: TextInput = { name, bytes, type, parser: 0 };
  return planOf([{ id: `${fileStepPrefix}${name}`, operation: "analyze.text", input }], name, type);
}

/** The path that a step analyzes, for people; undefined for the other steps. */
export function pathOfStep(id: string): string | undefined {
  return id.startsWith(fileStepPrefix) ? id.slice(fileStepPrefix.length) : undefined;
}

/** The operations by name. */
export function analyzeOperations(options: AnalyzeOptions): Operations {
  const list: Operation = (input: ListInput) => listFiles(input, options.parsers);
  return {
    "analyze.list": list,
    "analyze.file": (input: FileInput, context) => analyzeFile(input, context, options.cache),
    "analyze.text": (input: TextInput, context) => analyzeText(input, context, options),
    "analyze.combine": async (input: CombineInput, context) => ({
      output: combine(input, context.outputs()),
    }),
  };
}

function planOf(steps: readonly Step[], input: string, type: AnalysisType): Plan {
  const combined: Step = {
    id: combineStep,
    operation: "analyze.combine",
    input: { input, type } satisfies CombineInput,
    after: "rest",
  };
  return { steps: [...steps, combined], result: combineStep };
}

async function listFiles({ path, type }: ListInput, parsers: number): Promise<StepOutcome> {
  const listing = await listWorkspace(path);
  if (!listing.ok) return { output: { failure: listing, reports: [] } satisfies Listed };
  if (listing.kind === "file") {
    const input: FileInput = { path, type, parser: 0 };
    return { output: { failure: undefined, reports: [] } satisfies Listed, steps: [fileStep(input)] };
  }
  const steps: Step[] = [];
  const reports: FileReport[] = [];
  for (const entry of listing.entries) {
    if (entry.kind === "skipped") {
      const report = reportOfSkipped(entry, type);
      if (report !== undefined) reports.push(report);
    } else if (isMinified(entry.path)) {
      const file = { path: entry.path, bytes: 0, language: detectLanguage(entry.path), text: null };
      const reason = "It is minified by its name: what it was made from is what people read.";
      reports.push(fileReport(file, { status: "skipped", reason }, type));
    } else if (detectLanguage(entry.path) !== null) {
      steps.push(fileStep({ path: entry.path, root: listing.root, type, parser: steps.length % parsers }));
    }
  }
  return { output: { failure: undefined, reports } satisfies Listed, steps };
}

function fileStep(input: FileInput): Step {
  return { id: `${fileStepPrefix}${input.path}`, operation: "analyze.file", input };
}

function combine({ input, type }: CombineInput, outputs: ReadonlyMap<string, unknown>): AnalysisOutcome {
  const listed = outputs.get(listStep) as Listed | undefined;
  if (listed?.failure !== undefined)
    return { ok: false, code: listed.failure.code, message: listed.failure.message };
  const reports = [...(listed?.reports ?? [])];
  const project: ProjectFile[] = [];
  for (const [id, output] of outputs) {
    if (!id.startsWith(fileStepPrefix)) continue;
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

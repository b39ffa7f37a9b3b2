// An analysis as a run: what it is asked to do, whom it asks before anything is sent, and the report that it comes to.
import { resolve } from "node:path";
import type { AnalysisReport, AnalysisType } from "../../actors/analysis/report.ts";
import { type AnalysisOutcome, analysisSteps } from "../../actors/operations/analysis-steps.ts";
import { planOfPath, planOfText } from "../../actors/operations/analyze.ts";
import { disclosureChoices } from "../../actors/operations/consent.ts";
import type { ReviewPart } from "../../actors/operations/review.ts";
import type { Disclosure } from "../../actors/review/disclosure.ts";
import type { OnUnknown, WorkspaceRef } from "../../actors/runs/run-spec.ts";
import { AiexError } from "../../runtime/errors.ts";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import type { Configuration } from "../config.ts";
import { reportWithoutReview, reviewPart } from "../review.ts";
import { type SessionChoice, sessionRef } from "../sessions.ts";
import type { FollowOptions, RunEnd, RunOrder, Runs } from "./runs.ts";

export type AnalysisInput =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "text"; readonly name: string; readonly bytes: Uint8Array };

/** Who may review, where anybody may. */
export interface ReviewChoice {
  /**
   * The entry of llm.providers that reviews. Where it is left out: llm.default_provider; else, if one file or a text is
   * analyzed, an entry whose key or address is in the environment; else nobody.
   */
  readonly provider?: string;
  /** A model of it, where it is not to be the entry's own. */
  readonly model?: string;
}

/** What bounds a run, and what is needed to show its result. */
export interface RunTerms {
  /** What is done about an effect of which nobody knows whether it happened. Default: "ask". */
  readonly onUnknown?: OnUnknown | undefined;
  /** Milliseconds from now. */
  readonly deadlineMs?: number | undefined;
  readonly costUsdMax?: number | undefined;
  /** Plain data that is kept with the run. */
  readonly shown?: unknown;
}

export interface AnalysisOrder extends RunTerms {
  /** Where it is remembered what it found: in that of this name, else in that of the project. Left out: nowhere. */
  readonly session?: SessionChoice | undefined;
  readonly input: AnalysisInput;
  readonly type: AnalysisType;
  /** Left out where no model may review. */
  readonly review?: ReviewChoice | undefined;
  /** Whose files they are. Left out: those of this program, or of the node that has the run. */
  readonly workspace?: WorkspaceRef | undefined;
  /** False where nobody is there who is told what is sent before it is: to submit it is consent then. Default: true. */
  readonly asks?: boolean;
}

export interface AnalysisPlace {
  readonly files: FileSystem;
  readonly configuration: Configuration;
  /** Where relative paths start. */
  readonly directory: string;
}

/** The input cannot be analyzed: it is missing, may not be read, or is nothing that could be. `code` says which. */
export class InputRefused extends AiexError {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The analysis could not be brought to an end. */
export class AnalysisFailed extends AiexError {
  readonly code: string;
  constructor(message: string, code = "analysis_failed") {
    super(message);
    this.code = code;
  }
}

/** @throws {UnknownProvider} */
export async function analysisOrder(place: AnalysisPlace, order: AnalysisOrder): Promise<RunOrder> {
  const { input, type, workspace, onUnknown, deadlineMs, costUsdMax, asks = true, shown = null } = order;
  const part =
    order.review === undefined
      ? undefined
      : reviewPart(place.configuration, {
          ...order.review,
          isOneFile: await isOneFile(
            place,
            order.input.kind === "path" ? order.input.path : undefined,
            workspace,
          ),
        });
  const session = order.session && (await sessionRef(place, order.session));
  return {
    kind: "analysis",
    title: `Analysis of ${input.kind === "path" ? input.path : input.name}`,
    plan:
      input.kind === "path"
        ? planOfPath(input.path, type, part)
        : planOfText(input.name, input.bytes, type, part),
    ...{ workspace, session, onUnknown, deadlineMs, costUsdMax },
    asks: asks && part !== undefined,
    request: { shown, review: part ?? null },
  };
}

/** What was given as `shown` for an analysis, from what is kept of its run. */
export function shownOf(request: unknown): unknown {
  return (request as { readonly shown?: unknown } | null)?.shown ?? null;
}

/** Answers what an analysis or another operation asks before anything is sent. What `tell` rejects with ends the following, and nothing is sent. */
export function onDisclosure(
  tell: (disclosure: Disclosure) => void | Promise<void>,
): NonNullable<FollowOptions["onQuestion"]> {
  return async ({ choices, about }) => {
    if (!Object.values(disclosureChoices).every((choice) => choices.includes(choice))) return undefined;
    await tell(about as Disclosure);
    return disclosureChoices.send;
  };
}

/**
 * The report of an analysis that has ended. Where only the model's part failed, the static one is there.
 * @throws {InputRefused}; {AnalysisFailed} it has none: it failed, was cancelled, or nobody goes on with it
 */
export async function analysisReport(
  runs: Runs,
  { summary, output, problem }: RunEnd,
): Promise<AnalysisReport> {
  const outcome =
    summary.phase === "done" ? (output as AnalysisOutcome) : await withoutReview(runs, summary.id, problem);
  if (outcome === undefined) {
    const why = problem?.message ?? `Its run ${summary.id} is ${summary.phase}.`;
    throw new AnalysisFailed(`The analysis could not be brought to an end. ${why}`, codeOf(problem?.code));
  }
  if (!outcome.ok) throw new InputRefused(outcome.code, outcome.message);
  return outcome.report;
}

/** What bounds a run is known by its own code. */
function codeOf(problem: string | undefined): string {
  return problem !== undefined && bounds.has(problem) ? problem : "analysis_failed";
}

const bounds: ReadonlySet<string> = new Set(["deadline", "budget"]);

async function withoutReview(
  runs: Runs,
  id: string,
  problem: RunEnd["problem"],
): Promise<AnalysisOutcome | undefined> {
  if (problem === undefined || bounds.has(problem.code)) return undefined;
  const { state } = await runs.show(id);
  const part = (state.spec?.request as { readonly review?: ReviewPart | null } | null)?.review;
  const kept = state.steps.get(analysisSteps.combine)?.output;
  if (part === undefined || part === null || kept === undefined) return undefined;
  const outcome = (await runs.value(id, kept)) as AnalysisOutcome;
  return outcome.ok
    ? { ok: true, report: reportWithoutReview(outcome.report, part, problem.message) }
    : outcome;
}

/** What cannot be found counts as a file, which is then refused in words; what is elsewhere counts as many. No path is a text. */
export async function isOneFile(
  { files, directory }: Pick<AnalysisPlace, "files" | "directory">,
  path: string | undefined,
  workspace: WorkspaceRef | undefined,
): Promise<boolean> {
  if (path === undefined) return true;
  if (workspace?.id.startsWith("node:") === true) return false;
  try {
    const { kind } = await files.status(resolve(directory, path));
    return kind !== "directory";
  } catch (error) {
    if (error instanceof FileError) return true;
    throw error;
  }
}

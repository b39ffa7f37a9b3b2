// The library: everything that the command does, callable from TypeScript.
import { resolve } from "node:path";
import type { AnalysisReport, AnalysisType } from "../actors/analysis/report.ts";
import { type AnalysisOutcome, pathOfStep, planOfPath, planOfText } from "../actors/operations/analyze.ts";
import type { ReviewSource } from "../actors/operations/review.ts";
import type { Plan } from "../actors/pipeline/plan.ts";
import type { ProgressMessage } from "../actors/pipeline/run-steps.ts";
import type { Disclosure } from "../actors/review/disclosure.ts";
import { AiexError } from "../runtime/errors.ts";
import { FileError } from "../runtime/file-system.ts";
import {
  Applications,
  type LogDestination,
  type Node,
  type NodeOptions,
  startNode,
  type World,
} from "../runtime/index.ts";
import { analysisCache } from "./analysis-cache.ts";
import { type Configuration, readUserRuleCases } from "./config.ts";
import { followRun } from "./follow-run.ts";
import { startLog } from "./log.ts";
import { review, reviewLimits } from "./review.ts";
import { chooseReviewer } from "./reviewer.ts";
import { checkUserRules, type RuleTestReport, rulesInEffect, testUserRules } from "./rules.ts";
import { parserCount } from "./trees/parsers.ts";
import { rootTree } from "./trees/root.ts";

export {
  type Configuration,
  ConfigurationError,
  describeConfiguration,
  loadConfiguration,
} from "./config.ts";
export { UnknownProvider } from "./reviewer.ts";
export { RuleCheckFailed, type RuleTestFailure, type RuleTestReport, type TestedRule } from "./rules.ts";
export type { Disclosure };

export interface AnalyzeProgress {
  readonly done: number;
  /** Undefined until everything there is to do is known. */
  readonly total: number | undefined;
  readonly path: string;
}

export interface AnalyzeRequest {
  readonly input:
    | { readonly kind: "path"; readonly path: string }
    | { readonly kind: "text"; readonly name: string; readonly bytes: Uint8Array };
  readonly type: AnalysisType;
  /** A model may review too; without this nothing ever leaves the machine. */
  readonly review?: ReviewRequest;
  /** Hears of the files that are analyzed and then, counted anew, of those that are reviewed. */
  readonly onProgress?: (progress: AnalyzeProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ReviewRequest {
  /**
   * The entry of llm.providers that reviews. Where it is left out: llm.default_provider; else, if one file or a text is
   * analyzed, an entry whose key or address is in the environment; else nobody.
   */
  readonly provider?: string;
  /** A model of it, where it is not to be the entry's own. */
  readonly model?: string;
  /** Is told what is about to be sent, and awaited before anything is; where it rejects, nothing is sent. */
  readonly onDisclosure: (disclosure: Disclosure) => void | Promise<void>;
}

export interface RuleTestRequest {
  /** Files and folders with cases; those beside the user's rules where none are given. */
  readonly paths: readonly string[];
  readonly signal?: AbortSignal;
}

export interface AiexOptions {
  readonly world: World;
  readonly configuration: Configuration;
  /**
   * Hears at once of a failure that belongs to no request; everything is being stopped then, and the program goes on.
   * Without it the failure is thrown on when everything has stopped, and Node ends the program.
   */
  readonly onFailure?: (thrown: unknown) => void;
  /** Where the log goes that has no file, and what its file does not take. Default: nowhere. */
  readonly log?: LogDestination;
  /** As which node it runs. Default: as one that knows no other. */
  readonly as?: NodeIdentity;
}

/** A node that others know. */
export interface NodeIdentity {
  readonly name: string;
  readonly distribution: NonNullable<NodeOptions["distribution"]>;
  /** Runs before the application starts, on the node that it will run on; where it rejects, everything is stopped again. */
  readonly begin: (node: Node, applications: Applications) => Promise<void>;
}

export interface Aiex {
  /** The node underneath, for looking inside and for processes of one's own. */
  readonly node: Node;
  /**
   * Analyzes a file, a directory or a text with the static engine, and has a model review it where `review` asks for that.
   * @throws {InputRefused} it cannot be read; {AnalysisFailed}; {UnknownProvider}; what `onDisclosure` rejects with; what
   *   `signal` was aborted with
   */
  analyze(request: AnalyzeRequest): Promise<AnalysisReport>;
  /**
   * Tries the user's own rules on their cases.
   * @throws {ConfigurationError} a file of cases is wrong; {FileError} one is missing; what `signal` was aborted with
   */
  testRules(request: RuleTestRequest): Promise<RuleTestReport>;
  /** Stops everything in good order, and what does not stop in time, hard. */
  stop(): Promise<void>;
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
  readonly code = "analysis_failed";
}

/**
 * Starts the application in this program.
 * @throws {ConfigurationError} the engine refuses one of the user's rules
 */
export async function startAiex({ world, configuration, onFailure, log, as }: AiexOptions): Promise<Aiex> {
  const { values } = configuration;
  const environment = process.env.NODE_ENV;
  const isDevelopment = environment === "development" || environment === "test";
  const boundary = isDevelopment ? "freeze" : "trust";
  const policy = onFailure === undefined ? {} : { onHalt: () => undefined };
  const identity = as === undefined ? { name: "aiex" } : { name: as.name, distribution: as.distribution };
  const node = startNode({ world, ...identity, boundary, health: {}, ...policy });
  if (onFailure !== undefined) node.onFailure(onFailure);
  const endLog = await startLog(node, values, log);
  const directory = values.workspace.project_dir ?? process.cwd();
  const cache = await analysisCache(world.files, configuration);
  const { userRules } = configuration;
  const own = rulesInEffect(userRules);
  const program = process.execPath;
  const tree = rootTree({ world, configuration: values, directory, node: program, userRules: own, cache });
  const applications = new Applications(node, [{ name: "aiex", tree }]);
  const stop = async (): Promise<void> => {
    await applications.shutdown(values.runtime.shutdown_deadline_ms);
    await endLog();
  };
  try {
    await as?.begin(node, applications);
    await applications.startAll("aiex");
    await checkUserRules(node, userRules);
  } catch (error) {
    await stop();
    throw error;
  }
  let runs = 0;
  return {
    node,
    analyze: async (request) => {
      runs += 1;
      const id = `analysis-${runs}`;
      if (request.review === undefined) return analyze(node, id, request);
      const source = await sourceOf(world, directory, request.input);
      const { provider, model, onDisclosure } = request.review;
      const isOneFile = source.kind === "text" || source.root === undefined;
      const reviewer = chooseReviewer(configuration, { provider, model, isOneFile });
      const report = await analyze(node, id, request);
      if (reviewer === undefined) return report;
      const { onProgress, signal } = request;
      const limits = reviewLimits(values);
      return review(node, { id, report, source, reviewer, model, limits, onDisclosure, onProgress, signal });
    },
    testRules: async ({ paths, signal }) => {
      const cases = await readUserRuleCases(world.files, userRules, paths);
      runs += 1;
      const parsers = parserCount(values.analysis);
      const isWhole = paths.length === 0;
      return testUserRules(node, { id: `rules-${runs}`, userRules, cases, isWhole, parsers, signal });
    },
    stop,
  };
}

/** Where the texts of an analysis are. What cannot be found counts as a file, which the analysis then refuses in words. */
async function sourceOf(
  { files }: World,
  directory: string,
  input: AnalyzeRequest["input"],
): Promise<ReviewSource> {
  if (input.kind === "text") return { kind: "text", bytes: input.bytes };
  const start = resolve(directory, input.path);
  try {
    const { kind } = await files.status(start);
    return kind === "directory" ? { kind: "files", root: await files.realPath(start) } : { kind: "files" };
  } catch (error) {
    if (error instanceof FileError) return { kind: "files" };
    throw error;
  }
}

async function analyze(node: Node, id: string, request: AnalyzeRequest): Promise<AnalysisReport> {
  const { input, type, onProgress, signal } = request;
  const plan: Plan =
    input.kind === "path" ? planOfPath(input.path, type) : planOfText(input.name, input.bytes, type);
  const result = await followRun(node, { id, plan }, signal, (progress) =>
    onProgress?.(shownProgress(progress)),
  );
  if (!result.ok) throw new AnalysisFailed(`The analysis could not be brought to an end. ${result.message}`);
  const outcome = result.output as AnalysisOutcome;
  if (!outcome.ok) throw new InputRefused(outcome.code, outcome.message);
  return outcome.report;
}

/** Listing and combining are steps like others, but what people count is files. */
function shownProgress({ step, done, total }: ProgressMessage): AnalyzeProgress {
  const own = 2;
  const path = pathOfStep(step);
  return {
    done: Math.max(0, done - 1),
    total: path === undefined ? undefined : Math.max(1, total - own),
    path: path ?? "",
  };
}

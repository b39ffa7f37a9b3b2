// The library: everything that the command does, callable from TypeScript.
import { join } from "node:path";
import type { AnalysisReport, AnalysisType } from "../actors/analysis/report.ts";
import { attemptKey, llmAttempt } from "../actors/llm/attempt.ts";
import { gateOf } from "../actors/llm/gate/gate-of.ts";
import { isAnyBudget } from "../actors/llm/gate/spending.ts";
import { attemptHost } from "../actors/llm/processes.ts";
import type { Provider } from "../actors/llm/provider.ts";
import { configuredProviders } from "../actors/llm/providers/configured.ts";
import type { Disclosure } from "../actors/review/disclosure.ts";
import type { RunEntry } from "../actors/runs/run-entry.ts";
import { memoryRunStore } from "../actors/runs/stores/memory.ts";
import type { ChangeKeeper } from "../actors/workspace/changes/keeper.ts";
import {
  Applications,
  type LogDestination,
  type Node,
  type NodeOptions,
  startNode,
  type World,
} from "../runtime/index.ts";
import { analysisCache } from "./analysis-cache.ts";
import { auditOf } from "./audit.ts";
import { openChanges } from "./changes.ts";
import { type Configuration, type ConfigurationValues, readUserRuleCases } from "./config.ts";
import { type ContextLook, contextLook } from "./context.ts";
import { keptSketches } from "./kept-sketches.ts";
import { type App, openLibrary } from "./library/open.ts";
import type { OpenOptions } from "./library/options.ts";
import { type LlmLook, llmLook } from "./llm-desk.ts";
import { startLog } from "./log.ts";
import { configuredNetwork } from "./network.ts";
import { checkUserRules, type RuleTestReport, rulesInEffect, testUserRules } from "./rules.ts";
import {
  type AnalysisInput,
  type AnalysisPlace,
  analysisOrder,
  analysisReport,
  onDisclosure,
  type ReviewChoice,
  type RunTerms,
} from "./runs/analysis.ts";
import { AnalysisCount, type AnalyzeProgress } from "./runs/analysis-progress.ts";
import { ownRuns } from "./runs/own.ts";
import { openOwnStore } from "./runs/own-store.ts";
import type { Runs } from "./runs/runs.ts";
import { openSessionStore } from "./sessions.ts";
import { parserCount } from "./trees/parsers.ts";
import { rootTree } from "./trees/root.ts";

export type { PipelineDocument } from "../actors/pipeline/outcome.ts";
export type { AuditBook, AuditChoice, AuditVerdict } from "./audit.ts";
export {
  type Configuration,
  ConfigurationError,
  describeConfiguration,
  loadConfiguration,
} from "./config.ts";
export type { IndexReport, IndexRequest, Packed, PackRequest } from "./context.ts";
export type { Call } from "./library/call.ts";
export { CallFailed } from "./library/call.ts";
export type { AnswerEvent, ChatAnswer, Conversation, Saying } from "./library/conversation.ts";
export type { App, TakenBack } from "./library/open.ts";
export type {
  AnalyzeOptions,
  CallTerms,
  ChatOptions,
  DocumentCommentsOptions,
  DocumentOptions,
  ExplainOptions,
  GenerateOptions,
  ModelTerms,
  OpenOptions,
  PipelineOptions,
  RefactorOptions,
  TestGenerateOptions,
} from "./library/options.ts";
export { PipelineFailed } from "./library/pipeline.ts";
export type { Prompt, PromptBook, TestedPrompt } from "./prompts.ts";
export { UnknownProvider } from "./reviewer.ts";
export { RuleCheckFailed, type RuleTestFailure, type RuleTestReport, type TestedRule } from "./rules.ts";
export { AnalysisFailed, InputRefused } from "./runs/analysis.ts";
export { SpecificationRefused } from "./runs/pipeline.ts";
export type { ListedSession, MeantSession, SessionDesk, ShownSession } from "./session-desk.ts";
export type { ListedTrust, TrustDesk, TrustTaken } from "./trust-desk.ts";
export type {
  ExpandedWorkflow,
  ListedWorkflow,
  SavedWorkflow,
  SaveOptions,
  ShownWorkflow,
  WorkflowBook,
  WorkflowEdit,
} from "./workflows.ts";
export { WorkflowRefused, WorkflowWrong } from "./workflows.ts";
export type { AnalyzeProgress, ContextLook, Disclosure, LlmLook, Runs };

export interface AnalyzeRequest extends RunTerms {
  readonly input: AnalysisInput;
  readonly type: AnalysisType;
  /** A model may review too; without this nothing ever leaves the machine. */
  readonly review?: ReviewRequest;
  /** Hears which run it is: from then on it may be gone on with, also by another program. */
  readonly onRun?: (id: string) => void;
  /** Hears of the files that are analyzed and then, counted anew, of those that are reviewed. */
  readonly onProgress?: (progress: AnalyzeProgress) => void;
  /** Hears everything that is written of the run. */
  readonly onEntry?: (entry: RunEntry) => void;
  /** Lets the run go, to be gone on with later. */
  readonly signal?: AbortSignal;
}

export interface ReviewRequest extends ReviewChoice {
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
  /** Hears sentences for people about what goes on in a lesser way: that runs cannot be kept, and why. */
  readonly onNotice?: (sentence: string) => void;
  /** Hears sentences for people about changes of files that were found interrupted, and were ended. */
  readonly onRecovered?: (sentence: string) => void;
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
  /** The runs of this program, and those that earlier ones left. */
  readonly runs: Runs;
  /** Its language models: how they are, what they have, what was used. */
  readonly llm: LlmLook;
  /** What the index of a project knows. */
  readonly context: ContextLook;
  /** What runs have changed in files here: to be listed, looked at, and taken back. */
  readonly changes: Pick<ChangeKeeper, "list" | "preview" | "undo">;
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

/**
 * Starts the application in this program.
 * @throws {ConfigurationError} the engine refuses one of the user's rules
 */
export async function startAiex({
  world: outside,
  configuration,
  onFailure,
  onNotice,
  onRecovered,
  log,
  as,
}: AiexOptions): Promise<Aiex> {
  const { values } = configuration;
  const isDevelopment = ["development", "test"].includes(process.env.NODE_ENV ?? "");
  const boundary = isDevelopment ? "freeze" : "trust";
  const network = await configuredNetwork(outside, configuration);
  const { world } = network;
  const providers = configuredProviders(values.llm);
  const identity =
    as === undefined
      ? { name: "aiex" }
      : { name: as.name, distribution: withAttempts(as.distribution, values.llm, providers) };
  const node = nodeHeard({ world, ...identity, boundary, health: {} }, onFailure);
  const endLog = await startLog(node, values, log);
  const directory = values.workspace.project_dir ?? process.cwd();
  const cache = await analysisCache(world.files, configuration);
  const sketches = await keptSketches(world, configuration);
  const own = rulesInEffect(configuration.userRules);
  // A node keeps its runs where its cluster keeps what it agrees on.
  const { store, notice } =
    as === undefined
      ? await openOwnStore(world, configuration.folders.data)
      : { store: memoryRunStore(world.clock), notice: undefined };
  if (notice !== undefined) onNotice?.(notice);
  const audit = auditOf(outside, configuration, node.name);
  const changes = await openChanges(outside, configuration, directory, onRecovered, audit);
  const tree = rootTree({
    ...{ world, configuration: values, directory, userRules: own, cache, sketches, store, providers },
    node: process.execPath,
    sessions: openSessionStore(world, configuration.folders.data),
    ...{ name: node.name, changes, trust: configuration.trust, audit, onLost: onRecovered },
    ...(as === undefined
      ? { spentFolder: join(configuration.folders.data, "spent") }
      : { ownership: () => node.ownership }),
  });
  const runs = ownRuns({ node, place: store.place });
  const applications = new Applications(node, [{ name: "aiex", tree }]);
  const stop = async (): Promise<void> => {
    await applications.shutdown(values.runtime.shutdown_deadline_ms);
    await Promise.all([store.close(), sketches.watches.close()]);
    await Promise.all([...providers.values()].map((provider) => provider.close?.()));
    await network.close();
    await endLog();
  };
  try {
    await as?.begin(node, applications);
    await applications.startAll("aiex");
    await checkUserRules(runs, configuration.userRules);
  } catch (error) {
    await stop();
    throw error;
  }
  const place = { files: world.files, configuration, directory };
  return {
    node,
    runs,
    llm: llmLook(node),
    context: contextLook(runs),
    changes,
    analyze: (request) => analyze(runs, place, request),
    testRules: (request) => testRules(runs, place, request),
    stop,
  };
}

/** The short way: what the command does, with the command's own configuration and folders. */
export const aiex = {
  /**
   * Starts the library in this program; `await using` stops it again.
   * @throws {ConfigurationError} the configuration is wrong
   */
  open: (options: OpenOptions = {}): Promise<App> => openLibrary(startAiex, options),
} as const;
/** Where somebody hears of failures, none halts the program. */
function nodeHeard(options: NodeOptions, onFailure: AiexOptions["onFailure"]): Node {
  if (onFailure === undefined) return startNode(options);
  const node = startNode({ ...options, onHalt: () => undefined });
  node.onFailure(onFailure);
  return node;
}

async function testRules(
  runs: Runs,
  { files, configuration }: AnalysisPlace,
  { paths, signal }: RuleTestRequest,
): Promise<RuleTestReport> {
  const { userRules, values } = configuration;
  const cases = await readUserRuleCases(files, userRules, paths);
  const parsers = parserCount(values.analysis);
  const isWhole = paths.length === 0;
  return testUserRules(runs, { userRules, cases, isWhole, parsers, signal });
}

/** Has an analysis carried out as a run of this program. */
async function analyze(runs: Runs, place: AnalysisPlace, request: AnalyzeRequest): Promise<AnalysisReport> {
  const { review, signal, onRun, onProgress, onEntry } = request;
  signal?.throwIfAborted();
  const id = await runs.submit(await analysisOrder(place, request));
  onRun?.(id);
  const count = new AnalysisCount();
  const follow = runs.follow(id, {
    signal,
    onEntry: (entry) => {
      onEntry?.(entry);
      const progress = count.take(entry);
      if (progress !== undefined) onProgress?.(progress);
    },
    ...(review === undefined ? {} : { onQuestion: onDisclosure(review.onDisclosure) }),
  });
  const end = await follow.catch(async (error: unknown) => {
    if (signal?.aborted === true) await runs.leave(id, "It was interrupted.");
    else await runs.cancel(id);
    throw error;
  });
  return analysisReport(runs, end);
}

/** Other nodes may have a request made here, where an entry of theirs is: under this key they start nothing else. */
function withAttempts(
  distribution: NodeIdentity["distribution"],
  configuration: ConfigurationValues["llm"],
  providers: ReadonlyMap<string, Provider>,
): NodeIdentity["distribution"] {
  const gate = gateOf({ isBudgeted: isAnyBudget(configuration.budgets) });
  const attempts = llmAttempt(attemptHost({ configuration, providers, gate }));
  return { ...distribution, logic: { ...distribution.logic, [attemptKey]: attempts } };
}

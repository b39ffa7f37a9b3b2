// What the tests of the command share: a host without a machine, reports to show, and the built command as a program.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FileReview, ModelPart } from "../../actors/analysis/model-review.ts";
import type { AnalysisReport, FileReport, Finding } from "../../actors/analysis/report.ts";
import { AuditLog } from "../../actors/audit/audit-log.ts";
import { ChangeKeeper } from "../../actors/workspace/changes/keeper.ts";
import type { ExitCode } from "../../cli/exit-codes.ts";
import type { Host, Library, Nodes, Remotes } from "../../cli/host.ts";
import { type Interruption, type StopSignal, watchInterruption } from "../../cli/interruption.ts";
import { type Runners, run, runners } from "../../cli/run.ts";
import { type MemoryFileSystem, memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import { realWorld } from "../../runtime/worlds/real.ts";

import { type SimulatedWorld, simulatedWorld } from "../../runtime/worlds/simulated.ts";
import { trustBook } from "../../supervisors/config/project-file.ts";
import { type ConfigurationRow, loadConfiguration } from "../../supervisors/config.ts";
import type { ContextLook } from "../../supervisors/context.ts";
import type { LlmLook } from "../../supervisors/llm-desk.ts";
import type { OwnSessions } from "../../supervisors/own-sessions.ts";
import { checkPipeline, type PipelineCheckPlace } from "../../supervisors/pipeline-check.ts";
import { promptBook } from "../../supervisors/prompts.ts";
import { NoNodeFound } from "../../supervisors/remote/failures.ts";
import type { SavedConnection } from "../../supervisors/remote/saved-connection.ts";
import type { RuleBook } from "../../supervisors/rule-book.ts";
import type { AnalysisOrder } from "../../supervisors/runs/analysis.ts";
import type { OperationOrder } from "../../supervisors/runs/operation.ts";
import type { PipelineOrder } from "../../supervisors/runs/pipeline.ts";
import type { FollowOptions, RunOrder, Runs, ServedWorkspace } from "../../supervisors/runs/runs.ts";
import { type WorkflowBook, workflowBook } from "../../supervisors/workflows.ts";
import { sandbox } from "../actors/workspace/sandbox-stage.ts";
import { done, grow, ScriptedRuns } from "./runs-stage.ts";

export interface Stage {
  readonly host: Host;
  readonly world: SimulatedWorld;
  readonly interruption: Interruption;
  /** Everything written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly requests: AnalysisOrder[];
  /** What operations that ask a model were asked for. */
  readonly operations: OperationOrder[];
  /** And pipelines. */
  readonly pipelineOrders: PipelineOrder[];
  /** Of the library, and of its desk of runs alone. */
  readonly stops: () => number;
  readonly deskStarts: () => number;
  /** Exit codes of endings that waited for nothing. */
  readonly endings: number[];
  signal(signal: StopSignal): void;
}

export interface StageOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly stdin?: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly rows?: readonly ConfigurationRow[];
  readonly warnings?: readonly string[];
  readonly settings?: Host["settings"];
  /** What becomes of an analysis that is followed. */
  readonly analyze?: (
    request: AnalysisOrder,
    onFailure: (thrown: unknown) => void,
    following: FollowOptions,
  ) => Promise<AnalysisReport>;
  /** The runs of this user's own commands, in place of those that an `analyze` makes. */
  readonly runs?: Runs;
  /** Why they end with the program. */
  readonly notice?: string;
  /** Where the user's own prompts are. */
  readonly userFolder?: string;
  readonly order?: (analysis: AnalysisOrder) => Promise<RunOrder>;
  readonly operation?: (asked: OperationOrder) => Promise<RunOrder>;
  readonly ruleBook?: RuleBook;
  readonly testRules?: Library["testRules"];
  /** What was connected to. */
  readonly connection?: SavedConnection;
  /** Ways to nodes; without these there is none. */
  readonly remotes?: Partial<Remotes>;
  /** Nodes of this machine; without these none runs, and none starts. */
  readonly nodes?: (flags: Parameters<Host["nodes"]>[0]) => Partial<Nodes>;
  /** The audit log of its user; without it there is none. */
  readonly audit?: AuditLog;
  /** What keeps the changes of its files; without it there are none. */
  readonly changes?: ChangeKeeper;
  /** Its language models; without these there are none. */
  readonly llm?: Partial<LlmLook>;
  /** The sessions of this machine's user; without these there are none. */
  readonly sessions?: OwnSessions;
  /** What is known of its project; without these nothing may be asked. */
  readonly context?: Partial<ContextLook>;
  /** Its workflows; without these those of the package. */
  readonly workflows?: WorkflowBook;
  /** What becomes of a program that has the terminal; without it none starts. */
  readonly inForeground?: Host["inForeground"];
  /** Where pipelines are checked; without it a place without files, and without models. */
  readonly pipelines?: PipelineCheckPlace;
  readonly stop?: () => Promise<void>;
}

export const noSessions: OwnSessions = {
  status: async () => ({
    ...{ place: "memory", sessions: 0, entries: 0, bytes: 0, bytesMax: 1, unwritten: 0 },
    ...{ evicted: 0, forgotten: 0, problem: null },
  }),
  list: async () => ({ sessions: [], cut: 0 }),
  show: async () => null,
  idOf: async ({ name }) => name ?? "project",
  clear: async () => false,
};

function noWorkflows(): WorkflowBook {
  const { files } = realWorld();
  const nowhere = { directory: "/nonexistent", home: "/" };
  const trust = trustBook({ files, dataFolder: "/nonexistent", home: "/" });
  return workflowBook({ files, ...nowhere, userFolder: "/nonexistent", trust });
}

const noModels: LlmLook = {
  health: async () => ({ entries: [], elsewhere: [] }),
  models: async () => ({ entries: [], cut: 0 }),
  usage: async () => ({ days: [] }),
};

const unasked = async (): Promise<never> => {
  throw new Error("The index is not to be asked here.");
};
const noContext: ContextLook = { index: unasked, pack: unasked };

export function stage(options: StageOptions = {}): Stage {
  const world = simulatedWorld();
  const written = { stdout: "", stderr: "" };
  const requests: AnalysisOrder[] = [];
  const operations: OperationOrder[] = [];
  const pipelineOrders: PipelineOrder[] = [];
  const endings: number[] = [];
  const listeners = new Map<StopSignal, (signal: StopSignal) => void>();
  let stops = 0;
  let deskStarts = 0;
  const output = (name: "stdout" | "stderr") => ({
    isTTY: options.isTTY ?? false,
    ...(options.columns === undefined ? {} : { columns: options.columns }),
    write: async (text: string) => {
      written[name] += text;
    },
  });
  const order = async (analysis: AnalysisOrder): Promise<RunOrder> => {
    requests.push(analysis);
    if (options.order !== undefined) return options.order(analysis);
    const { workspace, asks = true, shown = null } = analysis;
    const plan = { steps: [], result: "combine" };
    return { kind: "analysis", title: "Analysis", plan, workspace, asks, request: { shown } };
  };
  const start: Awaited<ReturnType<Host["settings"]>>["start"] = async (onFailure) => ({
    notice: options.notice,
    runs: options.runs ?? analysisRuns(options, requests, onFailure),
    llm: { ...noModels, ...options.llm },
    context: { ...noContext, ...options.context },
    testRules: options.testRules ?? (async () => ({ tested: [], untested: [], off: [], folder: "/rules" })),
    stop: async () => {
      stops += 1;
      await options.stop?.();
    },
  });
  const host: Host = {
    world,
    env: { LANG: "en_US.UTF-8", ...options.env },
    platform: "linux",
    stdin: options.stdin ?? chunks([]),
    stdout: output("stdout"),
    stderr: output("stderr"),
    settings:
      options.settings ??
      (async () => ({
        rows: options.rows ?? [],
        warnings: options.warnings ?? [],
        ruleBook: options.ruleBook ?? { rules: async () => [], casesOf: async () => undefined },
        start,
        sessions: async () => options.sessions ?? noSessions,
        promptBook: promptBook({
          files: realWorld().files,
          userFolder: options.userFolder ?? "/nonexistent",
        }),
        startDesk: async (onFailure) => {
          deskStarts += 1;
          const { runs, notice, stop } = await start(onFailure);
          return { runs, notice, stop };
        },
        order,
        operation: async (asked) => {
          operations.push(asked);
          if (options.operation !== undefined) return options.operation(asked);
          const { operation: kind, workspace, asks = true, shown = null } = asked;
          return {
            kind,
            title: kind,
            plan: { steps: [], result: "work" },
            workspace,
            asks,
            request: { shown },
          };
        },
        workflows: async () => options.workflows ?? noWorkflows(),
        checkPipeline: async (asked) => checkPipeline(options.pipelines ?? (await emptyPlace()), asked),
        pipeline: async (asked) => {
          pipelineOrders.push(asked);
          const { spec, mode, input: target, workspace, asks = true, shown = null } = asked;
          const begin = { target, texts: {}, found: [] };
          const input = { spec, mode, begin, steps: [{ step: 1, word: "analyze" }] };
          const plan = { steps: [{ id: "end", operation: "pipeline.end", input }], result: "end" };
          return { kind: "pipeline", title: "Pipeline", plan, workspace, asks, request: { shown } };
        },
        chat: async () => {
          throw new Error("Nobody talks here.");
        },
        partner: async () => {
          throw new Error("Nobody answers here.");
        },
        connection: async () => options.connection,
        workspace: async () => ownWorkspace,
        audit: () => options.audit ?? auditOf(memoryFileSystem()),
        auditing: () => options.audit,
        changes: async () => options.changes ?? changesOf(memoryFileSystem(), "/home/ann/work"),
      })),
    inForeground:
      options.inForeground ?? (async () => ({ kind: "unstartable", message: "there is no program here" })),
    remotes: async () => ({
      warnings: options.warnings ?? [],
      url: undefined,
      open: async () => {
        throw new NoNodeFound("No node runs on this machine, and no cluster is known.");
      },
      runs: async () => {
        throw new NoNodeFound("No node runs on this machine, and no cluster is known.");
      },
      saved: async () => undefined,
      save: async () => "/home/ann/.config/aiex/connection.json",
      forget: async () => {},
      ...options.remotes,
    }),
    nodes: async (flags) => ({
      warnings: options.warnings ?? [],
      start: async () => {
        throw new NoNodeFound("No node starts here.");
      },
      serve: async () => {
        throw new NoNodeFound("Nothing is served here.");
      },
      list: async () => [],
      ...options.nodes?.(flags),
    }),
  };
  const interruption = watchInterruption({
    timers: world.timers,
    endNow: (code) => endings.push(code),
    signals: {
      on: (signal, listener) => listeners.set(signal, listener),
      off: (signal) => listeners.delete(signal),
    },
  });
  return {
    host,
    world,
    interruption,
    requests,
    operations,
    pipelineOrders,
    endings,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    stops: () => stops,
    deskStarts: () => deskStarts,
    signal: (signal) => listeners.get(signal)?.(signal),
  };
}

export function auditOf(files: MemoryFileSystem): AuditLog {
  return new AuditLog({
    ...{ files, clock: { now: () => 0, wallTime: () => 0 }, path: "/data/audit/audit.jsonl", by: "aiex" },
    ...{ retentionDays: 90, includesContent: false },
  });
}

/** Pipelines are checked with this configuration, of which nothing is set but what `env` sets. */
export async function emptyPlace(
  files = memoryFileSystem(),
  env: Readonly<Record<string, string>> = {},
): Promise<PipelineCheckPlace> {
  const configuration = await loadConfiguration({ world: { files }, env, home: "/home/ann" });
  return { files, configuration, directory: "/home/ann/work" };
}

/** A keeper for the files below a directory. */
export function changesOf(files: MemoryFileSystem, directory: string): ChangeKeeper {
  files.putDirectory(directory);
  const keep = { days: 30, bytesMax: 1_000_000 };
  const clock = { now: () => 0, wallTime: () => 0 };
  return new ChangeKeeper({ files, directory, sandbox: sandbox(), clock, folder: "/data/changes", keep });
}

/** Runs of analyses that come to what `analyze` gives. */
function analysisRuns(
  { analyze }: StageOptions,
  requests: readonly AnalysisOrder[],
  onFailure: (thrown: unknown) => void,
): Runs {
  return new ScriptedRuns([], {
    onRead: async (run, following) => {
      const request = requests.at(-1);
      const found =
        analyze === undefined || request === undefined
          ? report()
          : await analyze(request, onFailure, following);
      grow(run, done({ ok: true, report: found }));
    },
  });
}

/** The files of the machine that is not there. */
export const ownWorkspace = {
  ref: { id: "0123", label: "desk:/home/ann/work" },
  owner: {},
} as unknown as ServedWorkspace;

/** All commands, loaded: in a simulated world nothing is waited for that it does not know of. */
const loaded: Runners = Object.fromEntries(
  await Promise.all(
    Object.entries(runners).map(async ([name, load]) => {
      const runner = await load();
      return [name, () => runner] as const;
    }),
  ),
);

/** Runs a command line on a stage. */
export function runOn({ host, interruption }: Stage, words: readonly string[]): Promise<ExitCode> {
  return run(words, host, interruption, loaded);
}

export async function* chunks(texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === "string" ? new TextEncoder().encode(text) : text;
}

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    rule: "python/eval",
    category: "security",
    severity: "warning",
    line: 3,
    column: 5,
    endLine: 3,
    message: "eval() runs whatever text it is given.",
    remedy: "Parse the text with ast.literal_eval.",
    ...over,
  };
}

export function fileReport(over: Partial<FileReport> = {}): FileReport {
  return {
    path: "src/app.py",
    language: "python",
    status: "analyzed",
    reason: null,
    bytes: 120,
    metrics: {
      lines: 10,
      codeLines: 8,
      commentLines: 1,
      blankLines: 1,
      functions: [],
      cyclomatic: 2,
      cognitive: 1,
      nesting: 1,
    },
    findings: [],
    quality: 0.8,
    quality_score: 8,
    model: null,
    ...over,
  };
}

export function modelPart(over: Partial<ModelPart> = {}): ModelPart {
  return {
    provider: "openai",
    kind: "openai",
    model: "model-1",
    status: "complete",
    reason: null,
    files: { reviewed: 1, missing: 0, left_out: 0 },
    missing: [],
    left_out: [],
    dropped: 0,
    merged: 0,
    repaired: 0,
    masked: 0,
    requests: 1,
    input_tokens: 100,
    output_tokens: 10,
    cost_usd: 0,
    ...over,
  };
}

export function fileReview(over: Partial<FileReview> = {}): FileReview {
  const finding = {
    category: "quality",
    severity: "warning",
    line: 7,
    endLine: 7,
    quote: "return a / b",
    message: "Divides by zero.",
    remedy: "Check b.",
  } as const;
  return {
    score: 6,
    summary: "Divides.",
    findings: [finding],
    confirmed: [],
    merged: 0,
    dropped: 0,
    masked: 0,
    ...over,
  };
}

/** A report whose totals follow from its files. */
export function report(over: Partial<AnalysisReport> = {}): AnalysisReport {
  const files = over.files ?? [fileReport()];
  const count = (status: FileReport["status"]) => files.filter((file) => file.status === status).length;
  const findings = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const file of files) for (const { severity } of file.findings) findings[severity] += 1;
  return {
    schema: "aiex.analysis/1",
    type: "all",
    input: "src/app.py",
    engine: "static",
    summary: "Well kept Python.",
    complete: true,
    quality: 0.8,
    quality_score: 8,
    totals: {
      files: files.length,
      analyzed: count("analyzed"),
      cut_short: count("cut_short"),
      unparsed: count("unparsed"),
      skipped: count("skipped"),
      lines: 10,
      duplicated_lines: 0,
      import_cycles: 0,
      findings,
    },
    recommendations: [],
    files,
    model_score: null,
    model: null,
    ...over,
  };
}

export const builtMain = fileURLToPath(new URL("../../dist/command/cli/main.js", import.meta.url));

/** Runs the built command to its end, with an environment of its own. */
export function aiex(
  words: readonly string[],
  options: {
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [builtMain, ...words], {
    encoding: "utf8",
    input: options.input ?? "",
    env: { PATH: process.env.PATH, HOME: "/nonexistent", LANG: "C.UTF-8", ...options.env },
    cwd: options.cwd,
  });
}

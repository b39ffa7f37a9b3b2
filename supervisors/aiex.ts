// The library: everything that the command does, callable from TypeScript.
import type { AnalysisReport, AnalysisType } from "../actors/analysis/report.ts";
import { type AnalysisOutcome, pathOfStep, planOfPath, planOfText } from "../actors/operations/analyze.ts";
import type { Plan } from "../actors/pipeline/plan.ts";
import type { ProgressMessage } from "../actors/pipeline/run-steps.ts";
import { AiexError } from "../runtime/errors.ts";
import { Applications, type Node, startNode, type World } from "../runtime/index.ts";
import { analysisCache } from "./analysis-cache.ts";
import type { Configuration } from "./config.ts";
import { followRun } from "./follow-run.ts";
import { rootTree } from "./trees/root.ts";

export {
  type Configuration,
  ConfigurationError,
  describeConfiguration,
  loadConfiguration,
} from "./config.ts";

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
  readonly onProgress?: (progress: AnalyzeProgress) => void;
  readonly signal?: AbortSignal;
}

export interface AiexOptions {
  readonly world: World;
  readonly configuration: Configuration;
}

export interface Aiex {
  /** The node underneath, for looking inside and for processes of one's own. */
  readonly node: Node;
  /**
   * Analyzes a file, a directory or a text with the static engine.
   * @throws {InputRefused} it cannot be read; {AnalysisFailed}; what `signal` was aborted with
   */
  analyze(request: AnalyzeRequest): Promise<AnalysisReport>;
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

/** Starts the application in this program. */
export async function startAiex({ world, configuration }: AiexOptions): Promise<Aiex> {
  const { values } = configuration;
  const environment = process.env.NODE_ENV;
  const isDevelopment = environment === "development" || environment === "test";
  const node = startNode({ world, name: "aiex", boundary: isDevelopment ? "freeze" : "trust" });
  const directory = values.workspace.project_dir ?? process.cwd();
  const cache = await analysisCache(world.files, configuration);
  const tree = rootTree({ world, configuration: values, directory, node: process.execPath, cache });
  const applications = new Applications(node, [{ name: "aiex", tree }]);
  await applications.startAll("aiex");
  let runs = 0;
  return {
    node,
    analyze: async (request) => {
      runs += 1;
      return analyze(node, `analysis-${runs}`, request);
    },
    stop: async () => {
      await applications.shutdown(values.runtime.shutdown_deadline_ms);
    },
  };
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

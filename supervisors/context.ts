// What is asked of the index of a project, as a run that nobody wants to find again.
import { indexLimits } from "../actors/context/index/limits.ts";
import type {
  ContextAnswer,
  ContextQuestion,
  IndexReport,
  Packed,
} from "../actors/context/index/question.ts";
import { planOfContext } from "../actors/operations/context-of.ts";
import { AiexError } from "../runtime/errors.ts";
import { Misuse } from "../runtime/process/failures.ts";
import { InputRefused } from "./runs/analysis.ts";
import type { Runs } from "./runs/runs.ts";

export type { IndexReport, Packed } from "../actors/context/index/question.ts";

export interface IndexRequest {
  /** Somewhere in the project. Default: where relative paths start. */
  readonly path?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface PackRequest {
  /** Files and folders that it is about; the first one's project is asked. Default: that where relative paths start. */
  readonly paths?: readonly string[];
  /** What is wanted, in words. Default: nothing but what belongs to the paths. */
  readonly query?: string;
  /** Tokens that it may take, as estimated; a million at most. Default: 16 000. */
  readonly budgetTokens?: number;
  readonly signal?: AbortSignal;
}

export interface ContextLook {
  /** Brings the index up to date. @throws {InputRefused} the path cannot be read; {ContextFailed}; what `signal` was aborted with */
  index(request?: IndexRequest): Promise<IndexReport>;
  /**
   * What would be given to a model: the files in the order of their best piece, as they are, with what secrets they hold. Nothing is
   * sent. @throws {Misuse} the budget is no number of tokens; else as `index`
   */
  pack(request?: PackRequest): Promise<Packed>;
}

/** The index could not be asked. */
class ContextFailed extends AiexError {
  readonly code = "context_failed";
}

export function contextLook(runs: Runs): ContextLook {
  return {
    index: async ({ path = ".", signal } = {}) => {
      const answer = await answerOf(runs, { kind: "index", path, isNamed: true }, signal);
      if (answer.ok && "report" in answer) return answer.report;
      throw strange;
    },
    pack: async ({ paths = [], query = "", budgetTokens = indexLimits.budgetTokensDefault, signal } = {}) => {
      if (!(budgetTokens >= 0))
        throw new Misuse(`budgetTokens is a number of tokens, 0 or more; given was ${budgetTokens}.`);
      const answer = await answerOf(
        runs,
        { kind: "pack", paths, query, budgetTokens, isNamed: true },
        signal,
      );
      if (answer.ok && "packed" in answer) return answer.packed;
      throw strange;
    },
  };
}

const strange = new ContextFailed("The index answered another question than it was asked.");

async function answerOf(runs: Runs, question: ContextQuestion, signal?: AbortSignal): Promise<ContextAnswer> {
  signal?.throwIfAborted();
  const title = question.kind === "index" ? `Index of ${question.path}` : "Context";
  const id = await runs.submit({ kind: "context", title, plan: planOfContext(question), isBrief: true });
  const end = await runs.follow(id, { signal }).catch(async (error: unknown) => {
    await runs.cancel(id);
    throw error;
  });
  if (end.summary.phase !== "done") {
    const why = end.problem?.message ?? `Its run is ${end.summary.phase}.`;
    throw new ContextFailed(`The index could not be asked. ${why}`);
  }
  const answer = end.output as ContextAnswer;
  if (!answer.ok) throw new InputRefused(answer.code, answer.message);
  return answer;
}

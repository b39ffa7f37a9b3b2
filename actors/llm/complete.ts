// How others ask for a completion: the coordinator's address, what it understands, and the call with its deadline.
import { type Name, named, type Pid, type Protocol, self, type Verbs } from "../../runtime/index.ts";
import { processOfCode } from "../../runtime/process/current.ts";
import type { Completion, CompletionOrder } from "./completion.ts";
import { CompletionFailed, type Failure, type Tries } from "./failure.ts";
import type { EntryFigures } from "./figures.ts";
import type { BreakerStatus } from "./gate/breaker-protocol.ts";
import { completionMsDefault, deadlineAnswerMs } from "./limits.ts";
import { listened } from "./listener.ts";
import type { AnswerPart, SaidEvent } from "./model-event.ts";

/** What an order came to: a whole answer, or one that is marked as a part of one (`finish` is "partial"). */
export interface Answered {
  readonly completion: Completion;
  /** The entry of llm.providers that answered last. */
  readonly entry: string;
  /** Who wrote what, in order. */
  readonly parts: readonly AnswerPart[];
  /** US dollars, where the prices of all parts are known. */
  readonly costUsd: number | null;
  readonly tries: Tries;
  /** Why it is a part only. */
  readonly failure?: Failure;
}

export type CompletionResult =
  | ({ readonly ok: true } & Answered)
  | { readonly ok: false; readonly failure: Failure; readonly tries: Tries };

export interface EntryStatus {
  readonly name: string;
  readonly kind: string;
  /** Undefined while the breaker is being started again. */
  readonly breaker: BreakerStatus | undefined;
  readonly running: number;
  /** Requests that wait for a place or for their next attempt. */
  readonly waiting: number;
}

export interface CoordinatorStatus {
  /** In the order in which they are tried. */
  readonly entries: readonly EntryStatus[];
  readonly running: number;
  readonly waiting: number;
}

/** An order as the coordinator is called with it. */
export type CallOrder = CompletionOrder & {
  /** Whose end makes the answer pointless: the order is given up then. */
  readonly caller?: Pid;
  /** The caller hears the answer as it comes, as `SaidMessage`s, all of them before the reply. */
  readonly hears?: boolean;
};

/** What the caller of an order hears while it is answered. */
export interface SaidMessage {
  readonly type: "llm.said";
  /** The number of the first of the events, from 1; they are numbered without a gap. */
  readonly first: number;
  readonly events: readonly SaidEvent[];
}

export interface CoordinatorProtocol extends Protocol {
  readonly calls: {
    readonly complete: { readonly payload: CallOrder; readonly reply: CompletionResult };
    readonly status: { readonly payload: undefined; readonly reply: CoordinatorStatus };
    /** What requests have taken lately, by entry and node. */
    readonly figures: { readonly payload: undefined; readonly reply: readonly EntryFigures[] };
  };
  readonly casts: object;
  readonly messages: { readonly type: string };
}

export const coordinator: Name<CoordinatorProtocol> = named("llm.coordinator");

export interface CompleteOptions {
  /**
   * Hears the answer as it comes, in order, as code of the calling process; all of it before `complete` gives the whole. What
   * it throws gives the order up.
   */
  readonly hear?: (event: SaidEvent) => void;
  /** Gives the order up when it fires: its provider is told at once, and `complete` throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Asks for a completion. `order.deadline_ms` bounds all of it: waiting, retries and failover. An order of a process is given up
 * when that ends. Where it came with a text so far, the completion's text is what comes behind that.
 *
 * With `hear` or `signal` it is for code of processes, and what nobody can go on with is given as a part: `finish` is "partial".
 * @param ask the verb `call`: a process's own, or a node's
 * @throws {CompletionFailed}; {NoProcess} the coordinator does not run; {CalleeExited} it ended meanwhile
 */
export async function complete(
  ask: Verbs["call"],
  order: CompletionOrder,
  options: CompleteOptions = {},
): Promise<Answered> {
  const timeoutMs = (order.deadline_ms ?? completionMsDefault) + deadlineAnswerMs;
  const { hear, signal } = options;
  const send = (more: Pick<CallOrder, "caller" | "hears">): Promise<CompletionResult> =>
    ask(coordinator, "complete", { ...order, ...more }, { timeoutMs });
  const result =
    hear === undefined && signal === undefined
      ? await send(processOfCode() === undefined ? {} : { caller: self() })
      : await listened(send, hear, signal);
  if (!result.ok) throw new CompletionFailed(result.failure, result.tries);
  const { ok: _, ...answered } = result;
  return answered;
}

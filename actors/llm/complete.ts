// How others ask for a completion: the coordinator's address, what it understands, and the call with its deadline.
import { type Name, named, type Protocol, type Verbs } from "../../runtime/index.ts";
import type { BreakerStatus } from "./circuit-breaker.ts";
import type { Completion, CompletionOrder } from "./completion.ts";
import { CompletionFailed, type Failure, type Tries } from "./failure.ts";
import { completionMsDefault, deadlineAnswerMs } from "./limits.ts";

export type CompletionResult =
  | { readonly ok: true; readonly completion: Completion; readonly entry: string; readonly tries: Tries }
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

export interface CoordinatorProtocol extends Protocol {
  readonly calls: {
    readonly complete: { readonly payload: CompletionOrder; readonly reply: CompletionResult };
    readonly status: { readonly payload: undefined; readonly reply: CoordinatorStatus };
  };
  readonly casts: object;
  readonly messages: { readonly type: string };
}

export const coordinator: Name<CoordinatorProtocol> = named("llm.coordinator");

export interface Completed {
  readonly completion: Completion;
  /** The entry of llm.providers that answered. */
  readonly entry: string;
  /** The attempts that it took, the last of which was answered. */
  readonly tries: Tries;
}

/**
 * Asks for a completion. `order.deadline_ms` bounds all of it: waiting, retries and failover.
 * @param ask the verb `call`: a process's own, or a node's
 * @throws {CompletionFailed}; {NoProcess} the coordinator does not run; {CalleeExited} it ended meanwhile
 */
export async function complete(ask: Verbs["call"], order: CompletionOrder): Promise<Completed> {
  const deadlineMs = order.deadline_ms ?? completionMsDefault;
  const result = await ask(coordinator, "complete", order, { timeoutMs: deadlineMs + deadlineAnswerMs });
  if (!result.ok) throw new CompletionFailed(result.failure, result.tries);
  return { completion: result.completion, entry: result.entry, tries: result.tries };
}

// Asks the manager of a node's sessions, on behalf of whoever asked the node.
import { AiexError } from "../../runtime/errors.ts";
import type { Verbs } from "../../runtime/index.ts";
import { type SessionAnswer, sessionManager } from "../context/sessions/manager.ts";
import type {
  ContextOrder,
  ContextOrdered,
  ContextSessionsReport,
  ContextStatusReport,
} from "./context-shapes.ts";
import { controlLimits } from "./limits.ts";

type Ask = Verbs["call"];

/** Where they are kept cannot be reached now. */
class ContextUnavailable extends AiexError {
  readonly code = "context_unavailable";
}

/** @throws what calls throw */
export async function contextStatusOf(ask: Ask): Promise<ContextStatusReport> {
  return { ...(await ask(sessionManager, "status", undefined, { timeoutMs })) };
}

/** @throws {ContextUnavailable}; what calls throw */
export async function contextSessionsOf(ask: Ask): Promise<ContextSessionsReport> {
  const sessions = granted(await ask(sessionManager, "list", undefined, { timeoutMs }));
  return { sessions: sessions.map((session) => ({ ...session, node: session.node ?? null })), cut: 0 };
}

/** The first `rowsMax`; `cut` counts the others. */
export function withFewerSessions(
  { sessions }: ContextSessionsReport,
  rowsMax: number,
): ContextSessionsReport {
  return { sessions: sessions.slice(0, rowsMax), cut: Math.max(0, sessions.length - rowsMax) };
}

/** @throws {ContextUnavailable}; what calls throw */
export async function orderContext(ask: Ask, { session }: ContextOrder): Promise<ContextOrdered> {
  return { known: granted(await ask(sessionManager, "clear", { id: session }, { timeoutMs })) };
}

function granted<Value>(answer: SessionAnswer<Value>): Value {
  if (answer.ok) return answer.value;
  throw new ContextUnavailable(answer.message, { retryable: true });
}

const timeoutMs = controlLimits.requestTimeoutMs;

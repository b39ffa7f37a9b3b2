// Asks the manager of a node's sessions, on behalf of whoever asked the node.
import { AiexError } from "../../runtime/errors.ts";
import type { Verbs } from "../../runtime/index.ts";
import { type SessionAnswer, sessionManager } from "../context/sessions/manager.ts";
import type { Session } from "../context/sessions/session.ts";
import type {
  ContextOrder,
  ContextOrdered,
  ContextSessionReport,
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
export async function orderContext(ask: Ask, order: ContextOrder): Promise<ContextOrdered> {
  const { session: id } = order;
  if (order.what === "clear")
    return { known: granted(await ask(sessionManager, "clear", { id }, { timeoutMs })) };
  const session = granted(await ask(sessionManager, "read", { id }, { timeoutMs }));
  const shown = shownSession(session ?? undefined, order.limit);
  return { known: shown !== null, shown };
}

/** The newest entries that there is room for, `limit` at most; null where there is none. */
export function shownSession(session: Session | undefined, limit: number): ContextSessionReport | null {
  if (session === undefined || session.entries.length === 0) return null;
  const { id, label, createdAt, usedAt } = session;
  const entries: ContextSessionReport["entries"] = [];
  let bytes = 0;
  for (const entry of session.entries.toReversed()) {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    if (entries.length >= limit || (entries.length > 0 && bytes > controlLimits.shownSessionBytesMax)) break;
    entries.push({ ...entry, paths: [...entry.paths] });
  }
  return { id, label, createdAt, usedAt, entries, cut: session.entries.length - entries.length };
}

function granted<Value>(answer: SessionAnswer<Value>): Value {
  if (answer.ok) return answer.value;
  throw new ContextUnavailable(answer.message, { retryable: true });
}

const timeoutMs = controlLimits.requestTimeoutMs;

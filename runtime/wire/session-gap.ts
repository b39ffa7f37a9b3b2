// The receiving side of a session: envelopes in their order and once each, and a request for those that are missing.
import { sessionLimits } from "./session-limits.ts";
import type { Session, SessionAction, Standing } from "./session-state.ts";
import { costBytes, sayAlive } from "./session-window.ts";

export function receiveEnvelope(
  session: Session,
  standing: Standing,
  seq: number,
  body: Uint8Array,
  now: number,
  actions: SessionAction[],
): void {
  if (seq === standing.received + 1) {
    standing.received = seq;
    if (seq > standing.highest) standing.highest = seq;
    if (standing.gapSinceMs !== undefined) noticeProgress(standing, now);
    standing.owedSinceMs ??= now;
    standing.untoldBytes += costBytes(body);
    actions.push({ type: "deliver", body });
    if (standing.untoldBytes * sessionLimits.ackWindowParts >= standing.roomBytes)
      sayAlive(standing, now, actions);
    return;
  }
  if (seq > standing.received) noticeSent(session, standing, seq, now, actions);
  // A copy: what acknowledged it may have been lost.
  else standing.owedSinceMs ??= now;
}

/** The peer has sent everything up to `seq`. */
export function noticeSent(
  session: Session,
  standing: Standing,
  seq: number,
  now: number,
  actions: SessionAction[],
): void {
  if (seq <= standing.received) return;
  if (seq > standing.highest) standing.highest = seq;
  standing.gapSinceMs ??= now;
  askAgain(session, standing, now, actions);
}

/** Asks for what is missing, not more often than an answer may take. */
export function askAgain(
  { times }: Session,
  standing: Standing,
  now: number,
  actions: SessionAction[],
): void {
  if (standing.gapSinceMs === undefined || now - standing.nackedMs < times.nackMs) return;
  standing.nackedMs = now;
  const { theirs: yours, received, incarnation: to } = standing;
  actions.push({ type: "transmit", frame: { kind: "nack", yours, from: received + 1 }, to });
}

/** What is missing comes: the rest of it is on its way, and is not asked for while it does. */
function noticeProgress(standing: Standing, now: number): void {
  const isMended = standing.received === standing.highest;
  standing.gapSinceMs = isMended ? undefined : now;
  if (!isMended) standing.nackedMs = now;
}

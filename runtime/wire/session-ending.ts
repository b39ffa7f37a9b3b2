// How a session ends, or the attempt at one: what the peer is told, and what the shell is.
import type { BrokenReason, Session, SessionAction } from "./session-state.ts";

/** The peer knows already, or cannot be reached. */
const unsaid: ReadonlySet<BrokenReason> = new Set(["disconnect", "reset"]);

/** Breaks the session that stands. `said` where the peer has said goodbye itself. */
export function breakSession(
  session: Session,
  reason: BrokenReason,
  actions: SessionAction[],
  detail?: string,
  said = false,
): void {
  const { standing } = session;
  if (standing === undefined) return;
  const { incarnation, theirs } = standing;
  session.standing = undefined;
  session.lastIncarnation = incarnation;
  if (!said && !unsaid.has(reason)) sayGoodbye(theirs, incarnation, reason, actions);
  actions.push({ type: "broken", reason, wasUp: true, incarnation, detail });
}

/** Gives up the own hello. */
export function giveUp(
  session: Session,
  reason: BrokenReason,
  actions: SessionAction[],
  incarnation = 0,
  detail?: string,
): void {
  if (session.greeting === undefined) return;
  session.greeting = undefined;
  actions.push({ type: "broken", reason, wasUp: false, incarnation, detail });
}

/** Ends all there is: a session, a hello, and an answer to one. */
export function close(session: Session, reason: BrokenReason, actions: SessionAction[]): void {
  const { answered } = session;
  session.answered = undefined;
  if (answered !== undefined && !unsaid.has(reason))
    sayGoodbye(answered.theirs, answered.incarnation, reason, actions);
  breakSession(session, reason, actions);
  giveUp(session, reason, actions, answered?.incarnation);
}

/** Answers what belongs to no session here; seldom, since one answer says it all. */
export function sayReset(session: Session, yours: number, now: number, actions: SessionAction[]): void {
  if (now - session.resetMs < session.times.resetMs) return;
  session.resetMs = now;
  const to = session.standing?.incarnation ?? session.lastIncarnation;
  actions.push({ type: "transmit", frame: { kind: "reset", yours }, to });
}

function sayGoodbye(yours: number, to: number, why: string, actions: SessionAction[]): void {
  actions.push({ type: "transmit", frame: { kind: "goodbye", yours, why }, to });
}

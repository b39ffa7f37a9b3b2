// What time does to a session: retries, keep-alives, and the end of all patience.
import { breakSession, giveUp } from "./session-ending.ts";
import { askAgain } from "./session-gap.ts";
import { forgetAnswered, sayHello } from "./session-handshake.ts";
import type { SessionTimes } from "./session-limits.ts";
import type { BrokenReason, Session, SessionAction, Standing } from "./session-state.ts";
import { sayAlive } from "./session-window.ts";

export function tick(session: Session, now: number, actions: SessionAction[]): void {
  const { standing, answered, times } = session;
  if (standing !== undefined) forgive(standing, latenessMs(session, now));
  session.tickedMs = now;
  if (answered !== undefined && now - answered.atMs >= times.helloTimeoutMs)
    forgetAnswered(session, now, actions);
  if (standing === undefined) tickGreeting(session, now, actions);
  else tickStanding(session, standing, now, actions);
}

function tickGreeting(session: Session, now: number, actions: SessionAction[]): void {
  const { greeting, times } = session;
  if (greeting === undefined) return;
  if (now - greeting.sinceMs >= times.helloTimeoutMs) giveUp(session, "unanswered", actions);
  else if (now - greeting.sentMs >= times.helloRetryMs) sayHello(session, now, actions);
}

function tickStanding(session: Session, standing: Standing, now: number, actions: SessionAction[]): void {
  const { times } = session;
  const verdict = verdictOn(standing, times, now);
  if (verdict !== undefined) {
    breakSession(session, verdict, actions);
    return;
  }
  askAgain(session, standing, now, actions);
  if (mustSpeak(standing, times, now)) sayAlive(standing, now, actions);
}

/** It is there, and busy: what it owes is due as if it had just paid. */
export function waitFor(standing: Standing, now: number): void {
  standing.heardMs = now;
  standing.ackedMs = now;
}

/** How much later than it should have this tick has come: for so long nothing was read of what the peer has said. */
function latenessMs({ tickedMs, times }: Session, now: number): number {
  if (tickedMs === undefined) return 0;
  const lateMs = now - tickedMs - times.tickMs;
  return lateMs > times.tickMs ? lateMs : 0;
}

function forgive(standing: Standing, lateMs: number): void {
  if (lateMs === 0) return;
  standing.heardMs += lateMs;
  standing.ackedMs += lateMs;
  if (standing.gapSinceMs !== undefined) standing.gapSinceMs += lateMs;
}

function verdictOn(standing: Standing, times: SessionTimes, now: number): BrokenReason | undefined {
  const { gapSinceMs, heardMs, ackedMs } = standing;
  if (gapSinceMs !== undefined && now - gapSinceMs >= times.resendWindowMs) return "gap";
  if (now - heardMs >= times.downMs) return "missed_beats";
  // It speaks, and nothing reaches it.
  return hasUnacked(standing) && now - ackedMs >= times.downMs ? "missed_beats" : undefined;
}

function mustSpeak(standing: Standing, times: SessionTimes, now: number): boolean {
  const silentMs = now - standing.sentMs;
  if (silentMs >= times.aliveMs) return true;
  if (standing.owedSinceMs !== undefined && now - standing.owedSinceMs >= times.ackDelayMs) return true;
  return silentMs >= times.probeMs && (hasUnacked(standing) || !standing.isConfirmed);
}

function hasUnacked({ lastSent, acked }: Standing): boolean {
  return lastSent > acked;
}

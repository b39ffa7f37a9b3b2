// The sending side of a session: numbered envelopes, kept until they are acknowledged and sent again when they are asked for.
import { sessionLimits } from "./session-limits.ts";
import type { Session, SessionAction, Standing } from "./session-state.ts";

export function sendEnvelope(
  standing: Standing,
  body: Uint8Array,
  now: number,
  actions: SessionAction[],
): void {
  if (standing.lastSent === standing.acked) standing.ackedMs = now;
  else if (standing.lastSent - standing.acked === standing.slots.length) grow(standing);
  standing.lastSent += 1;
  standing.slots[standing.lastSent & (standing.slots.length - 1)] = body;
  standing.unackedBytes += costBytes(body);
  if (standing.unackedBytes >= standing.roomBytes) standing.isFull = true;
  transmit(standing, standing.lastSent, body, now, actions);
}

/** Lets go of what the peer has. False for a number that was never sent. */
export function acknowledge(standing: Standing, ack: number, now: number, actions: SessionAction[]): boolean {
  if (!(ack <= standing.lastSent)) return false;
  // Of an older frame that came late.
  if (ack <= standing.acked) return true;
  const mask = standing.slots.length - 1;
  while (standing.acked < ack) {
    standing.acked += 1;
    const body = standing.slots[standing.acked & mask];
    standing.slots[standing.acked & mask] = undefined;
    if (body !== undefined) standing.unackedBytes -= costBytes(body);
  }
  standing.ackedMs = now;
  if (standing.isFull && standing.unackedBytes < standing.roomBytes) {
    standing.isFull = false;
    actions.push({ type: "window" });
  }
  return true;
}

/** Sends everything from a number on once more. False for a number that was never sent. */
export function resend(
  { times }: Session,
  standing: Standing,
  from: number,
  now: number,
  actions: SessionAction[],
): boolean {
  if (!(from <= standing.lastSent)) return false;
  // It was acknowledged since, so this is a late copy; or it is on its way already.
  if (from <= standing.acked || now - standing.resentMs < times.nackMs / 2) return true;
  standing.resentMs = now;
  for (let seq = from; seq <= standing.lastSent; seq += 1) {
    const body = standing.slots[seq & (standing.slots.length - 1)];
    if (body !== undefined) transmit(standing, seq, body, now, actions);
  }
  return true;
}

/** Says that it lives, what was sent last, and what has come. */
export function sayAlive(standing: Standing, now: number, actions: SessionAction[]): void {
  const { theirs: yours, lastSent: seq, received: ack, incarnation: to } = standing;
  actions.push({ type: "transmit", frame: { kind: "alive", yours, seq, ack }, to });
  noteSaid(standing, now);
}

/** What an envelope takes of a window. */
export function costBytes(body: Uint8Array): number {
  return body.length + sessionLimits.envelopeBytes;
}

function transmit(
  standing: Standing,
  seq: number,
  body: Uint8Array,
  now: number,
  actions: SessionAction[],
): void {
  const { theirs: yours, received: ack, incarnation: to } = standing;
  actions.push({ type: "transmit", frame: { kind: "envelope", yours, seq, ack, body }, to });
  noteSaid(standing, now);
}

function noteSaid(standing: Standing, now: number): void {
  standing.sentMs = now;
  standing.untoldBytes = 0;
  standing.owedSinceMs = undefined;
}

function grow(standing: Standing): void {
  const { slots, acked, lastSent } = standing;
  const grown = new Array<Uint8Array | undefined>(slots.length * 2).fill(undefined);
  for (let seq = acked + 1; seq <= lastSent; seq += 1)
    grown[seq & (grown.length - 1)] = slots[seq & (slots.length - 1)];
  standing.slots = grown;
}

// A session between two incarnations of nodes: everything arrives in order and once, or both sides learn that it is broken.
import type { Frame } from "./frame.ts";
import { breakSession, close, sayReset } from "./session-ending.ts";
import { noticeSent, receiveEnvelope } from "./session-gap.ts";
import { connect, forgetAnswered, onHello, onRefuse, onWelcome, stand } from "./session-handshake.ts";
import type { Session, SessionAction, SessionEvent, Standing } from "./session-state.ts";
import { tick, waitFor } from "./session-tick.ts";
import { acknowledge, resend, sendEnvelope } from "./session-window.ts";

/** A frame of a session that stands, or stands by it. */
type Inner = Extract<Frame, { readonly kind: "envelope" | "alive" | "nack" | "goodbye" }>;

/**
 * Lets one thing happen to a session and gives what is to be done about it, in this order. No clock, no chance and nothing outside
 * is touched; the session itself is changed, since a copy for each envelope would cost more than the envelope.
 * @throws where something is to be sent and no session stands: it would be lost in silence
 */
export function step(session: Session, event: SessionEvent): readonly SessionAction[] {
  const actions: SessionAction[] = [];
  const { now } = event;
  switch (event.type) {
    case "send":
      if (session.standing === undefined) throw new Error("Nothing can be sent: no session stands.");
      sendEnvelope(session.standing, event.body, now, actions);
      break;
    case "frame":
      onFrame(session, event.frame, now, actions);
      break;
    case "tick":
      tick(session, now, actions);
      break;
    case "heard":
      if (session.standing !== undefined) waitFor(session.standing, now);
      break;
    case "connect":
      connect(session, now, actions);
      break;
    case "carrier_lost":
      close(session, "disconnect", actions);
      break;
    case "close":
      close(session, event.why, actions);
      break;
  }
  return actions;
}

function onFrame(session: Session, frame: Frame, now: number, actions: SessionAction[]): void {
  switch (frame.kind) {
    case "envelope":
    case "alive":
    case "nack":
    case "goodbye":
      onInner(session, frame, now, actions);
      break;
    case "hello":
      onHello(session, frame, now, actions);
      break;
    case "welcome":
      onWelcome(session, frame, now, actions);
      break;
    case "refuse":
      onRefuse(session, frame, actions);
      break;
    case "reset":
      if (session.standing?.theirs === frame.yours) breakSession(session, "reset", actions);
      else if (session.answered?.theirs === frame.yours) forgetAnswered(session, now, actions);
      break;
    case "ping":
    case "pong":
      break;
  }
}

function onInner(session: Session, frame: Inner, now: number, actions: SessionAction[]): void {
  const { answered } = session;
  if (session.standing?.mine !== frame.yours) {
    if (answered?.mine !== frame.yours) {
      if (frame.kind !== "goodbye") sayReset(session, frame.yours, now, actions);
      return;
    }
    // It came about over there and is over already, or this is no first word: nothing was sent that it could speak of.
    if (frame.kind === "goodbye" || frame.kind === "nack" || frame.ack !== 0) {
      forgetAnswered(session, now, actions);
      return;
    }
    stand(session, answered, now, actions);
  }
  if (session.standing !== undefined) onOwn(session, session.standing, frame, now, actions);
}

function onOwn(
  session: Session,
  standing: Standing,
  frame: Inner,
  now: number,
  actions: SessionAction[],
): void {
  standing.heardMs = now;
  standing.isConfirmed = true;
  switch (frame.kind) {
    case "envelope":
      if (acknowledge(standing, frame.ack, now, actions))
        receiveEnvelope(session, standing, frame.seq, frame.body, now, actions);
      else breakSession(session, "protocol", actions, neverSent(frame.ack));
      break;
    case "alive":
      if (acknowledge(standing, frame.ack, now, actions))
        noticeSent(session, standing, frame.seq, now, actions);
      else breakSession(session, "protocol", actions, neverSent(frame.ack));
      break;
    case "nack":
      if (!resend(session, standing, frame.from, now, actions))
        breakSession(session, "protocol", actions, neverSent(frame.from));
      break;
    case "goodbye":
      breakSession(session, "goodbye", actions, frame.why, true);
      break;
  }
}

function neverSent(number: number): string {
  return `The peer speaks of envelope ${number}, which was never sent.`;
}

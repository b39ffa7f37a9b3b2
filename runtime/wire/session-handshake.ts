// How a session comes about: hello, welcome, and the first frame that names the half of the welcome.
//
// A half is bound to one half of the peer at most: who would have to bind it to a second one draws a new half. So whatever names
// the half of a session comes from the other side of that very session, however late it comes.
import { type Frame, wireVersions } from "./frame.ts";
import { breakSession, giveUp } from "./session-ending.ts";
import { type Peer, type Session, type SessionAction, standingWith } from "./session-state.ts";
import { sayAlive } from "./session-window.ts";

type Hello = Extract<Frame, { readonly kind: "hello" }>;
type Welcome = Extract<Frame, { readonly kind: "welcome" }>;
type Refuse = Extract<Frame, { readonly kind: "refuse" }>;

export function connect(session: Session, now: number, actions: SessionAction[]): void {
  if (session.standing !== undefined || session.greeting !== undefined) return;
  // Where a hello of theirs was answered, ours is about the same session.
  const half = session.answered?.mine ?? session.half();
  session.greeting = { half, sinceMs: now, sentMs: now };
  sayHello(session, now, actions);
}

export function sayHello(session: Session, now: number, actions: SessionAction[]): void {
  const { greeting, incarnation, hidden, windowBytes } = session;
  if (greeting === undefined) return;
  greeting.sentMs = now;
  const { half } = greeting;
  const frame: Hello = { kind: "hello", versions: wireVersions, incarnation, half, hidden, windowBytes };
  actions.push({ type: "transmit", frame, to: 0 });
}

/**
 * Nothing stands by a hello alone, since it may be a copy that comes late: what is there stays until the peer has named the half
 * that it is answered with.
 */
export function onHello(session: Session, hello: Hello, now: number, actions: SessionAction[]): void {
  const { standing, greeting } = session;
  const version = highestCommon(hello.versions);
  if (version === undefined) {
    actions.push(refusal(hello, session.incarnation, "version"));
    return;
  }
  if (standing?.theirs === hello.half) {
    sayWelcome(session, standing, actions);
    return;
  }
  if (session.answered?.theirs !== hello.half) {
    const isFree = greeting !== undefined && session.answered?.mine !== greeting.half;
    const mine = isFree ? greeting.half : session.half();
    if (greeting !== undefined) greeting.half = mine;
    const { half: theirs, incarnation, hidden, windowBytes } = hello;
    session.answered = { mine, theirs, incarnation, hidden, version, windowBytes, atMs: now };
  }
  session.answered.atMs = now;
  sayWelcome(session, session.answered, actions);
}

export function onWelcome(session: Session, welcome: Welcome, now: number, actions: SessionAction[]): void {
  const { greeting, answered } = session;
  if (greeting === undefined || greeting.half !== welcome.yours) return;
  const { half: theirs, incarnation, hidden, version, windowBytes } = welcome;
  if (answered?.mine === greeting.half && answered.theirs !== theirs) {
    greeting.half = session.half();
    sayHello(session, now, actions);
    return;
  }
  if (!wireVersions.includes(version)) {
    giveUp(session, "refused", actions, incarnation, versionsText([version]));
    return;
  }
  stand(session, { mine: greeting.half, theirs, incarnation, hidden, version, windowBytes }, now, actions);
}

export function onRefuse(session: Session, refuse: Refuse, actions: SessionAction[]): void {
  if (session.greeting?.half !== refuse.yours) return;
  const { why, incarnation, versions } = refuse;
  giveUp(session, "refused", actions, incarnation, why === "version" ? versionsText(versions) : why);
}

/** The session stands from here on, whatever stood before. */
export function stand(session: Session, peer: Peer, now: number, actions: SessionAction[]): void {
  const before = session.standing;
  if (before !== undefined)
    breakSession(session, before.incarnation === peer.incarnation ? "reset" : "incarnation", actions);
  session.greeting = undefined;
  session.answered = undefined;
  session.standing = standingWith(peer, session.windowBytes, now);
  const { incarnation, hidden, version } = peer;
  actions.push({ type: "up", incarnation, hidden, version });
  sayAlive(session.standing, now, actions);
}

/** Forgets a hello of theirs that was answered. What was bound to it is never bound again. */
export function forgetAnswered(session: Session, now: number, actions: SessionAction[]): void {
  const { answered, greeting } = session;
  session.answered = undefined;
  if (greeting === undefined || greeting.half !== answered?.mine) return;
  greeting.half = session.half();
  sayHello(session, now, actions);
}

/** The answer to a hello that is not wanted. For the shell too, which knows of names and of its own end. */
export function refusal(hello: Hello, incarnation: number, why: Refuse["why"]): SessionAction {
  const frame: Refuse = { kind: "refuse", yours: hello.half, incarnation, why, versions: wireVersions };
  return { type: "transmit", frame, to: hello.incarnation };
}

function sayWelcome(session: Session, peer: Peer, actions: SessionAction[]): void {
  const { incarnation, hidden, windowBytes } = session;
  const { version, mine: half, theirs: yours } = peer;
  const frame: Welcome = { kind: "welcome", version, incarnation, half, yours, hidden, windowBytes };
  actions.push({ type: "transmit", frame, to: peer.incarnation });
}

function highestCommon(versions: readonly number[]): number | undefined {
  const common = versions.filter((version) => wireVersions.includes(version));
  return common.length === 0 ? undefined : Math.max(...common);
}

function versionsText(theirs: readonly number[]): string {
  return `The peer speaks the versions ${theirs.join(", ") || "(none)"} of the wire, and this program ${wireVersions.join(", ")}.`;
}

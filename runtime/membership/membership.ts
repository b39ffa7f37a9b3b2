// Who is there: judges other nodes by what is heard of them, and the own name by who else beats under it. Time comes with each event.
import type { Beat } from "./beat.ts";
import { type MembershipTimes, membershipLimits } from "./limits.ts";
import { hearRival, type Identity, type Rival } from "./rival.ts";

/** Why a member is one no more. `stuck`: it beats, and its event loop stands still. */
export type DownReason = "left" | "missed_beats" | "no_responders" | "incarnation" | "stuck";

export type PingOutcome =
  | { readonly kind: "pong"; readonly incarnation: number }
  | { readonly kind: "no_responders" | "timeout" | "disconnected" };

export type MembershipEvent =
  | { readonly type: "beat"; readonly node: string; readonly beat: Beat }
  /** Anything else that this incarnation has sent. */
  | { readonly type: "traffic"; readonly node: string; readonly incarnation: number }
  /** `incarnation` is the one that was asked. */
  | {
      readonly type: "ping_result";
      readonly node: string;
      readonly incarnation: number;
      readonly outcome: PingOutcome;
    }
  /** The session with this incarnation has ended, or none came up. */
  | { readonly type: "broken"; readonly node: string; readonly incarnation: number }
  /** It has said by another way that it goes. */
  | { readonly type: "left"; readonly node: string; readonly incarnation: number }
  | { readonly type: "tick" }
  | { readonly type: "carrier_lost" }
  | { readonly type: "carrier_back" }
  /** The own program stood still, or its beats did, for longer than others wait. */
  | { readonly type: "frozen"; readonly gapMs: number };

export type MembershipAction =
  /** Make a session where there is none. */
  | { readonly type: "connect"; readonly node: string; readonly incarnation: number }
  | { readonly type: "ping"; readonly node: string; readonly incarnation: number }
  | {
      readonly type: "down";
      readonly node: string;
      readonly incarnation: number;
      readonly reason: DownReason;
    }
  /** Others may have taken this node for dead: whatever it has with them is over. */
  | { readonly type: "break_all" }
  /** Somebody else has the own name. */
  | { readonly type: "conflict"; readonly incarnation: number; readonly host: string; readonly osPid: number }
  /** The name is the other one's: go. */
  | { readonly type: "leave" };

export interface Peer {
  readonly node: string;
  /** The last one. */
  beat: Beat;
  heardAt: number;
  /** False: it was judged down, and may come back. */
  isMember: boolean;
  suspectedAt: number | undefined;
  /** Nobody listens on its subject. */
  isAbsent: boolean;
  /** Connect when it is heard of. */
  wantsSession: boolean;
  connectedAt: number;
  downAt: number;
  /** Not to be connected before. */
  heldUntil: number;
  /** Verdicts with no calm between them. */
  downs: number;
}

export interface MembershipState {
  readonly self: Identity;
  readonly times: MembershipTimes;
  readonly peers: Map<string, Peer>;
  /** Since when what is not heard means something; undefined while the own carrier is lost. */
  sightSince: number | undefined;
  rival: Rival | undefined;
  hasLeft: boolean;
}

export function createMembership(self: Identity, times: MembershipTimes, now: number): MembershipState {
  return { self, times, peers: new Map(), sightSince: now, rival: undefined, hasLeft: false };
}

/** Changes `state`, and gives what is to be done, in order. `now` is monotonic, in milliseconds. */
export function step(
  state: MembershipState,
  event: MembershipEvent,
  now: number,
): readonly MembershipAction[] {
  if (state.hasLeft) return [];
  const actions: MembershipAction[] = [];
  switch (event.type) {
    case "beat":
      if (event.node === state.self.name) onOwnName(state, event.beat, now, actions);
      else if (!isHidden(event.node)) onBeat(state, event.node, event.beat, now, actions);
      break;
    case "traffic":
      onHeard(state, event.node, event.incarnation, now);
      break;
    case "ping_result":
      onPingResult(state, event.node, event.incarnation, event.outcome, now);
      break;
    case "broken":
      onBroken(state, event.node, event.incarnation, now, actions);
      break;
    case "left":
      onLeft(state, event.node, event.incarnation, now, actions);
      break;
    case "tick":
      for (const peer of [...state.peers.values()]) judge(state, peer, now, actions);
      break;
    case "carrier_lost":
    case "carrier_back":
      loseSight(state, event.type === "carrier_back" ? now : undefined);
      if (event.type === "carrier_back") connectAgain(state, now, actions);
      break;
    case "frozen":
      actions.push({ type: "break_all" });
      loseSight(state, state.sightSince === undefined ? undefined : now);
      break;
  }
  return actions;
}

/** True for the names of commands: they are no members, whatever they say. */
function isHidden(node: string): boolean {
  return node.startsWith("cli-");
}

/** False for a node that was judged down and has not atoned, and for an incarnation that is over. */
export function admits(state: MembershipState, node: string, incarnation: number, now: number): boolean {
  const peer = state.peers.get(node);
  if (peer === undefined || incarnation > peer.beat.incarnation) return true;
  if (incarnation < peer.beat.incarnation) return false;
  return peer.isMember || now >= peer.heldUntil;
}

function onOwnName(state: MembershipState, beat: Beat, now: number, actions: MembershipAction[]): void {
  const { rival, verdict } = hearRival(state.self, state.rival, beat, now, state.times);
  state.rival = rival;
  if (verdict === undefined) return;
  actions.push({ type: "conflict", incarnation: beat.incarnation, host: beat.host, osPid: beat.osPid });
  if (verdict === "stay") return;
  state.hasLeft = true;
  actions.push({ type: "leave" });
}

function onBeat(
  state: MembershipState,
  node: string,
  beat: Beat,
  now: number,
  actions: MembershipAction[],
): void {
  const known = state.peers.get(node);
  if (known !== undefined && beat.incarnation === known.beat.incarnation) {
    // A late one, or one that came twice.
    if (beat.seq <= known.beat.seq) return;
    onNextBeat(state, known, beat, now, actions);
    return;
  }
  // It is over; but a clock that was set back makes a later incarnation's number the smaller one.
  const isOver = known !== undefined && beat.incarnation < known.beat.incarnation;
  if (isOver && (known.isMember || now < known.heldUntil)) return;
  if (known?.isMember) putDown(state, known, "incarnation", now, actions);
  if (beat.state === "leaving") return;
  const peer = newPeer(node, beat, now);
  state.peers.set(node, peer);
  connectIfDue(state, peer, now, actions);
}

function onNextBeat(
  state: MembershipState,
  peer: Peer,
  beat: Beat,
  now: number,
  actions: MembershipAction[],
): void {
  peer.beat = beat;
  noteHeard(peer, now);
  if (beat.state === "leaving") {
    if (peer.isMember) putDown(state, peer, "left", now, actions);
    peer.wantsSession = false;
    return;
  }
  if (isStuck(state, beat)) {
    if (peer.isMember && mayJudge(state, now)) putDown(state, peer, "stuck", now, actions);
    return;
  }
  if (!peer.isMember) peer.wantsSession = true;
  connectIfDue(state, peer, now, actions);
}

function onHeard(state: MembershipState, node: string, incarnation: number, now: number): void {
  const peer = state.peers.get(node);
  if (peer?.isMember && peer.beat.incarnation === incarnation) noteHeard(peer, now);
}

function onPingResult(
  state: MembershipState,
  node: string,
  incarnation: number,
  outcome: PingOutcome,
  now: number,
): void {
  const peer = state.peers.get(node);
  if (!peer?.isMember || peer.beat.incarnation !== incarnation) return;
  if (outcome.kind === "no_responders") peer.isAbsent = true;
  // Another incarnation that answers is seen by its own beats.
  if (outcome.kind === "pong" && outcome.incarnation === incarnation) noteHeard(peer, now);
}

function onBroken(
  state: MembershipState,
  node: string,
  incarnation: number,
  now: number,
  actions: MembershipAction[],
): void {
  const peer = state.peers.get(node);
  if (!peer?.isMember || peer.beat.incarnation !== incarnation) return;
  peer.wantsSession = true;
  connectIfDue(state, peer, now, actions);
}

function onLeft(
  state: MembershipState,
  node: string,
  incarnation: number,
  now: number,
  actions: MembershipAction[],
): void {
  const peer = state.peers.get(node);
  if (peer?.isMember && peer.beat.incarnation === incarnation) putDown(state, peer, "left", now, actions);
}

/** Puts a member down whose time is up, asks one that is silent, and forgets who is long gone. */
function judge(state: MembershipState, peer: Peer, now: number, actions: MembershipAction[]): void {
  const { times } = state;
  if (!peer.isMember) {
    const isForgotten = now - Math.max(peer.heardAt, peer.downAt) >= times.calmMs;
    if (isForgotten) state.peers.delete(peer.node);
    return;
  }
  if (state.sightSince === undefined) return;
  const silentMs = now - Math.max(peer.heardAt, state.sightSince);
  if (silentMs < times.silentMs) return;
  peer.suspectedAt ??= now;
  // One tick less: it came a part of a tick after it was due.
  const hadItsTime = now - peer.suspectedAt >= times.confirmMs - times.tickMs;
  // The broker says so as well: of what it had to be asked for nothing more can come.
  const isDue = silentMs >= times.downMs - (peer.isAbsent ? times.tickMs : 0);
  if (isDue && hadItsTime)
    putDown(state, peer, peer.isAbsent ? "no_responders" : "missed_beats", now, actions);
  // With every tick, since one question may be lost.
  else actions.push({ type: "ping", node: peer.node, incarnation: peer.beat.incarnation });
}

function putDown(
  state: MembershipState,
  peer: Peer,
  reason: DownReason,
  now: number,
  actions: MembershipAction[],
): void {
  const { calmMs, stabilityMs } = state.times;
  const isVerdict = reason !== "left" && reason !== "incarnation";
  if (isVerdict) peer.downs = now - peer.connectedAt >= calmMs ? 1 : peer.downs + 1;
  peer.isMember = false;
  peer.wantsSession = false;
  peer.suspectedAt = undefined;
  peer.downAt = now;
  peer.heldUntil =
    now + stabilityMs * 2 ** Math.min(Math.max(0, peer.downs - 1), membershipLimits.holdDoublingsMax);
  actions.push({ type: "down", node: peer.node, incarnation: peer.beat.incarnation, reason });
}

/** At once for a node that is new or was calm; never twice within the time of stability, so that a link that flaps makes no storm. */
function connectIfDue(state: MembershipState, peer: Peer, now: number, actions: MembershipAction[]): void {
  const { sightSince, times } = state;
  if (!peer.wantsSession || sightSince === undefined || isStuck(state, peer.beat)) return;
  if (now < peer.heldUntil || now - peer.connectedAt < times.stabilityMs) return;
  // Not by what was heard before the own sight was lost.
  if (peer.heardAt < sightSince || now - peer.heardAt >= times.silentMs) return;
  peer.wantsSession = false;
  peer.isMember = true;
  peer.connectedAt = now;
  actions.push({ type: "connect", node: peer.node, incarnation: peer.beat.incarnation });
}

/** Sessions are over, and silence says nothing before `since`. */
function loseSight(state: MembershipState, since: number | undefined): void {
  state.sightSince = since;
  state.rival = undefined;
  for (const peer of state.peers.values()) {
    peer.suspectedAt = undefined;
    peer.isAbsent = false;
    if (peer.isMember) peer.wantsSession = true;
  }
}

/** The sessions with all members have ended with the own carrier. A hello to one that has gone meanwhile costs nothing. */
function connectAgain(state: MembershipState, now: number, actions: MembershipAction[]): void {
  for (const peer of state.peers.values()) {
    if (!peer.isMember || now - peer.connectedAt < state.times.stabilityMs) continue;
    peer.wantsSession = false;
    peer.connectedAt = now;
    actions.push({ type: "connect", node: peer.node, incarnation: peer.beat.incarnation });
  }
}

function newPeer(node: string, beat: Beat, now: number): Peer {
  return {
    node,
    beat,
    heardAt: now,
    isMember: false,
    suspectedAt: undefined,
    isAbsent: false,
    wantsSession: true,
    connectedAt: Number.NEGATIVE_INFINITY,
    downAt: now,
    heldUntil: now,
    downs: 0,
  };
}

function noteHeard(peer: Peer, now: number): void {
  peer.heardAt = now;
  peer.suspectedAt = undefined;
  peer.isAbsent = false;
}

function isStuck(state: MembershipState, beat: Beat): boolean {
  return beat.lagMs >= state.times.stuckMs;
}

function mayJudge({ sightSince, times }: MembershipState, now: number): boolean {
  return sightSince !== undefined && now - sightSince >= times.downMs;
}

// The own lease: when it is renewed, when nobody can know any more whether it stands, and when it is over. Time comes with each event.
import type { BucketEntry, Written } from "../store/bucket.ts";
import { decodeLease, type LeaseRecord } from "./lease-record.ts";
import { leaseLimits } from "./limits.ts";
import { isHeld, type LeaseWrite, type OwnAction, type OwnEvent, type OwnLease } from "./own-lease-state.ts";
import { isAlive, lookAgain } from "./predecessor.ts";

/** Changes `state`, and gives what is to be done, in order. `now` is monotonic, in milliseconds. */
export function step(state: OwnLease, event: OwnEvent, now: number): readonly OwnAction[] {
  const actions: OwnAction[] = [];
  if (state.phase === "closed") return actions;
  // First of all: what comes in after a standstill comes in too late.
  suspendIfDue(state, now, actions);
  switch (event.type) {
    case "acquire":
      if (state.phase !== "none") break;
      state.phase = "acquiring";
      state.nextAt = now;
      break;
    case "draining":
      state.draining = event.draining;
      if (state.standing !== undefined) state.nextAt = Math.min(state.nextAt, now);
      break;
    case "close":
      onClose(state, now);
      break;
    case "due":
      break;
    default:
      if (event.op === state.current?.op) onAnswer(state, event, now, actions);
  }
  proceed(state, now, actions);
  return actions;
}

function onAnswer(
  state: OwnLease,
  event: Extract<OwnEvent, { readonly op: number }>,
  now: number,
  actions: OwnAction[],
): void {
  const write = state.current?.write;
  state.current = undefined;
  if (event.type === "read") onRead(state, event.entry, now, actions);
  else if (event.type === "unread") {
    state.nextAt = now + state.times.retryMs;
    wait(state, "store", event.why, actions);
  } else if (write !== undefined) onWritten(state, write, event.outcome, now, actions);
}

function onWritten(
  state: OwnLease,
  write: LeaseWrite,
  outcome: Written,
  now: number,
  actions: OwnAction[],
): void {
  if (outcome.kind === "written") {
    stand(state, write, outcome.revision, now, actions);
    return;
  }
  // A conflict too: what somebody sent twice for us conflicts with itself.
  state.mustRead = true;
  state.nextAt = Math.max(now, write.sentAt + state.times.retryMs);
  if (outcome.kind === "unknown") wait(state, "store", outcome.why, actions);
}

function onRead(state: OwnLease, entry: BucketEntry | undefined, now: number, actions: OwnAction[]): void {
  const record = entry && decodeLease(state.key, entry.value);
  const { standing } = state;
  const isStillHeld = record?.state === "held" && record.incarnation === state.self.incarnation;
  const applied = isStillHeld ? state.open.find(({ nonce }) => nonce === record.nonce) : undefined;
  if (entry !== undefined && applied !== undefined) {
    stand(state, applied, entry.revision, now, actions);
    return;
  }
  if (standing !== undefined) {
    if (isStillHeld && record.nonce === standing.nonce && entry?.revision === standing.revision) {
      state.mustRead = false;
      state.nextAt = now;
      return;
    }
    const why = endInWords(entry, record);
    state.standing = undefined;
    state.open = [];
    state.sightSince = undefined;
    if (state.phase !== "closing") {
      state.phase = "lost";
      actions.push({ type: "lost", why });
    }
  }
  if (state.phase === "closing") state.open = [];
  else pursue(state, entry, record, now, actions);
}

/** Takes the key where nobody can stand on it. */
function pursue(
  state: OwnLease,
  entry: BucketEntry | undefined,
  record: LeaseRecord | undefined,
  now: number,
  actions: OwnAction[],
): void {
  const { self, times } = state;
  const isOver = record !== undefined && (record.state !== "held" || record.incarnation === self.incarnation);
  if (entry === undefined || isOver) {
    acquire(state, record, entry?.revision ?? 0, now, actions);
    return;
  }
  const predecessor = lookAgain(state.predecessor, { record, revision: entry.revision }, now);
  state.predecessor = predecessor;
  if (now - predecessor.since >= times.challengeAfterMs) {
    acquire(state, record, entry.revision, now, actions);
  } else if (record !== undefined && isAlive(predecessor) && state.phase === "acquiring") {
    state.phase = "none";
    state.predecessor = undefined;
    actions.push({ type: "refused", incarnation: record.incarnation, host: record.host });
  } else {
    state.nextAt = Math.min(now + times.renewEveryMs, predecessor.since + times.challengeAfterMs);
    const whose = record
      ? `incarnation ${record.incarnation} on ${record.host}`
      : "something that is no lease";
    wait(state, "predecessor", `its key belongs to ${whose}, whose end is waited for`, actions);
  }
}

function acquire(
  state: OwnLease,
  before: LeaseRecord | undefined,
  expected: number,
  now: number,
  actions: OwnAction[],
): void {
  state.term = Math.max(state.term, before?.term ?? 0) + 1;
  send(state, "held", state.term, expected, now, actions);
}

/** An own write was applied: the lease stands from when it was sent. */
function stand(
  state: OwnLease,
  write: LeaseWrite,
  revision: number,
  now: number,
  actions: OwnAction[],
): void {
  const { times, phase } = state;
  state.standing = write.kept === "held" ? { ...write, revision } : undefined;
  state.open = [];
  state.mustRead = false;
  state.predecessor = undefined;
  state.waitingFor = undefined;
  if (phase === "closing") {
    state.nextAt = now;
    return;
  }
  if (now - state.toldAt >= times.blindAfterMs || phase === "acquiring" || phase === "lost")
    state.sightSince = now;
  state.sightSince ??= now;
  state.toldAt = now;
  state.nextAt = write.draining === state.draining ? Math.max(now, write.sentAt + times.renewEveryMs) : now;
  if (phase === "acquiring" || phase === "lost") {
    state.phase = "held";
    const { node, incarnation } = state.self;
    actions.push({ type: "held", id: { node, incarnation, term: write.term } });
    // It may be known so late that it is old already.
    suspendIfDue(state, now, actions);
  } else if (phase === "suspended" && now - write.sentAt < times.suspendAfterMs) {
    state.phase = "held";
    actions.push({ type: "resumed" });
  }
}

function suspendIfDue(state: OwnLease, now: number, actions: OwnAction[]): void {
  if (state.phase !== "held" || isHeld(state, now)) return;
  state.phase = "suspended";
  state.sightSince = undefined;
  state.mustRead = true;
  state.nextAt = Math.min(state.nextAt, now);
  actions.push({ type: "suspended" });
}

function onClose(state: OwnLease, now: number): void {
  if (state.phase === "closing") return;
  state.phase = "closing";
  state.sightSince = undefined;
  state.closeBy = now + state.times.releaseMs;
  state.nextAt = now;
  state.mustRead = state.standing === undefined;
}

/** Asks for what is due, one thing at a time. */
function proceed(state: OwnLease, now: number, actions: OwnAction[]): void {
  const { phase, standing, open, current } = state;
  if (phase === "none" || phase === "closed") return;
  if (phase === "closing") {
    const hasNothing = current === undefined && standing === undefined && open.length === 0;
    if (hasNothing || now >= state.closeBy) {
      state.phase = "closed";
      actions.push({ type: "closed" });
      return;
    }
  }
  if (current !== undefined || now < state.nextAt) return;
  if (standing === undefined || state.mustRead) {
    state.ops += 1;
    state.current = { op: state.ops, write: undefined };
    actions.push({ type: "read", op: state.ops });
  } else
    send(state, phase === "closing" ? "released" : "held", standing.term, standing.revision, now, actions);
}

function send(
  state: OwnLease,
  kept: "held" | "released",
  term: number,
  expected: number,
  now: number,
  actions: OwnAction[],
): void {
  const { draining, self } = state;
  state.ops += 1;
  state.writes += 1;
  const write: LeaseWrite = {
    kept,
    nonce: `${state.noncePrefix}-${state.writes}`,
    term,
    sentAt: now,
    draining,
  };
  state.current = { op: state.ops, write };
  state.open = [...state.open, write].slice(-leaseLimits.openWritesMax);
  const { nonce } = write;
  const draft = { ...self, term, nonce, state: kept, draining, by: self.node };
  actions.push({ type: "write", op: state.ops, draft, expected });
}

function wait(state: OwnLease, what: "store" | "predecessor", why: string, actions: OwnAction[]): void {
  const hasLease = state.phase !== "acquiring" && state.phase !== "lost";
  if (hasLease || state.waitingFor === what) return;
  state.waitingFor = what;
  actions.push({ type: "waiting", why });
}

function endInWords(entry: BucketEntry | undefined, record: LeaseRecord | undefined): string {
  if (entry === undefined) return "it is not in the store any more";
  if (record === undefined) return "something that is no lease is in its place";
  if (record.state === "tombstone") return `node "${record.by}" has put it to an end`;
  return `incarnation ${record.incarnation} on ${record.host} has it, ${record.state}`;
}

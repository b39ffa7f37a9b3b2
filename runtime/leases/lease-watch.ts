// The leases of other nodes: what was seen of each, and when one is to be put to an end. Time comes with each event.
import type { BucketEntry, Written } from "../store/bucket.ts";
import { decodeToken } from "../wire/token.ts";
import { isLaterLease, isSameLease, type LeaseEnd, type LeaseId } from "./lease.ts";
import { decodeLease, type LeaseRecord } from "./lease-record.ts";
import {
  isOver,
  isSelf,
  isValid,
  type LeaseWatch,
  type Seen,
  type WatchAction,
  type WatchEvent,
} from "./lease-watch-state.ts";
import { leaseLimits } from "./limits.ts";
import type { LeaseDraft } from "./own-lease-state.ts";

/**
 * Changes `state`, and gives what is to be done, in order. `now` is monotonic, in milliseconds; `sightSince` says since when
 * what is not seen means something, and is undefined while this node may judge nobody.
 */
export function step(
  state: LeaseWatch,
  event: WatchEvent,
  now: number,
  sightSince: number | undefined,
): readonly WatchAction[] {
  const actions: WatchAction[] = [];
  switch (event.type) {
    case "entries":
      onEntries(state, event.entries, now, actions);
      break;
    case "changed": {
      const { key, value, revision } = event;
      const node = decodeToken(key);
      const known = node === undefined ? undefined : state.seen.get(node);
      // What the leader has told already. A bucket that was made anew tells all of its entries first.
      if (node === undefined || (known !== undefined && revision <= known.revision)) break;
      observe(state, node, value && { key, value, revision }, "watch", now, actions);
      break;
    }
    case "tick":
      for (const known of state.seen.values())
        if (isDue(state, known, now, sightSince)) look(state, known.node, now, actions);
      break;
    case "looked":
      onLooked(state, event.node, event.entry, now, actions);
      challengeIfDue(state, event.node, now, sightSince, actions);
      break;
    case "unlooked":
      state.attempts.set(event.node, { isRunning: false, at: now + state.times.retryMs });
      break;
    case "challenged":
      onChallenged(state, event.draft, event.outcome, now, actions);
      break;
    case "doubt":
      onDoubt(state, event.id, now, actions);
      break;
  }
  return actions;
}

function onEntries(
  state: LeaseWatch,
  entries: readonly BucketEntry[],
  now: number,
  actions: WatchAction[],
): void {
  const byNode = new Map(entries.map((entry) => [decodeToken(entry.key), entry]));
  byNode.delete(undefined);
  for (const node of new Set([...state.seen.keys(), ...byNode.keys()]))
    if (node !== undefined) observe(state, node, byNode.get(node), "watch", now, actions);
}

/** What the key of a node holds. A watch may tell of what was long ago, the leader does not. */
function observe(
  state: LeaseWatch,
  node: string,
  entry: BucketEntry | undefined,
  source: "watch" | "leader",
  now: number,
  actions: WatchAction[],
): void {
  const known = state.seen.get(node);
  const record = entry && decodeLease(entry.key, entry.value);
  const revision = entry?.revision ?? 0;
  if (known === undefined) {
    if (record !== undefined) note(state, record, revision, now, actions);
    return;
  }
  if (record !== undefined && isSameLease(record, known)) {
    onSame(state, known, record, revision, now, actions);
    return;
  }
  const isOther = record !== undefined && record.incarnation !== known.incarnation;
  if (record !== undefined && (isLaterLease(record, known) || (isOther && source === "leader"))) {
    if (known.state === "held") tellEnd(state, known, "replaced", actions);
    note(state, record, revision, now, actions);
    return;
  }
  if (entry === undefined && known.state !== "held") {
    state.seen.delete(node);
    return;
  }
  if (isOther && !isLaterLease(known, record)) look(state, node, now, actions);
  // Gone, older, or nonsense: its holder can renew it no more, and may not know that yet.
  const changedAt = known.isThere ? now : known.changedAt;
  state.seen.set(node, { ...known, revision, isThere: false, changedAt });
}

/** A lease that was not known before. */
function note(
  state: LeaseWatch,
  record: LeaseRecord,
  revision: number,
  now: number,
  actions: WatchAction[],
): void {
  const { at, by, ...rest } = record;
  const known = { ...rest, revision, isThere: true, changedAt: now };
  state.seen.set(record.node, known);
  actions.push({ type: "seen", node: record.node });
  if (record.state !== "held") tellEnd(state, known, record.state, actions);
}

function onSame(
  state: LeaseWatch,
  known: Seen,
  record: LeaseRecord,
  revision: number,
  now: number,
  actions: WatchAction[],
): void {
  // Told once more, as when a watch begins anew: that is no sign of life.
  if (revision === known.revision && record.nonce === known.nonce) return;
  const { at, by, ...rest } = record;
  // What is over stays so: a record from before may come late.
  const kept = known.state === "held" ? record.state : known.state;
  state.seen.set(known.node, { ...rest, state: kept, revision, isThere: true, changedAt: now });
  const isNews =
    kept !== known.state ||
    record.draining !== known.draining ||
    JSON.stringify(record.labels) !== JSON.stringify(known.labels);
  if (isNews) actions.push({ type: "seen", node: known.node });
  if (kept === "held" || known.state !== "held") return;
  tellEnd(state, known, kept === "tombstone" && !known.isThere ? "missing" : kept, actions);
}

/** Of the own lease others hear by another way. */
function tellEnd(state: LeaseWatch, known: LeaseId, how: LeaseEnd, actions: WatchAction[]): void {
  const { node, incarnation, term } = known;
  if (!isSelf(state.self, known)) actions.push({ type: "lapsed", id: { node, incarnation, term }, how });
}

function onChallenged(
  state: LeaseWatch,
  draft: LeaseDraft,
  outcome: Written,
  now: number,
  actions: WatchAction[],
): void {
  const { node, incarnation, term } = draft;
  // A conflict: it lives, or another node was quicker. In any case the leader is asked before the next try.
  if (outcome.kind !== "written") {
    state.attempts.set(node, { isRunning: false, at: now + state.times.retryMs });
    return;
  }
  state.attempts.delete(node);
  actions.push({ type: "ended", id: { node, incarnation, term } });
  const known = state.seen.get(node);
  // The watch may have told of it already, and of what came after.
  if (known === undefined || !isSameLease(known, draft) || known.state !== "held") return;
  onSame(state, known, { ...draft, at: 0 }, outcome.revision, now, actions);
}

function onDoubt(state: LeaseWatch, id: LeaseId, now: number, actions: WatchAction[]): void {
  if (id.node === state.self.node || isOver(state, id) || isValid(state, id)) return;
  state.doubts.set(id.node, { id, since: now });
  look(state, id.node, now, actions);
}

function onLooked(
  state: LeaseWatch,
  node: string,
  entry: BucketEntry | undefined,
  now: number,
  actions: WatchAction[],
): void {
  const askedAt = state.attempts.get(node)?.at ?? now;
  state.attempts.delete(node);
  observe(state, node, entry, "leader", now, actions);
  const doubt = state.doubts.get(node);
  if (doubt === undefined) return;
  // Whoever stood on it then may have got it after this look.
  if (doubt.since > askedAt) look(state, node, now, actions);
  else settleDoubt(state, node, doubt.id, now, actions);
}

/** Who stands on a lease had it before: the leader shows it, or it is over, or it was there and is gone. */
function settleDoubt(
  state: LeaseWatch,
  node: string,
  id: LeaseId,
  now: number,
  actions: WatchAction[],
): void {
  state.doubts.delete(node);
  if (isOver(state, id) || isValid(state, id)) return;
  const known = state.seen.get(node);
  if (known?.isThere) {
    state.denied.set(node, id);
    tellEnd(state, id, "replaced", actions);
    return;
  }
  if (known?.state === "held") tellEnd(state, known, "replaced", actions);
  const { incarnation, term } = id;
  const revision = known?.revision ?? 0;
  const nothing = {
    state: "held",
    draining: false,
    labels: {},
    host: "",
    nonce: "",
    isThere: false,
  } as const;
  state.seen.set(node, { node, incarnation, term, revision, ...nothing, changedAt: now });
}

function look(state: LeaseWatch, node: string, now: number, actions: WatchAction[]): void {
  if (state.attempts.get(node)?.isRunning === true) return;
  state.attempts.set(node, { isRunning: true, at: now });
  actions.push({ type: "look", node });
}

/** Only over what the leader has just shown to be what was seen all the time: a late renewal of the dead fails by that. */
function challengeIfDue(
  state: LeaseWatch,
  node: string,
  now: number,
  sightSince: number | undefined,
  actions: WatchAction[],
): void {
  const known = state.seen.get(node);
  if (known === undefined || !isDue(state, known, now, sightSince)) return;
  state.writes += 1;
  const { incarnation, term, draining, host } = known;
  // Nobody chooses by the labels of what is over, and a lease may have been filled with them.
  const labels = {};
  const nonce = `${state.noncePrefix}-${state.writes}`;
  const by = state.self.node;
  const draft = { node, incarnation, term, nonce, state: "tombstone", draining, labels, host, by } as const;
  state.attempts.set(node, { isRunning: true, at: now });
  actions.push({ type: "challenge", draft, expected: known.revision });
}

function isDue(state: LeaseWatch, known: Seen, now: number, sightSince: number | undefined): boolean {
  if (sightSince === undefined || known.state !== "held" || known.node === state.self.node) return false;
  const attempt = state.attempts.get(known.node);
  if (attempt !== undefined && (attempt.isRunning || now < attempt.at)) return false;
  const { challengeAfterMs, rankMs } = state.times;
  const silentMs = now - Math.max(known.changedAt, sightSince) - challengeAfterMs;
  return silentMs >= 0 && silentMs >= rank(state, now) * rankMs;
}

/** How many nodes that live come before this one. */
function rank({ seen, self, times }: LeaseWatch, now: number): number {
  const before = [...seen.values()].filter(
    ({ node, state, changedAt }) =>
      node < self.node && state === "held" && now - changedAt < times.challengeAfterMs,
  );
  return Math.min(before.length, leaseLimits.rankMax);
}

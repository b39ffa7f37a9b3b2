// Who is to have which child: decided by one node for each supervisor, from what is known, without waiting. What comes of it is
// written down by compare-and-set, so a decision from old knowledge changes nothing.
import type { LeaseId, LeaseInfo } from "../leases/lease.ts";
import type { MoveReason } from "../ownership/report.ts";
import type { PlacementTimes } from "./limits.ts";
import { affinity, type Candidate, choose, order } from "./place.ts";
import type { PlacedChild } from "./placed-child.ts";
import { isAsked, isEnded, newRecord, type PlacementRecord, placementKey } from "./placement-record.ts";
import type { SupervisorMember } from "./supervisor-member.ts";

export interface KnownRecord {
  readonly record: PlacementRecord;
  readonly revision: number;
}

/** The end of a lease, as it was found here. */
export interface Lapse {
  /** Monotonic; -Infinity where nobody here saw it. */
  readonly at: number;
  /** How long nothing had been heard of the node by then. */
  readonly silentMs: number;
  readonly reason: "node_down" | "node_left";
}

/** What one node knows when it decides. Times in milliseconds. */
export interface PlacementView {
  readonly self: LeaseId;
  readonly supervisor: string;
  /** The children that the supervisor has by its own definition. */
  readonly declared: readonly PlacedChild[];
  readonly leases: readonly LeaseInfo[];
  readonly isValid: (lease: LeaseId) => boolean;
  /** Known to be over, and not only unknown here. */
  readonly isOver: (lease: LeaseId) => boolean;
  readonly members: readonly SupervisorMember[];
  /** All records, of every supervisor, by key. */
  readonly records: ReadonlyMap<string, KnownRecord>;
  /** Those of them that have not ended, at least. */
  readonly open: ReadonlyMap<string, KnownRecord>;
  /** Keys that are being written: nothing is decided about them. */
  readonly busy: ReadonlySet<string>;
  readonly load: (node: string) => number;
  /** Monotonic. */
  readonly now: number;
  /** How a lease that is over was found to be. */
  readonly lapse: (lease: LeaseId) => Lapse;
  /** Since when the same nodes are there. */
  readonly settledAt: number;
  readonly wallTime: number;
  readonly times: PlacementTimes;
}

export interface Change {
  readonly key: string;
  readonly record: PlacementRecord;
  /** The revision that it is to replace; 0 for a new one. */
  readonly expected: number;
}

export interface Decision {
  readonly changes: readonly Change[];
  /** When to decide again though nothing has happened; undefined for never. */
  readonly wakeInMs: number | undefined;
}

export function decide(view: PlacementView): Decision {
  const deciding = new Deciding(view);
  return deciding.decider === view.self.node ? deciding.run() : deciding.announce();
}

/** Where an owner that gives a child up gives it to; undefined where nobody else can have it. */
export function successorFor(view: PlacementView, record: PlacementRecord): LeaseId | undefined {
  const deciding = new Deciding(view);
  const others = deciding.candidates.filter(({ lease }) => lease.node !== view.self.node);
  return chooseFor(record, others, deciding.logicOf, record.owner?.node)?.lease;
}

class Deciding {
  readonly candidates: Candidate[];
  readonly decider: string | undefined;
  readonly #view: PlacementView;
  readonly logicOf: ReadonlyMap<string, readonly string[]>;
  readonly #changes: Change[] = [];
  #wakeInMs: number | undefined;
  #last: string | undefined;

  constructor(view: PlacementView) {
    this.#view = view;
    const { supervisor, isValid, leases } = view;
    const members = view.members.filter(
      (member) => member.supervisor === supervisor && isValid(member.lease),
    );
    this.logicOf = new Map(members.map(({ lease, logic }) => [lease.node, logic]));
    const infos = leases.filter(({ node, state }) => state === "held" && this.logicOf.has(node));
    const open = infos.filter(({ draining }) => !draining);
    const names = (open.length > 0 ? open : infos).map(({ node }) => node).sort(order);
    this.decider = names[0];
    this.candidates = open.map((info) => this.#candidate(info));
    this.#last = this.#lastGiven();
  }

  run(): Decision {
    for (const child of this.#view.declared) this.#declare(child);
    const own = [...this.#view.open].filter(
      ([, { record }]) => !isEnded(record) && record.supervisor === this.#view.supervisor,
    );
    own.sort(([a], [b]) => order(a, b));
    for (const [key, known] of own) if (!this.#view.busy.has(key)) this.#judge(key, known);
    if (this.#changes.length === 0) this.#spread(own);
    return { changes: this.#changes, wakeInMs: this.#wakeInMs };
  }

  /** Whoever decides may run another version of the program, and not know of children that this one has. */
  announce(): Decision {
    const { now, settledAt, times, supervisor, records, busy, wallTime: since } = this.#view;
    const calmInMs = settledAt + times.settledMs - now;
    for (const { id, logic, input, restart, place } of this.#view.declared) {
      const key = placementKey(supervisor, id);
      if (records.has(key) || busy.has(key)) continue;
      if (calmInMs > 0) {
        this.#wake(calmInMs);
        continue;
      }
      const record = newRecord({ supervisor, id, logic: logic.key, input, restart, place, since });
      this.#change({ key, record, expected: 0 });
    }
    return { changes: this.#changes, wakeInMs: this.#wakeInMs };
  }

  #candidate({ node, incarnation, term, labels }: LeaseInfo): Candidate {
    let children = 0;
    let childrenOfAll = 0;
    for (const { record } of this.#view.open.values()) {
      if (record.owner?.node !== node || !isPlaced(record)) continue;
      childrenOfAll += 1;
      if (record.supervisor === this.#view.supervisor) children += 1;
    }
    return {
      lease: { node, incarnation, term },
      labels,
      load: this.#view.load(node),
      children,
      childrenOfAll,
    };
  }

  /** The owner in the record that was written last. */
  #lastGiven(): string | undefined {
    let last: KnownRecord | undefined;
    for (const known of this.#view.open.values()) {
      const { record, revision } = known;
      if (record.supervisor !== this.#view.supervisor || record.owner === undefined) continue;
      if (last === undefined || revision > last.revision) last = known;
    }
    return last?.record.owner?.node;
  }

  #declare({ id, logic, input, restart, place }: PlacedChild): void {
    const { supervisor, records, busy, wallTime: since } = this.#view;
    const key = placementKey(supervisor, id);
    if (records.has(key) || busy.has(key)) return;
    const record = newRecord({ supervisor, id, logic: logic.key, input, restart, place, since });
    this.#give(key, record, 0);
  }

  #judge(key: string, { record, revision }: KnownRecord): void {
    const { isValid, isOver, now, lapse, wallTime } = this.#view;
    const { phase, owner, place } = record;
    if (phase === "stopped" && owner !== undefined && isOver(owner))
      this.#change({ key, record: { ...record, owner: undefined, pid: undefined }, expected: revision });
    if (phase === "stopped") return;
    if (phase === "waiting" || owner === undefined) {
      this.#give(key, record, revision);
      return;
    }
    if (isValid(owner)) {
      if (phase === "running" && !this.#goOn(key, record, revision)) this.#takeBack(key, record, revision);
      return;
    }
    const patienceMs = place.strategy === "priority" ? (place.failoverAfterMs ?? 0) : 0;
    if (!isOver(owner)) return;
    const { at, silentMs, reason: end } = lapse(owner);
    const dueInMs = at + patienceMs - now;
    if (dueInMs > 0) {
      this.#wake(dueInMs);
      return;
    }
    const from = owner.node;
    // Who was to have it and died before it ran has changed nothing about why it moves, and where from.
    const why: Pick<PlacementRecord, "reason" | "since" | "from"> =
      phase === "assigned" && record.from !== undefined
        ? record
        : { reason: end, since: wallTime - silentMs - Math.min(now - at, patienceMs), from };
    const { reason, since } = why;
    // Where it was on its way to only to be spread or taken back is chosen anew; what somebody asked for still holds.
    const wants = phase === "running" || isAsked(record.reason) ? record.wants : undefined;
    this.#give(key, { ...record, wants, reason, since, from: why.from }, revision);
  }

  /** Gives a child to the node where it belongs, or notes that it waits for one. */
  #give(key: string, record: PlacementRecord, expected: number): void {
    const target = chooseFor(record, this.candidates, this.logicOf, this.#last);
    if (target === undefined) {
      if (record.phase === "waiting" && expected !== 0) return;
      this.#change({
        key,
        record: { ...record, phase: "waiting", owner: undefined, pid: undefined },
        expected,
      });
      return;
    }
    const { lease } = target;
    this.#last = lease.node;
    this.#count(target, 1);
    this.#change({ key, record: assignedTo(record, lease), expected });
  }

  /** Somebody asked for another node while it was on its way to this one: true where that one can have it. */
  #goOn(key: string, record: PlacementRecord, expected: number): boolean {
    const fit = fitFor(record, this.candidates, this.logicOf);
    const asked = fit.find(({ lease: { node } }) => node === record.wants && node !== record.owner?.node);
    if (asked !== undefined) this.#ask(key, record, expected, asked.lease.node, "move");
    return asked !== undefined;
  }

  /** A better node of its list is there again: it gets the child back (OTP: takeover). */
  #takeBack(key: string, record: PlacementRecord, expected: number): void {
    const { place, owner } = record;
    if (place.strategy !== "priority" || place.takeover !== true || owner === undefined) return;
    // Somebody has asked for it to be there.
    if (record.wants === owner.node) return;
    const target = chooseFor({ ...record, wants: undefined }, this.candidates, this.logicOf, undefined);
    if (target === undefined || target.lease.node === owner.node) return;
    const rank = (node: string): number =>
      place.nodes.includes(node) ? place.nodes.indexOf(node) : place.nodes.length;
    if (rank(target.lease.node) >= rank(owner.node)) return;
    this.#ask(key, record, expected, target.lease.node, "takeover");
  }

  /** Asks the owner of one child to hand it over, where the children lie unevenly: one after the other, and only in calm times. */
  #spread(own: readonly (readonly [string, KnownRecord])[]): void {
    const { now, settledAt, times, busy } = this.#view;
    const movable = own.filter(([, { record }]) => isPlaced(record));
    if (movable.length === 0 || this.candidates.length < 2) return;
    if (busy.size > 0 || movable.some(([, { record }]) => record.phase !== "running")) return;
    const calmInMs = settledAt + times.settledMs - now;
    if (calmInMs > 0) {
      this.#wake(calmInMs);
      return;
    }
    for (const [key, { record, revision }] of movable) {
      const better = this.#better(record);
      if (better === undefined) continue;
      this.#ask(key, record, revision, better.lease.node, "balance");
      return;
    }
  }

  #better(record: PlacementRecord): Candidate | undefined {
    const { place, owner, id } = record;
    const fit = fitFor(record, this.candidates, this.logicOf);
    const own = fit.find(({ lease }) => lease.node === owner?.node);
    // One that drains hands over by itself; a place that it was asked to is where it stays.
    if (own === undefined || record.wants === owner?.node || place.strategy === "priority") return undefined;
    const target = choose(place, id, fit, undefined);
    if (target === undefined || target === own) return undefined;
    if (place.strategy === "consistent_hash") return target;
    const worth = (candidate: Candidate): number =>
      place.strategy === "affinity" ? affinity(place.labels, candidate) : 0;
    if (worth(target) > worth(own)) return target;
    const [fewest] = fit
      .filter((candidate) => worth(candidate) >= worth(own))
      .sort((a, b) => a.children - b.children);
    return fewest !== undefined && own.children - fewest.children >= 2 ? fewest : undefined;
  }

  #ask(key: string, record: PlacementRecord, expected: number, wants: string, reason: MoveReason): void {
    const { wallTime: since } = this.#view;
    const from = record.owner?.node;
    this.#change({ key, record: { ...record, phase: "leaving", wants, reason, since, from }, expected });
  }

  #count(target: Candidate, more: number): void {
    const index = this.candidates.indexOf(target);
    const { children, childrenOfAll } = target;
    this.candidates[index] = {
      ...target,
      children: children + more,
      childrenOfAll: childrenOfAll + more,
    };
  }

  #change(change: Change): void {
    this.#changes.push(change);
  }

  #wake(inMs: number): void {
    this.#wakeInMs = Math.min(this.#wakeInMs ?? inMs, inMs);
  }
}

/** Where a child goes: to the node that was asked for where that can have it, else to the one that its place says. */
function chooseFor(
  record: PlacementRecord,
  candidates: readonly Candidate[],
  logicOf: ReadonlyMap<string, readonly string[]>,
  last: string | undefined,
): Candidate | undefined {
  const fit = fitFor(record, candidates, logicOf);
  const wanted =
    record.wants === undefined ? undefined : fit.find(({ lease }) => lease.node === record.wants);
  return wanted ?? choose(record.place, record.id, fit, last);
}

function fitFor(
  { logic, denied }: PlacementRecord,
  candidates: readonly Candidate[],
  logicOf: ReadonlyMap<string, readonly string[]>,
): readonly Candidate[] {
  return candidates.filter(
    ({ lease }) => logicOf.get(lease.node)?.includes(logic) === true && !Object.hasOwn(denied, lease.node),
  );
}

/** `record` with a new owner, who has not begun yet. */
export function assignedTo(record: PlacementRecord, owner: LeaseId): PlacementRecord {
  const { node, incarnation, term } = owner;
  return { ...record, phase: "assigned", owner: { node, incarnation, term }, pid: undefined };
}

function isPlaced({ phase }: PlacementRecord): boolean {
  return phase === "assigned" || phase === "running" || phase === "leaving";
}

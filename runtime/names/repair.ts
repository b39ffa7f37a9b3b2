// Puts right what the cluster knows of the names of this node: after the end of a process, a lost lease, a bucket made anew, a conflict.

import type { Pid } from "../process/pid.ts";
import type { BucketEntry } from "../store/bucket.ts";
import { StoreUnavailable } from "../store/failures.ts";
import type { TimerHandle } from "../world.ts";
import { agree, type Step } from "./agreed-key.ts";
import { decide, NameConflictMessage } from "./conflict.ts";
import { NotOwner } from "./failures.ts";
import type { Holding } from "./held-names.ts";
import { mayStand } from "./leases.ts";
import { nameLimits } from "./limits.ts";
import {
  type Displaced,
  type Displacement,
  decodeNameRecord,
  displacedNow,
  encodeNameRecord,
  isSamePid,
  type NameRecord,
  nameKey,
  type PidData,
  pidData,
} from "./name-record.ts";
import { agreeing, type NamesContext, ownLease } from "./names-context.ts";
import { judge } from "./verdict.ts";

/** What is left to do about an own name when the record is as it should be. */
type Outcome =
  | { readonly is: "nothing" }
  | { readonly is: "owned"; readonly epoch: number; readonly term: number }
  | { readonly is: "gone"; readonly how: Displacement; readonly by: PidData | null };

const nothing: Outcome = { is: "nothing" };

export class NameRepair {
  readonly #context: NamesContext;
  /** The record of a name was changed from here. */
  readonly #changed: (name: string, revision: number) => void;
  /** Names that wait in their lines for this. */
  readonly #planned = new Set<string>();
  /** Names that could not be put right yet. */
  readonly #wrong = new Set<string>();
  #again: TimerHandle;

  constructor(context: NamesContext, changed: (name: string, revision: number) => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** The cluster knows something new of a name. */
  seen(name: string): void {
    const { kernel, held, leases, table } = this.#context;
    const record = table.get(name);
    const holding = held.get(name);
    const pid = record?.pid ?? null;
    const isRight =
      holding === undefined
        ? pid === null || !kernel.isLocal(pid)
        : isSamePid(pid, pidData(holding.process.pid)) && record?.term === leases.id?.term;
    if (!isRight) this.soon(name);
  }

  /** Everything was told anew. */
  seenAll(): void {
    const { held, table } = this.#context;
    const names = new Set([...table.records(), ...held.all()].map(({ name }) => name));
    for (const name of names) this.seen(name);
  }

  /** All names that may be wrong; with `anew` every name that is held here. */
  all(anew: boolean): void {
    const names = new Set(this.#wrong);
    if (anew) for (const { name } of this.#context.held.all()) names.add(name);
    for (const name of names) this.soon(name);
  }

  soon(name: string): void {
    const { lines, isClosed } = this.#context;
    if (isClosed() || this.#planned.has(name)) return;
    this.#planned.add(name);
    void lines.run(name, async () => {
      this.#planned.delete(name);
      await this.#putRight(name);
    });
  }

  close(): void {
    this.#context.kernel.world.timers.clear(this.#again);
  }

  /** Never fails: what cannot be done now is done later. */
  async #putRight(name: string): Promise<void> {
    const { bucket, leases, table, isClosed } = this.#context;
    this.#wrong.add(name);
    // Nothing may be claimed, and what is given up can wait for the lease, or goes with it.
    if (isClosed() || !leases.isHeld()) return;
    const before = table.revisionOf(name);
    const { era } = table;
    try {
      const { gives, revision } = await agree(bucket, nameKey(name), agreeing(this.#context), (entry) => {
        if (entry !== undefined) table.put(name, entry.value, entry.revision, era);
        return this.#plan(name, entry);
      });
      this.#wrong.delete(name);
      this.#settle(name, gives);
      if (revision > before) this.#changed(name, revision);
    } catch (error) {
      // Without the lease everything waits for it.
      if (error instanceof NotOwner) return;
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#later();
    }
  }

  #later(): void {
    const { kernel, factor, isClosed } = this.#context;
    const { timers } = kernel.world;
    timers.clear(this.#again);
    if (!isClosed()) this.#again = timers.set(nameLimits.againMs * factor, () => this.all(false));
  }

  async #plan(name: string, entry: BucketEntry | undefined): Promise<Step<Outcome>> {
    const { kernel, held } = this.#context;
    const holding = held.get(name);
    const record = decodeNameRecord(name, entry?.value);
    if (holding === undefined) {
      const isStray = record !== undefined && record.pid !== null && kernel.isLocal(record.pid);
      return isStray ? this.#write({ ...record, pid: null }, nothing) : { is: "done", gives: nothing };
    }
    const { term } = ownLease(this.#context, `to keep the name "${name}"`);
    const pid = pidData(holding.process.pid);
    const own = (epoch: number, displaced: readonly Displaced[]): Step<Outcome> =>
      this.#write({ v: 1, name, pid, term, epoch, at: 0, displaced }, { is: "owned", epoch, term });
    const verdict = judge({ ...holding, pid }, record, term, !this.#mayStand(record));
    const before = record?.displaced ?? [];
    switch (verdict.is) {
      case "kept":
        return { is: "done", gives: { is: "owned", epoch: record?.epoch ?? holding.epoch, term } };
      case "write": {
        const { displaced: loser } = verdict;
        const more: Displaced | undefined = loser && { pid: loser, how: "exit", by: pid };
        return own(verdict.epoch, displacedNow(before, pid, more));
      }
      case "displaced":
        return { is: "done", gives: { is: "gone", how: verdict.how, by: verdict.by } };
      case "clash":
        if (record === undefined) return { is: "done", gives: nothing };
        return this.#resolve(holding, record, verdict.other, own);
    }
  }

  #mayStand(record: NameRecord | undefined): boolean {
    if (record === undefined || record.pid === null) return false;
    const { node, incarnation } = record.pid;
    return mayStand(this.#context.leases, { node, incarnation, term: record.term });
  }

  async #resolve(
    holding: Holding,
    record: NameRecord,
    other: PidData,
    own: (epoch: number, displaced: readonly Displaced[]) => Step<Outcome>,
  ): Promise<Step<Outcome>> {
    const { kernel, factor } = this.#context;
    const { name, process, resolver } = holding;
    const pid = pidData(process.pid);
    if (holding.decided === undefined || !isSamePid(holding.decided.other, other)) {
      const asked = { name, holder: other, own: process.pid };
      const decision = await decide(kernel.world, factor, resolver, asked);
      holding.decided = { other, decision };
      kernel.events.emit("cluster_name_conflict", {
        name,
        pid: process.pid,
        other: other as Pid,
        outcome: outcomes[decision],
      });
    }
    const { decision } = holding.decided;
    if (decision === "other") return { is: "done", gives: { is: "gone", how: "exit", by: other } };
    const loses = (how: Displacement): readonly Displaced[] =>
      displacedNow(record.displaced, null, { pid: other, how, by: pid });
    if (decision === "own") return own(record.epoch + 1, loses("exit"));
    const how = decision === "notify" ? "notify" : "unnamed";
    return this.#write({ ...record, pid: null, displaced: loses(how) }, { is: "gone", how, by: other });
  }

  #write(record: NameRecord, gives: Outcome): Step<Outcome> {
    const at = this.#context.kernel.world.clock.wallTime();
    return { is: "write", value: encodeNameRecord({ ...record, at }), gives };
  }

  #settle(name: string, outcome: Outcome): void {
    const { held, leases } = this.#context;
    const holding = held.get(name);
    if (holding === undefined) return;
    if (outcome.is === "owned") {
      holding.epoch = outcome.epoch;
      holding.term = outcome.term;
      holding.decided = undefined;
      if (leases.isHeld()) held.goOn(holding);
    }
    if (outcome.is !== "gone") return;
    const { process } = holding;
    if (outcome.how === "exit") process.doomWith({ name_conflict: name });
    held.drop(holding);
    if (outcome.how === "notify" && outcome.by !== null)
      process.deliver(new NameConflictMessage(name, outcome.by as Pid));
    // Who has it by the record may be a process of this node that ended before it could hold it.
    this.seen(name);
  }
}

const outcomes = {
  other: "the other one keeps it",
  own: "this one keeps it",
  notify: "both lose it and are told",
  neither: "both lose it",
} as const;

// The locks of the cluster: one requester at a time holds one, and it stands on the leases of the nodes that it is held on.
import type { LeaseId } from "../leases/lease.ts";
import { outsideProcesses } from "../process/current.ts";
import type { Process } from "../process/process.ts";
import type { BucketEntry } from "../store/bucket.ts";
import { StoreUnavailable } from "../store/failures.ts";
import type { TimerHandle } from "../world.ts";
import { agree, type Step } from "./agreed-key.ts";
import { NotOwner } from "./failures.ts";
import { mayStand } from "./leases.ts";
import { nameLimits } from "./limits.ts";
import { Lines } from "./lines.ts";
import { LockLine, type Waiter } from "./lock-line.ts";
import { decodeLockRecord, encodeLockRecord, type LockRecord, lockKeyOf, lockOfKey } from "./lock-record.ts";
import { agreeing, type NamesContext, ownLease } from "./names-context.ts";
import type { LockHold } from "./naming.ts";

export class ClusterLocks {
  readonly #context: NamesContext;
  readonly #order = new Lines();
  readonly #lines = new Map<string, LockLine>();
  /** Locks that wait for their next attempt. */
  readonly #planned = new Set<string>();
  /** Locks that the cluster may take for held here, and are not. */
  readonly #wrong = new Set<string>();
  #polling: TimerHandle;

  constructor(context: NamesContext) {
    this.#context = context;
  }

  /** @throws {LockTaken}; {LockLost}; {NotOwner}; {StoreUnavailable}; {UnusableName} */
  async acquire(process: Process, id: string, requester: string, retries: number): Promise<LockHold> {
    lockKeyOf(id);
    ownLease(this.#context, `to take the lock "${id}"`);
    return new Promise<LockHold>((grant, refuse) => {
      const line = this.#lineOf(id);
      const leave = (): void => line.leave(waiter);
      const waiter: Waiter = { process, requester, retriesLeft: retries, attempts: 0, grant, refuse, leave };
      if (line.enter(waiter)) return;
      if (line.first === waiter && !line.isHeldHere) this.#trySoon(id);
      else {
        line.missed(waiter);
        this.#poll();
      }
    });
  }

  /** The cluster knows something new of a lock. */
  seen(id: string, value: Uint8Array | undefined): void {
    const line = this.#lines.get(id);
    if (line?.first !== undefined) this.#trySoon(id);
    if (line?.isHeldHere !== true && this.#isOurs(decodeLockRecord(id, value))) this.#giveBackSoon(id);
  }

  /** Everything was told anew, and may have been made anew: what is held here is put back where it is not there. */
  seenAll(entries: readonly BucketEntry[]): void {
    const ours = new Set<string>();
    for (const { key, value } of entries) {
      const id = lockOfKey(key);
      if (id === undefined) continue;
      this.seen(id, value);
      if (this.#isOurs(decodeLockRecord(id, value))) ours.add(id);
    }
    for (const [id, line] of this.#lines)
      if (line.isHeldHere && !ours.has(id)) void this.#order.run(id, () => this.#keep(id, line));
    this.look();
  }

  /** Leases have changed: whoever waits looks again. */
  look(): void {
    for (const id of this.#lines.keys()) this.#trySoon(id);
    for (const id of this.#wrong) this.#giveBackSoon(id);
  }

  /** The lease may come to an end: who holds a lock stops, and nobody waits in vain. */
  endanger(): void {
    for (const line of this.#lines.values()) {
      line.endanger();
      line.refuseAll(new NotOwner(this.#context.kernel.name, `to wait for the lock "${line.id}"`));
    }
  }

  /** It has: what was held is lost, even where the work goes on. */
  lose(): void {
    this.endanger();
    for (const line of this.#lines.values()) line.lose();
  }

  close(): void {
    this.#context.kernel.world.timers.clear(this.#polling);
    this.lose();
  }

  #isHere({ node, incarnation }: LeaseId): boolean {
    return this.#context.kernel.isLocal({ node, incarnation });
  }

  #isOurs(record: LockRecord | undefined): boolean {
    return record?.holders.some((holder) => this.#isHere(holder)) === true;
  }

  #lineOf(id: string): LockLine {
    const known = this.#lines.get(id);
    if (known !== undefined) return known;
    const line = new LockLine(id, () => this.#givenBack(id));
    this.#lines.set(id, line);
    return line;
  }

  #trySoon(id: string): void {
    if (this.#planned.has(id) || this.#context.isClosed()) return;
    this.#planned.add(id);
    outsideProcesses(
      () =>
        void this.#order.run(id, async () => {
          this.#planned.delete(id);
          await this.#try(id);
        }),
    );
  }

  /** One attempt for the first who waits. */
  async #try(id: string): Promise<void> {
    const line = this.#lines.get(id);
    const waiter = line?.first;
    if (line === undefined || waiter === undefined) return this.#tidy(id);
    if (line.isHeldHere) {
      line.taken();
      this.#poll();
      return;
    }
    try {
      const { gives } = await agree(this.#context.bucket, lockKeyOf(id), agreeing(this.#context), (entry) =>
        this.#plan(line, waiter, entry),
      );
      if (gives === "taken") line.taken();
      else if (line.first === waiter) line.granted(waiter.requester);
      // Who asked has ended meanwhile: the next one asks for itself.
      else await this.#giveBack(id);
    } catch (error) {
      line.refuseAll(error as Error);
      this.#wrong.add(id);
    }
    if (line.first !== undefined && !line.isHeldHere) this.#poll();
    if (line.first !== waiter && line.first !== undefined) this.#trySoon(id);
  }

  /** What is held here is so for the cluster too; where somebody else has it by now, whoever holds it here is told. */
  async #keep(id: string, line: LockLine): Promise<void> {
    const { bucket, leases, isClosed } = this.#context;
    if (isClosed() || !line.isHeldHere || !leases.isHeld()) return;
    try {
      const { gives } = await agree(bucket, lockKeyOf(id), agreeing(this.#context), (entry) =>
        this.#isOurs(decodeLockRecord(id, entry?.value))
          ? { is: "done", gives: "granted" as const }
          : this.#plan(line, line, entry),
      );
      if (gives === "taken") line.lose();
    } catch (error) {
      // Once the bucket can be reached again everything is told anew.
      if (!(error instanceof StoreUnavailable || error instanceof NotOwner)) throw error;
    }
  }

  #plan(
    line: LockLine,
    { requester }: Pick<Waiter, "requester">,
    entry: BucketEntry | undefined,
  ): Step<"granted" | "taken"> {
    const lease = ownLease(this.#context, `to take the lock "${line.id}"`);
    const { leases, kernel } = this.#context;
    const record = decodeLockRecord(line.id, entry?.value);
    // What stands there of this node is what nobody here holds any more.
    const others = (record?.holders ?? []).filter(
      (holder) => holder.node !== kernel.name && mayStand(leases, holder),
    );
    if (others.length > 0 && record?.requester !== requester) return { is: "done", gives: "taken" };
    const next: LockRecord = { v: 1, id: line.id, requester, holders: [...others, lease] };
    return { is: "write", value: encodeLockRecord(next), gives: "granted" };
  }

  /** The last who held it here has given it up; comes back when the cluster knows, or cannot be told for now. */
  async #givenBack(id: string): Promise<void> {
    const { kernel, factor } = this.#context;
    const done = outsideProcesses(() => this.#order.run(id, () => this.#giveBack(id)));
    if (this.#lines.get(id)?.first !== undefined) this.#trySoon(id);
    const { timers } = kernel.world;
    await new Promise<void>((resolve, reject) => {
      const late = outsideProcesses(() => timers.set(nameLimits.seenMs * factor, resolve));
      done.then(resolve, reject).finally(() => timers.clear(late));
    });
  }

  #giveBackSoon(id: string): void {
    outsideProcesses(() => void this.#order.run(id, () => this.#giveBack(id)));
  }

  /** Takes what stands for this node out of the record. Never fails: what cannot be done now is done later. */
  async #giveBack(id: string): Promise<void> {
    const { bucket, leases, isClosed } = this.#context;
    if (isClosed() || this.#lines.get(id)?.isHeldHere === true) return;
    this.#wrong.add(id);
    if (!leases.isHeld()) return;
    try {
      await agree<undefined>(bucket, lockKeyOf(id), agreeing(this.#context), (entry) => {
        const record = decodeLockRecord(id, entry?.value);
        const others = record?.holders.filter((holder) => !this.#isHere(holder)) ?? [];
        if (record === undefined || others.length === record.holders.length)
          return { is: "done", gives: undefined };
        if (others.length === 0) return { is: "remove", gives: undefined };
        return { is: "write", value: encodeLockRecord({ ...record, holders: others }), gives: undefined };
      });
      this.#wrong.delete(id);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#poll();
    }
    this.#tidy(id);
  }

  #tidy(id: string): void {
    if (this.#lines.get(id)?.isIdle === true) this.#lines.delete(id);
  }

  /** A watch may be late, and a lease may lapse without a change of the lock. */
  #poll(): void {
    const { kernel, factor, isClosed } = this.#context;
    if (this.#polling !== undefined || isClosed()) return;
    this.#polling = outsideProcesses(() =>
      kernel.world.timers.set(nameLimits.lockPollMs * factor, () => {
        this.#polling = undefined;
        this.look();
      }),
    );
  }
}

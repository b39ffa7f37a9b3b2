// The names and locks of a cluster on one node: looked up without asking anybody, changed by what a majority agrees on.
import type { LeaseId } from "../leases/lease.ts";
import { outsideProcesses } from "../process/current.ts";
import { Misuse } from "../process/failures.ts";
import { checkName, type Kernel } from "../process/kernel.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Bucket, BucketEntry } from "../store/bucket.ts";
import { StoreUnavailable } from "../store/failures.ts";
import { type Claimed, type ClaimOptions, claimName, giveUpName } from "./claims.ts";
import { ClusterLocks } from "./cluster-locks.ts";
import { HeldNames } from "./held-names.ts";
import type { Leases } from "./leases.ts";
import { Lines } from "./lines.ts";
import { lockOfKey } from "./lock-record.ts";
import { type NameRecord, nameKey, nameOfKey, type PidData } from "./name-record.ts";
import { NameTable } from "./name-table.ts";
import type { NamesContext, OwnershipHooks } from "./names-context.ts";
import type { ClusterNaming, LockHold, NameOptions } from "./naming.ts";
import { NameRepair } from "./repair.ts";
import { SeenBy } from "./seen-by.ts";

export interface ClusterNamesOptions {
  readonly kernel: Kernel;
  /** `names`. */
  readonly bucket: Bucket;
  readonly leases: Leases;
  readonly hooks: OwnershipHooks;
  /** The cluster's; 1 by default. */
  readonly factor?: number;
}

/** What somebody else knows by names: children that are placed. */
type Extra = (name: string) => Pid | undefined;

export class ClusterNames implements ClusterNaming {
  readonly #context: NamesContext;
  readonly #repair: NameRepair;
  readonly #locks: ClusterLocks;
  readonly #seenBy: SeenBy;
  readonly #unwatch: () => void;
  /** Names that a majority is asked about at this moment. */
  readonly #asking = new Map<string, Promise<Pid | undefined>>();
  #extra: Extra = () => undefined;
  #isClosed = false;

  constructor(options: ClusterNamesOptions) {
    const { kernel, leases, hooks, factor = 1 } = options;
    const freed = (name: string): void => outsideProcesses(() => this.#repair.soon(name));
    this.#context = {
      ...options,
      factor,
      table: new NameTable(),
      held: new HeldNames({ leases, hooks, freed }),
      lines: new Lines(),
      isClosed: () => this.#isClosed,
    };
    const look = (name: string, revision: number): Promise<void> => this.#look(name, revision);
    this.#seenBy = new SeenBy({ kernel, factor, look });
    this.#repair = new NameRepair(this.#context, (name, revision) => {
      void this.#seenBy.everybody(name, revision);
    });
    this.#locks = new ClusterLocks(this.#context);
    kernel.clusterNames = this;
    this.#unwatch = outsideProcesses(() =>
      options.bucket.watch({
        entries: (entries) => this.#told(entries),
        changed: (key, value, revision) => this.#changed(key, value, revision),
      }),
    );
  }

  resolve(name: string): Pid | undefined {
    const { held, table } = this.#context;
    return held.resolve(name) ?? this.#holderBy(table.get(name)) ?? this.#extra(name);
  }

  refresh(name: string): Promise<Pid | undefined> {
    const known = this.#asking.get(name);
    if (known !== undefined) return known;
    const asked = outsideProcesses(() => this.#ask(name)).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asked);
    return asked;
  }

  async claim(name: string, process: Process, { resolve: resolver }: NameOptions): Promise<Pid | undefined> {
    const has = this.#context.held.nameOf(process);
    if (has !== undefined) return this.resolve(has) ?? process.pid;
    const claimed = await this.#claim(name, process, { resolver, replaces: false });
    if (claimed.is === "held") return claimed.by;
    return claimed.is === "owned" ? undefined : process.pid;
  }

  async replace(name: string, process: Process, { resolve: resolver }: NameOptions): Promise<void> {
    const has = this.#context.held.nameOf(process);
    if (has !== undefined && has !== name) {
      throw new Misuse(
        `${formatPid(process.pid)} has the name "${has}" in the cluster and cannot have "${name}" too. Unregister the first one.`,
      );
    }
    await this.#claim(name, process, { resolver, replaces: true });
  }

  async giveUp(name: string): Promise<void> {
    const revision = await outsideProcesses(() => giveUpName(this.#context, name));
    if (revision === 0) return;
    await this.refresh(name);
    await this.#seenBy.everybody(name, revision);
  }

  names(): readonly string[] {
    return this.report().map(({ name }) => name);
  }

  /** Every name that somebody holds, sorted. */
  report(): readonly { readonly name: string; readonly node: string; readonly epoch: number }[] {
    const { held, table } = this.#context;
    const epochs = new Map(table.records().map(({ name, epoch }) => [name, epoch]));
    for (const { name, epoch } of held.all()) epochs.set(name, epoch);
    return [...epochs].sort(byName).flatMap(([name, epoch]) => {
      const pid = held.resolve(name) ?? this.#holderBy(table.get(name));
      return pid === undefined ? [] : [{ name, node: pid.node, epoch }];
    });
  }

  lock(process: Process, id: string, requester: string, retries: number): Promise<LockHold> {
    return outsideProcesses(() => this.#locks.acquire(process, id, requester, retries));
  }

  /** Has `resolver` asked for names that nobody has registered. */
  extra(resolver: Extra): void {
    this.#extra = resolver;
  }

  /** The own lease is held: from the first time on, and under another term after `lost`. */
  readonly held = (_id: LeaseId): void => {
    outsideProcesses(() => {
      this.#repair.all(true);
      this.#locks.look();
    });
  };

  /** The own lease may come to an end: who owns something rests, before anybody else can have it. */
  readonly suspended = (): void => {
    const { held } = this.#context;
    for (const holding of held.all()) held.rest(holding);
    this.#locks.endanger();
  };

  /** It did not: nobody can have taken anything. */
  readonly resumed = (): void => {
    const { held, leases } = this.#context;
    for (const holding of held.all()) if (holding.term === leases.id?.term) held.goOn(holding);
    outsideProcesses(() => {
      this.#repair.all(held.all().some(({ rests }) => rests));
      this.#locks.look();
    });
  };

  /** It did: others may own what was owned here. */
  readonly lost = (): void => {
    this.suspended();
    this.#locks.lose();
  };

  /** Another node's lease is over: its names lead nowhere, and its locks are free. */
  readonly lapsed = (_id: LeaseId): void => this.#locks.look();

  /** Names stay as they are, and lapse with the node's lease. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unwatch();
    this.#repair.close();
    this.#locks.close();
    this.#seenBy.close();
    if (this.#context.kernel.clusterNames === this) this.#context.kernel.clusterNames = undefined;
  }

  async #claim(name: string, process: Process, options: ClaimOptions): Promise<Claimed> {
    checkName(name);
    const { era } = this.#context.table;
    const claimed = await outsideProcesses(() => claimName(this.#context, name, process, options));
    if (claimed.is === "owned") await this.#seenBy.everybody(name, claimed.revision);
    // What was written for a process that has ended since is taken back, and what went with its bucket is put back.
    const isGone = claimed.is === "owned" && era !== this.#context.table.era;
    if (claimed.is === "ended" || isGone) outsideProcesses(() => this.#repair.soon(name));
    return claimed;
  }

  async #look(name: string, revision: number): Promise<void> {
    const { lines, table } = this.#context;
    // The first one may be on its way already, and older than the change.
    for (let asked = 0; asked < 2 && table.revisionOf(name) < revision; asked += 1) await this.refresh(name);
    // Whoever has lost the name here hears of it first.
    await lines.run(name, async () => {});
  }

  #told(entries: readonly BucketEntry[]): void {
    outsideProcesses(() => {
      this.#context.table.replace(entries);
      this.#repair.seenAll();
      this.#locks.seenAll(entries);
    });
  }

  #changed(key: string, value: Uint8Array | undefined, revision: number): void {
    const name = nameOfKey(key);
    outsideProcesses(() => {
      if (name === undefined) this.#seenLock(key, value);
      else if (this.#context.table.put(name, value, revision)) this.#repair.seen(name);
    });
  }

  #seenLock(key: string, value: Uint8Array | undefined): void {
    const id = lockOfKey(key);
    if (id !== undefined) this.#locks.seen(id, value);
  }

  async #ask(name: string): Promise<Pid | undefined> {
    const { bucket, table } = this.#context;
    const before = table.revisionOf(name);
    const { era } = table;
    try {
      const entry = await bucket.read(nameKey(name));
      if (entry === undefined) table.missing(name, before);
      else if (table.put(name, entry.value, entry.revision, era)) this.#repair.seen(name);
    } catch (error) {
      const isKnown =
        error instanceof StoreUnavailable || (error as { code?: unknown }).code === "unusable_name";
      if (!isKnown) throw error;
    }
    return this.resolve(name);
  }

  /** Who holds a name by what another node has written; the own names are known better. */
  #holderBy(record: NameRecord | undefined): Pid | undefined {
    const { kernel, leases } = this.#context;
    const pid: PidData | null = record?.pid ?? null;
    if (record === undefined || pid === null || kernel.isLocal(pid)) return undefined;
    const { node, incarnation } = pid;
    return leases.isValid({ node, incarnation, term: record.term }) ? (pid as Pid) : undefined;
  }
}

function byName([left]: readonly [string, number], [right]: readonly [string, number]): number {
  return left < right ? -1 : 1;
}

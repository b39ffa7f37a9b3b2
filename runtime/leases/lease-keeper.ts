// The keeper of a node's lease: renews the own one in the store, watches those of others, and tells what becomes of them.
import type { EventBus } from "../observe/event-bus.ts";
import type { Bucket, BucketEntry, Written } from "../store/bucket.ts";
import { encodeToken } from "../wire/token.ts";
import type { TimerHandle, World } from "../world.ts";
import { LeaseHeld, LeaseNotTaken } from "./failures.ts";
import { isLaterLease, isSameLease, type LeaseId, type LeaseInfo, type LeaseListener } from "./lease.ts";
import { encodeLease } from "./lease-record.ts";
import { step as watchStep } from "./lease-watch.ts";
import {
  createLeaseWatch,
  infoOf,
  isOver,
  isValid,
  type LeaseWatch,
  type WatchAction,
  type WatchEvent,
} from "./lease-watch-state.ts";
import { type LeaseTimes, leaseLimits } from "./limits.ts";
import { step as ownStep } from "./own-lease.ts";
import {
  createOwnLease,
  dueAt,
  isHeld,
  type LeaseDraft,
  type LeaseSelf,
  type OwnAction,
  type OwnEvent,
  type OwnLease,
  ownId,
} from "./own-lease-state.ts";

export interface LeaseKeeperOptions {
  readonly world: World;
  /** The bucket `leases` of the cluster. */
  readonly bucket: Bucket;
  readonly self: LeaseSelf;
  readonly times: LeaseTimes;
  readonly listener: LeaseListener;
  readonly events: Pick<EventBus, "emit">;
}

/** `lost`: it was over, and is acquired anew. */
export type KeeperState = "none" | "acquiring" | "held" | "suspended" | "lost" | "closed";

interface Waiter {
  readonly promise: Promise<LeaseId>;
  readonly resolve: (id: LeaseId) => void;
  readonly reject: (error: Error) => void;
}

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #own: OwnLease;
  readonly #watch: LeaseWatch;
  readonly #stopWatch: () => void;
  readonly #closed = deferred<void>();
  #waiter: Waiter | undefined;
  #dueTimer: TimerHandle;
  #tickTimer: TimerHandle;

  /**
   * Watches from now on; the own lease is not touched before `acquire`.
   * @throws {UnusableName} no key can be made of the node's name; {Misuse} its labels do not fit into a lease
   */
  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    const { world, bucket, self, times } = options;
    const key = encodeToken(self.node);
    const noncePrefix = Buffer.from(world.random.bytes(leaseLimits.nonceBytes)).toString("hex");
    const nonce = "0".repeat(leaseLimits.nonceCharactersMax);
    const by = "0".repeat(leaseLimits.nodeCharactersMax);
    const longest = {
      term: Number.MAX_SAFE_INTEGER,
      nonce,
      state: "tombstone",
      by,
      draining: false,
    } as const;
    encodeLease({ ...self, ...longest, at: Number.MAX_SAFE_INTEGER });
    this.#own = createOwnLease(self, { key, times, noncePrefix: `${noncePrefix}-own` });
    this.#watch = createLeaseWatch(self, times, `${noncePrefix}-end`);
    this.#stopWatch = bucket.watch({
      entries: (entries) => this.#onWatch({ type: "entries", entries }),
      changed: (key, value, revision) => this.#onWatch({ type: "changed", key, value, revision }),
    });
    this.#tick();
  }

  get state(): KeeperState {
    const { phase } = this.#own;
    if (phase === "held" && !this.isHeld()) return "suspended";
    return phase === "closing" ? "closed" : phase;
  }

  /** Of the lease that stands, or, where it is suspended, may stand. */
  get id(): LeaseId | undefined {
    return ownId(this.#own);
  }

  /**
   * Acquires the lease; waits while the store cannot be reached, and until an earlier incarnation's lease is over.
   * @throws {LeaseHeld} another incarnation of this node lives and renews it; {LeaseNotTaken} the keeper was closed
   */
  acquire(): Promise<LeaseId> {
    const { id } = this;
    if (id !== undefined) return Promise.resolve(id);
    if (this.state === "closed") return Promise.reject(new LeaseNotTaken(this.#options.self.node));
    this.#waiter ??= deferred<LeaseId>();
    const { promise } = this.#waiter;
    this.#onOwn({ type: "acquire" });
    return promise;
  }

  /** True while nobody else can have put the lease to an end: by the clock, at this very moment. */
  isHeld(): boolean {
    return isHeld(this.#own, this.#now);
  }

  /** All that were ever seen, sorted by the names of the nodes. */
  leases(): readonly LeaseInfo[] {
    const nodes = new Set(this.#watch.seen.keys());
    if (this.id !== undefined) nodes.add(this.#options.self.node);
    return [...nodes].sort().flatMap((node) => this.find(node) ?? []);
  }

  find(node: string): LeaseInfo | undefined {
    const { id } = this;
    const { standing, self, draining } = this.#own;
    if (id === undefined || standing === undefined || node !== id.node)
      return infoOf(this.#watch, node, this.#now);
    const { host, labels } = self;
    const unchangedMs = this.#now - standing.sentAt;
    return { ...id, state: "held", draining, labels, host, unchangedMs, isOwn: true };
  }

  /** True for a lease that was seen to be held, and not to be over. */
  isValid(id: LeaseId): boolean {
    const own = this.id;
    return own?.node === id.node ? isSameLease(own, id) : isValid(this.#watch, id);
  }

  /** True for a lease that is known to be over. One that was never seen is neither this nor valid: tell `doubt` of it. */
  isOver(id: LeaseId): boolean {
    const own = this.id;
    if (own?.node !== id.node) return isOver(this.#watch, id);
    // There is one of each node at most.
    return isLaterLease(own, id) || (this.isHeld() && !isSameLease(own, id));
  }

  /** Somebody stands on a lease that was not seen here: it is looked for, and put to an end where it is not there. */
  doubt(id: LeaseId): void {
    this.#onWatch({ type: "doubt", id });
  }

  /** What the lease says from now on; it says so at once. */
  setDraining(draining: boolean): void {
    this.#onOwn({ type: "draining", draining });
  }

  /** Gives the lease back, so that nobody has to wait for its end. It is held no more from this moment. Never fails. */
  close(): Promise<void> {
    this.#onOwn({ type: "close" });
    return this.#closed.promise;
  }

  get #now(): number {
    return this.#options.world.clock.now();
  }

  #tick(): void {
    const { world, times } = this.#options;
    this.#tickTimer = world.timers.set(times.tickMs, () => {
      this.#tick();
      this.#onWatch({ type: "tick" });
    });
  }

  #onOwn(event: OwnEvent): void {
    const { timers } = this.#options.world;
    const now = this.#now;
    const actions = ownStep(this.#own, event, now);
    timers.clear(this.#dueTimer);
    // In whole milliseconds: a smaller part of one can be nothing to a clock, which then would never come to it.
    const inMs = Math.max(0, Math.ceil(dueAt(this.#own) - now));
    if (inMs !== Number.POSITIVE_INFINITY)
      this.#dueTimer = timers.set(inMs, () => this.#onOwn({ type: "due" }));
    for (const action of actions) this.#act(action);
  }

  #act(action: OwnAction): void {
    const { listener, self, events } = this.#options;
    switch (action.type) {
      case "read": {
        const { op } = action;
        this.#read(self.node).then(
          (entry) => this.#onOwn({ type: "read", op, entry }),
          (error: unknown) => this.#onOwn({ type: "unread", op, why: messageOf(error) }),
        );
        break;
      }
      case "write": {
        const { op, draft, expected } = action;
        void this.#write(draft, expected).then((outcome) => this.#onOwn({ type: "written", op, outcome }));
        break;
      }
      case "held":
        this.#waiter?.resolve(action.id);
        this.#waiter = undefined;
        listener.held(action.id);
        break;
      case "suspended":
        listener.suspended();
        break;
      case "resumed":
        listener.resumed();
        break;
      case "lost":
        listener.lost(action.why);
        break;
      case "refused":
        this.#giveUp(new LeaseHeld(self.node, action.incarnation, action.host));
        break;
      case "waiting":
        events.emit("lease_waiting", { why: action.why });
        break;
      case "closed":
        this.#onClosed();
        break;
    }
  }

  #onClosed(): void {
    this.#options.world.timers.clear(this.#tickTimer);
    this.#stopWatch();
    this.#giveUp(new LeaseNotTaken(this.#options.self.node));
    this.#closed.resolve();
  }

  #giveUp(error: Error): void {
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  #onWatch(event: WatchEvent): void {
    const { state } = this;
    if (state === "closed") return;
    // A program that stood still hears of that before anything else.
    if (state === "suspended") this.#onOwn({ type: "due" });
    const now = this.#now;
    const sightSince = isHeld(this.#own, now) ? this.#own.sightSince : undefined;
    for (const action of watchStep(this.#watch, event, now, sightSince)) this.#actOnOther(action);
  }

  #actOnOther(action: WatchAction): void {
    const { listener, events } = this.#options;
    switch (action.type) {
      case "look": {
        const { node } = action;
        this.#read(node).then(
          (entry) => this.#onWatch({ type: "looked", node, entry }),
          () => this.#onWatch({ type: "unlooked", node }),
        );
        break;
      }
      case "challenge": {
        const { draft, expected } = action;
        void this.#write(draft, expected).then((outcome) =>
          this.#onWatch({ type: "challenged", draft, outcome }),
        );
        break;
      }
      case "ended": {
        const { node: peer, incarnation, term } = action.id;
        events.emit("lease_challenged", { peer, incarnation, term });
        break;
      }
      case "lapsed":
        listener.lapsed(action.id, action.how);
        break;
      case "seen": {
        const info = this.find(action.node);
        if (info !== undefined) listener.seen(info);
        break;
      }
    }
  }

  #read(node: string): Promise<BucketEntry | undefined> {
    return this.#within(this.#options.bucket.read(encodeToken(node)));
  }

  async #write(draft: LeaseDraft, expected: number): Promise<Written> {
    const { bucket, world } = this.#options;
    try {
      const value = encodeLease({ ...draft, at: world.clock.wallTime() });
      return await this.#within(bucket.write(encodeToken(draft.node), value, expected));
    } catch (error) {
      return { kind: "unknown", why: messageOf(error) };
    }
  }

  /** The store's answer, or a failure where none comes in time; a later one is not waited for. */
  #within<T>(answer: Promise<T>): Promise<T> {
    const { world, times } = this.#options;
    return new Promise((resolve, reject) => {
      const refuse = (): void =>
        reject(new Error(`The store has not answered within ${times.writeTimeoutMs} ms.`));
      // Where this program itself was held up, the answer may be here already, and unread.
      const late = world.timers.set(times.writeTimeoutMs, () => world.turns.afterIo(refuse));
      answer.then(resolve, reject).finally(() => world.timers.clear(late));
    });
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// A program that keeps a lease: it can stand still and be killed, and its clocks are its own.
import type { RuntimeEvents, SimulatedWorld, World } from "../../../runtime/index.ts";
import type { LeaseId, LeaseInfo } from "../../../runtime/leases/lease.ts";
import { LeaseKeeper } from "../../../runtime/leases/lease-keeper.ts";
import type { LeaseTimes } from "../../../runtime/leases/limits.ts";
import type { FaultyBucket, FaultyView } from "./faulty-bucket.ts";

export interface MachineOptions {
  readonly world: SimulatedWorld;
  readonly bucket: FaultyBucket;
  readonly times: LeaseTimes;
  readonly node: string;
  readonly incarnation: number;
  /** How fast its clocks run: 1 for as fast as the world's. */
  readonly rate?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Called after everything that it has done. */
  readonly onTurn?: () => void;
}

interface Waiting {
  readonly run: () => void;
  readonly isTimer: boolean;
}

export class Machine {
  readonly node: string;
  readonly incarnation: number;
  readonly view: FaultyView;
  readonly keeper: LeaseKeeper;
  /** What the keeper has told, in words. */
  readonly told: string[] = [];
  readonly infos: LeaseInfo[] = [];
  acquired: Promise<LeaseId> | undefined;
  failure: unknown;
  isDead = false;
  isFrozen = false;
  wallJumpMs = 0;
  #waiting: Waiting[] = [];
  readonly #onTurn: () => void;

  constructor(options: MachineOptions) {
    const { world, bucket, times, node, incarnation, rate = 1, labels = {} } = options;
    this.node = node;
    this.incarnation = incarnation;
    this.#onTurn = options.onTurn ?? (() => {});
    this.view = bucket.view((run) => this.#run(run));
    const startedAt = world.random.next() * 1e6;
    const own: World = {
      ...world,
      random: world.random,
      clock: {
        now: () => startedAt + world.clock.now() * rate,
        wallTime: () => world.clock.wallTime() + this.wallJumpMs,
      },
      timers: {
        set: (delayMs, run) => world.timers.set(delayMs / rate, () => this.#run(run, true)),
        clear: (handle) => world.timers.clear(handle),
      },
    };
    const words = ({ node: of, incarnation: which, term }: LeaseId): string => `${of} ${which} ${term}`;
    const emit = <N extends keyof RuntimeEvents>(name: N, data: RuntimeEvents[N]): void => {
      this.told.push(`${name} ${"why" in data ? data.why : ""}`.trim());
    };
    this.keeper = new LeaseKeeper({
      world: own,
      bucket: this.view,
      self: { node, incarnation, host: `host of ${node}`, labels },
      times,
      events: { emit },
      listener: {
        held: (id) => this.told.push(`held ${words(id)}`),
        suspended: () => this.told.push("suspended"),
        resumed: () => this.told.push("resumed"),
        lost: (why) => this.told.push(`lost: ${why}`),
        lapsed: (id, how) => this.told.push(`lapsed ${words(id)} ${how}`),
        seen: (info) => this.infos.push(info),
      },
    });
  }

  acquire(): this {
    this.acquired = this.keeper.acquire();
    this.acquired.catch((error: unknown) => {
      this.failure = error;
    });
    return this;
  }

  freeze(): void {
    this.isFrozen = true;
  }

  /** All that was held up comes as it would have come, or what is due by the clock first, as in a program whose loop was held up. */
  thaw(timersFirst = false): void {
    this.isFrozen = false;
    if (timersFirst) this.#waiting.sort((one, other) => Number(other.isTimer) - Number(one.isTimer));
    for (let next = this.#waiting.shift(); next !== undefined && !this.isFrozen; next = this.#waiting.shift())
      this.#run(next.run, next.isTimer);
  }

  /** As soon as it is not frozen. */
  later(run: () => void): void {
    this.#run(run);
  }

  kill(): void {
    this.isDead = true;
    this.#waiting = [];
  }

  #run(run: () => void, isTimer = false): void {
    if (this.isDead) return;
    if (this.isFrozen) {
      this.#waiting.push({ run, isTimer });
      return;
    }
    run();
    this.#onTurn();
  }
}

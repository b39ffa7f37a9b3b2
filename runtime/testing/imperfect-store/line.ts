// One node's line to the simulated brokers: what gets there, what comes back, and what does neither.
import { StoreUnavailable } from "../../store/failures.ts";
import { testingLimits } from "../limits.ts";
import { drawFate, drawMs, type Fate, happens, type Span, type StoreFaults } from "./faults.ts";
import type { Leader } from "./leader.ts";

export interface LineOptions {
  readonly node: string;
  readonly place: string;
  readonly leader: Leader;
  /** Those of this node, at this moment. */
  readonly faults: () => StoreFaults;
  /** Runs what reaches the node. */
  readonly arrive: (run: () => void) => void;
}

interface Request<T> {
  readonly work: () => T | Promise<T>;
  readonly isChange: boolean;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Of requests that find nobody: how many are given up at once, and how many changes are kept and sent when there is somebody. */
const promptRate = 0.3;
const keptRate = 0.3;
/** Who tries again at once must not stand still in time. */
const promptMsMin = 1;

export class Line {
  readonly node: string;
  readonly place: string;
  readonly leader: Leader;
  readonly #faults: () => StoreFaults;
  readonly #arrive: (run: () => void) => void;
  readonly #recoveries = new Set<() => void>();
  readonly #unfollow: () => void;
  /** Changes that the node's client sends as soon as it can. They go with the program. */
  #kept: (() => void)[] = [];
  #isCut: boolean;
  #isClosed = false;

  constructor(options: LineOptions, isCut: boolean) {
    this.node = options.node;
    this.place = options.place;
    this.leader = options.leader;
    this.#faults = options.faults;
    this.#arrive = options.arrive;
    this.#isCut = isCut;
    this.#unfollow = this.leader.whenBack(() => this.#recover());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isReachable(): boolean {
    return !this.#isCut && !this.#isClosed && this.leader.isThere;
  }

  cut(): void {
    this.#isCut = true;
  }

  heal(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    this.#recover();
  }

  close(): void {
    this.#isClosed = true;
    this.#unfollow();
  }

  /**
   * Lets the leader do something, and gives what comes of it.
   * @throws {StoreUnavailable} nobody said so, whether it was done or not; and what `work` throws
   */
  ask<T>(work: () => T | Promise<T>, isChange: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const request = { work, isChange, resolve, reject };
      if (this.#isClosed) reject(new StoreUnavailable(this.place, "it was closed before"));
      else if (this.isReachable) this.#send(request);
      else this.#askNobody(request);
    });
  }

  /** Runs what a watch has to tell, in the node, a while later. Whether anybody is reachable by then is not asked. */
  lag(run: () => void): void {
    this.#after(this.#faults().watchLagMs, run);
  }

  tell(run: () => void): void {
    this.#arrive(run);
  }

  happens(rate: "rewatchRate" | "skipRate"): boolean {
    return happens(this.leader.world.random, this.#faults()[rate]);
  }

  /** One of two ways, each as likely. */
  toss(): boolean {
    return happens(this.leader.world.random, 0.5);
  }

  /** Runs `run` whenever the leader can be reached again. Gives back how to stop. */
  whenRecovered(run: () => void): () => void {
    this.#recoveries.add(run);
    return () => {
      this.#recoveries.delete(run);
    };
  }

  #send<T>(request: Request<T>): void {
    const fate = drawFate(this.leader.world.random, this.#faults(), request.isChange);
    this.#after(this.#faults().latencyMs, () => {
      if (!this.leader.isThere || this.#isCut || fate === "lost") this.#silence(request);
      else if (fate === "late") this.#beLate(request);
      else this.#commit(request, () => this.#answer(request, fate));
    });
  }

  #beLate<T>(request: Request<T>): void {
    const { timeoutMs = testingLimits.storeTimeoutMs, lateMs = [0, 0] } = this.#faults();
    this.#silence(request);
    this.#after([timeoutMs + lateMs[0], timeoutMs + lateMs[1]], () => this.#doUnasked(request));
  }

  /** A change is not made before it is on the disks, and not at all if the power fails or the leader goes before that. */
  #commit<T>(request: Request<T>, made: () => void): void {
    const { powerCuts } = this.leader;
    const { commitMs } = this.#faults();
    if (!request.isChange || commitMs === undefined) {
      made();
      return;
    }
    this.#after(commitMs, () => {
      if (this.leader.isThere && this.leader.powerCuts === powerCuts) made();
      else this.#silence(request);
    });
  }

  #answer<T>(request: Request<T>, fate: Fate): void {
    if (fate === "unacked") {
      this.#doUnasked(request);
      this.#silence(request);
      return;
    }
    const back = (settle: () => void): void =>
      this.#after(this.#faults().latencyMs, () => {
        if (this.#isCut) this.#silence(request);
        else this.#arrive(settle);
      });
    done(request.work).then(
      (value) => back(() => request.resolve(value)),
      (error) => back(() => request.reject(error)),
    );
  }

  #askNobody<T>(request: Request<T>): void {
    const { random, timers } = this.leader.world;
    if (happens(random, promptRate)) {
      timers.set(promptMsMin, () => this.#refuse(request, "nobody leads it"));
      return;
    }
    if (request.isChange && happens(random, keptRate)) this.#kept.push(() => this.#doUnasked(request));
    this.#silence(request);
  }

  #silence<T>(request: Request<T>): void {
    const { timeoutMs = testingLimits.storeTimeoutMs } = this.#faults();
    const refuse = (): void => this.#refuse(request, `no answer within ${timeoutMs} ms`);
    this.leader.world.timers.set(timeoutMs, refuse);
  }

  #refuse<T>({ reject }: Request<T>, why: string): void {
    this.#arrive(() => reject(new StoreUnavailable(this.place, why)));
  }

  /** Nobody waits for it any more, whatever comes of it. */
  #doUnasked<T>({ work }: Request<T>): void {
    if (this.leader.isThere) done(work).catch(() => {});
  }

  #recover(): void {
    if (!this.isReachable) return;
    const kept = this.#kept;
    this.#kept = [];
    for (const run of kept) this.#after(this.#faults().latencyMs, run);
    for (const run of [...this.#recoveries]) run();
  }

  #after(span: Span | undefined, run: () => void): void {
    const { random, timers, turns } = this.leader.world;
    const delayMs = drawMs(random, span);
    if (delayMs === undefined) turns.afterIo(run);
    else timers.set(delayMs, run);
  }
}

/** At once, whatever it gives or throws. */
function done<T>(work: () => T | Promise<T>): Promise<T> {
  return new Promise((settle) => {
    settle(work());
  });
}

// The coordinator's mind: the orders that it has taken, whether it takes another one, and where each is. No process is touched here.
import { type Pid, type Ref, samePid } from "../../runtime/process/pid.ts";
import { choose } from "./choice.ts";
import type { CheckedOrder } from "./completion.ts";
import type { Place } from "./entries.ts";
import { type Failure, tooManyWaiting } from "./failure.ts";
import { waitingRequestsMax } from "./limits.ts";
import type { RequestPlace } from "./request-report.ts";

type Where = RequestPlace["is"];

export interface Job {
  readonly id: number;
  readonly replyTo: Ref;
  /** Undefined until its process was started. */
  readonly pid: Pid | undefined;
  /** Of the watch over its process. */
  readonly watch: Ref | undefined;
  /** Starts of its process that came to nothing. */
  readonly failedStarts: number;
  readonly entry: string;
  readonly is: Where;
}

export type Admission =
  | { readonly ok: true; readonly job: Job; readonly places: readonly Place[] }
  | { readonly ok: false; readonly failure: Failure };

type Counts = { -readonly [W in Where]: number };

/** It changes in place: a copy of all orders for each thing that happens to one of them would be most of what an order costs. */
export class Dispatch {
  /** In order of arrival. */
  readonly #jobs = new Map<number, { -readonly [K in keyof Job]: Job[K] }>();
  readonly #counts = new Map<string, Counts>();
  #lastJob = 0;

  get size(): number {
    return this.#jobs.size;
  }

  /** Takes an order, or says why not. `places`: all that there are, in the order in which they are tried. */
  admit(order: CheckedOrder, replyTo: Ref, places: readonly Place[]): Admission {
    const chosen = choose(order, places);
    if (!chosen.ok) return chosen;
    let shortest = Number.POSITIVE_INFINITY;
    for (const { name } of chosen.places)
      shortest = Math.min(shortest, this.countAt(name, "waiting") + this.countAt(name, "pausing"));
    if (shortest >= waitingRequestsMax) return { ok: false, failure: tooManyWaiting(shortest) };
    this.#lastJob += 1;
    const id = this.#lastJob;
    const entry = chosen.places[0]?.name ?? "";
    const none = { pid: undefined, watch: undefined, failedStarts: 0 };
    const job: Job = { id, replyTo, ...none, entry, is: "waiting" };
    this.#jobs.set(id, job);
    this.#count(job, 1);
    return { ok: true, job, places: chosen.places };
  }

  job(id: number): Job | undefined {
    return this.#jobs.get(id);
  }

  started(id: number, pid: Pid, watch: Ref): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    job.pid = pid;
    job.watch = watch;
  }

  startFailed(id: number): void {
    const job = this.#jobs.get(id);
    if (job !== undefined) job.failedStarts += 1;
  }

  moved({ job: id, entry, is }: RequestPlace): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#count(job, -1);
    job.entry = entry;
    job.is = is;
    this.#count(job, 1);
  }

  jobOf(pid: Pid): Job | undefined {
    for (const job of this.#jobs.values()) if (samePid(job.pid, pid)) return job;
    return undefined;
  }

  /** It is over. */
  remove(id: number): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#jobs.delete(id);
    this.#count(job, -1);
  }

  /** How many orders are with an entry; at all of them where none is named. */
  countAt(entry: string | undefined, is: Where): number {
    if (entry !== undefined) return this.#counts.get(entry)?.[is] ?? 0;
    let count = 0;
    for (const counts of this.#counts.values()) count += counts[is];
    return count;
  }

  #count({ entry, is }: Job, by: number): void {
    let counts = this.#counts.get(entry);
    if (counts === undefined) {
      counts = { waiting: 0, running: 0, pausing: 0 };
      this.#counts.set(entry, counts);
    }
    counts[is] += by;
  }
}

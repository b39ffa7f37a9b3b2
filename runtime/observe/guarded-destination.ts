// Where lines of a log go, and what is done about a place that fails: the other one, and what neither takes is counted.
import { outsideProcesses } from "../process/current.ts";
import { observeLimits as limits } from "./limits.ts";

/**
 * Takes whole lines, their line feed included. Node's streams are such places. What it throws, a promise of its that
 * rejects, and a stream's event `error` all mean that it failed.
 */
export interface LogDestination {
  write(line: string): unknown;
}

/** What a stream tells of itself; other places need not. */
interface StreamLike {
  readonly writable?: unknown;
  readonly writableLength?: unknown;
  readonly errored?: unknown;
  on?(event: "error", listener: () => void): unknown;
}

/** Streams whose errors are listened to: one listener does, however many logs go there. */
const heard = new WeakSet<object>();

/** What is told of the places, so that somebody may look after them. */
export interface DestinationReports {
  /** The first place has refused a line, for what it threw. Told once, until it takes one again. */
  refused(thrown: unknown): void;
  /** Neither place took this many lines; now one of them takes lines again. */
  lost(lines: number): void;
}

/** Hands lines to `first`, and those that it does not take to `second`. Nothing that they do harms whoever logs. */
export class GuardedDestination implements LogDestination {
  readonly #first: LogDestination;
  readonly #second: LogDestination | undefined;
  readonly #reports: DestinationReports;
  #isRefusing = false;
  #lost = 0;

  constructor(first: LogDestination, second: LogDestination | undefined, reports: DestinationReports) {
    this.#first = first;
    this.#second = second;
    this.#reports = reports;
    for (const place of [first, second]) if (place !== undefined) hearErrors(place);
  }

  write(line: string): void {
    // What a place awaits must not count as the work of the process that the line is about.
    outsideProcesses(() =>
      hand(this.#first, line, this.#takenByFirst, (thrown) => this.#refused(line, thrown)),
    );
  }

  readonly #takenByFirst = (): void => {
    this.#isRefusing = false;
    this.#taken();
  };

  #refused(line: string, thrown: unknown): void {
    if (this.#second === undefined) this.#lost += 1;
    else
      hand(
        this.#second,
        line,
        () => this.#taken(),
        () => {
          this.#lost += 1;
        },
      );
    if (this.#isRefusing) return;
    this.#isRefusing = true;
    this.#reports.refused(thrown);
  }

  #taken(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#reports.lost(lost);
  }
}

/** Writes a line and says how that came out, at once or later. */
function hand(
  place: LogDestination,
  line: string,
  onTaken: () => void,
  onRefused: (thrown: unknown) => void,
): void {
  let taken: unknown;
  try {
    checkReady(place);
    taken = place.write(line);
  } catch (thrown) {
    onRefused(thrown);
    return;
  }
  if (taken instanceof Promise) taken.then(onTaken, onRefused);
  else onTaken();
}

/** A stream that has ended says so, and one whose reader is stuck keeps what it is given in memory. */
function checkReady(place: LogDestination): void {
  const { writable, writableLength, errored } = place as StreamLike;
  if (writable === false) throw errored ?? new Error("The log's destination has been closed.");
  if (typeof writableLength === "number" && writableLength >= limits.logWaitingBytesMax)
    throw new Error(`The log's destination is too slow: ${writableLength} bytes wait.`);
}

/** An error of a stream that nobody listens to would end the program. */
function hearErrors(place: LogDestination): void {
  const stream = place as StreamLike;
  if (typeof stream.on !== "function" || heard.has(place)) return;
  heard.add(place);
  stream.on("error", () => {});
}

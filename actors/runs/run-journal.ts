// What the process of a run knows of its log: what it writes comes back, in order, as a turn of its own once it lasts.
import { type Pid, self, send, sendAfter } from "../../runtime/index.ts";
import type { Clock } from "../../runtime/world.ts";
import { RunTaken } from "./failures.ts";
import { runLimits } from "./limits.ts";
import type { OwnedReason, RunEntry, RunFact } from "./run-entry.ts";
import { RunLog } from "./run-log.ts";
import type { RunInput, RunProcessOptions } from "./run-options.ts";
import { RunState } from "./run-state.ts";
import type { RunPlace } from "./run-store.ts";

/** What follows when facts last; `entries` are those. */
type Sequel = (entries: readonly RunEntry[]) => void;

export class RunJournal {
  readonly state: RunState;
  readonly place: RunPlace;
  readonly #log: RunLog;
  readonly #clock: Clock;
  readonly #me: Pid;
  #written: (() => void)[] = [];
  /** What follows on the last of what is being written. */
  #behind: (() => void)[] = [];
  #hasLast = false;
  /** When it looks next whether another owner has begun. */
  #lookAt: number;
  #closed: Promise<void> | undefined;
  #pending = 0;

  private constructor(state: RunState, place: RunPlace, log: RunLog, clock: Clock) {
    this.state = state;
    this.place = place;
    this.#log = log;
    this.#clock = clock;
    this.#me = self();
    this.#lookAt = clock.now() + runLimits.takenLookMs;
    sendAfter(this.#me, { type: "written" }, runLimits.takenLookMs);
  }

  /**
   * Opens the log as its owner, and writes that. Call it in the run's process; `signal` is aborted where that ends meanwhile.
   * @throws as `RunStore.open`, `RunLog.claim`
   */
  static async open(options: RunProcessOptions, input: RunInput, signal: AbortSignal): Promise<RunJournal> {
    const { world, node, store, permitted } = options;
    const { id } = input;
    const place = await store.open(id, "own");
    try {
      const goesOn = (): boolean => permitted() && !signal.aborted;
      const { log, entries } = await RunLog.claim({ world, id, place, node }, goesOn);
      const state = new RunState();
      for (const entry of entries) state.apply(entry);
      const journal = new RunJournal(state, place, log, world.clock);
      if (state.spec !== undefined && !isAtRest(state, input.reason)) {
        for (const entry of await log.append([owned(input, log.epoch)])) state.apply(entry);
      }
      // Its process has ended: nobody else would close what was opened for it.
      if (signal.aborted) await journal.close();
      return journal;
    } catch (error) {
      await place.close();
      throw error;
    }
  }

  /** Writes that do not last yet. */
  get pending(): number {
    return this.#pending;
  }

  get bytes(): number {
    return this.#log.bytes;
  }

  /** What `then` does happens in a turn of the run's process, when the facts last and are part of the state. */
  write(facts: readonly RunFact[], then: Sequel = () => {}, urgent = true): void {
    if (this.#hasLast) return;
    this.#pending += 1;
    const behind: (() => void)[] = [];
    this.#behind = behind;
    this.#log
      .append(facts, urgent)
      .then(
        (entries) =>
          this.#turn(() => {
            this.#pending -= 1;
            for (const entry of entries) this.state.apply(entry);
            then(entries);
            for (const next of behind) next();
          }),
        (error: unknown) =>
          this.#turn(() => {
            throw error;
          }),
      )
      // The process has ended meanwhile: nobody is there to be told.
      .catch(() => undefined);
  }

  /** What `then` does happens when all that was to be written until now lasts and is part of the state: at once where that is so. */
  after(then: () => void): void {
    if (this.#pending === 0) then();
    else this.#behind.push(then);
  }

  /** What waits for more to be written with it is written now. */
  hurry(): void {
    this.#log.hurry();
  }

  /** As `write`, and nothing is written behind it. */
  writeLast(facts: readonly RunFact[], then: Sequel): void {
    this.write(facts, then);
    this.#hasLast = true;
  }

  /** Does what is due: call it at each `written`. @throws what ended the log */
  settle(): void {
    this.#lookForOthers();
    const due = this.#written;
    this.#written = [];
    for (const run of due) run();
  }

  /** Nothing is written any more. The same where it is closed already. */
  close(): Promise<void> {
    this.#log.end(new Error("The run is over."));
    this.#closed ??= this.place.close();
    return this.#closed;
  }

  /** Looks now and then whether another owner has begun, which ends this one. */
  #lookForOthers(): void {
    const now = this.#clock.now();
    if (now < this.#lookAt) return;
    this.#lookAt = now + runLimits.takenLookMs;
    sendAfter(this.#me, { type: "written" }, runLimits.takenLookMs);
    this.#log.look().catch((error: unknown) => {
      if (error instanceof RunTaken)
        this.#turn(() => {
          throw error;
        });
    });
  }

  /** One turn does all that is due by then. */
  #turn(run: () => void): void {
    this.#written.push(run);
    if (this.#written.length === 1) send(this.#me, { type: "written" });
  }
}

/** One that is over is not begun again, except by a person. */
function isAtRest({ phase }: RunState, reason: OwnedReason): boolean {
  return phase === "done" || phase === "cancelled" || (phase === "failed" && reason !== "resume");
}

function owned({ reason, from, tookMs }: RunInput, epoch: number): RunFact {
  return {
    type: "owned",
    epoch,
    reason,
    ...(from === undefined ? {} : { from }),
    ...(tookMs === undefined ? {} : { tookMs }),
  };
}

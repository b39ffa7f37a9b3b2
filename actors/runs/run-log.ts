// The log of one run for its owner: claims it, writes entries in batches, and knows of each only once it lasts.
import { claimLog } from "../../runtime/journal/claim.ts";
import { journalLimits } from "../../runtime/journal/limits.ts";
import { outsideProcesses } from "../../runtime/process/current.ts";
import type { TimerHandle, World } from "../../runtime/world.ts";
import { entriesOf, packBatch, packFact, unpackBatch } from "./entry-codec.ts";
import { EntryTooLarge, RunTaken, RunUnreadable } from "./failures.ts";
import { runLimits } from "./limits.ts";
import type { RunEntry, RunFact } from "./run-entry.ts";
import type { RunPlace } from "./run-store.ts";

export interface RunLogOptions {
  readonly world: World;
  readonly id: string;
  readonly place: RunPlace;
  /** The node in whose name it is written. */
  readonly node: string;
}

interface Waiting {
  readonly facts: readonly RunFact[];
  readonly packed: readonly Uint8Array[];
  readonly bytes: number;
  readonly written: (entries: readonly RunEntry[]) => void;
  readonly failed: (error: unknown) => void;
}

/** What stands around the facts of a batch, and around each of them. */
const batchHeadBytes = 512;
const factHeadBytes = 8;
const factBytesMax = journalLimits.payloadBytesMax - batchHeadBytes;

export class RunLog {
  readonly epoch: number;
  /** Of all its records. */
  bytes: number;
  readonly #options: RunLogOptions;
  #position: number;
  #last: number;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #timer: TimerHandle | undefined;
  /** Why nothing is written any more. */
  #over: unknown;

  private constructor(options: RunLogOptions, epoch: number, position: number, last: number, bytes: number) {
    this.#options = options;
    this.epoch = epoch;
    this.#position = position;
    this.#last = last;
    this.bytes = bytes;
  }

  /**
   * From here on every earlier owner's entries are refused. Gives what there is.
   * @throws {RunUnreadable}; as `claimLog`
   */
  static async claim(
    options: RunLogOptions,
    goesOn?: () => boolean,
  ): Promise<{ readonly log: RunLog; readonly entries: readonly RunEntry[] }> {
    const { world, place, node, id } = options;
    const claimed = await claimLog(place.journal, place.log, {
      owner: node,
      id: recordId(world),
      ...(goesOn === undefined ? {} : { goesOn }),
    });
    const entries: RunEntry[] = [];
    let bytes = 0;
    for (const { payload, position } of claimed.events) {
      const batch = unpackBatch(payload);
      if (batch?.first !== entries.length + 1) throw new RunUnreadable(id, place.journal.place, position);
      entries.push(...entriesOf(batch));
      bytes += payload.length;
    }
    const log = new RunLog(options, claimed.epoch, claimed.end.position, entries.length, bytes);
    return { log, entries };
  }

  /**
   * Writes facts, all of them or none; resolves with their entries when they last. What is not `urgent` waits a moment for more.
   * @throws {RunTaken} another owner has begun; {EntryTooLarge}; {JournalFailed}; {JournalDamaged}
   */
  append(facts: readonly RunFact[], urgent = true): Promise<readonly RunEntry[]> {
    return new Promise((written, failed) => {
      if (this.#over !== undefined) throw this.#over;
      const packed = facts.map(packFact);
      const bytes = packed.reduce((sum, { length }) => sum + length + factHeadBytes, 0);
      if (bytes > factBytesMax) throw new EntryTooLarge(facts[0]?.type ?? "", bytes, factBytesMax);
      this.#waiting.push({ facts, packed, bytes, written, failed });
      if (urgent) this.#writeSoon();
      else this.#writeLater();
    });
  }

  /** Writes what waits a moment for more. */
  hurry(): void {
    if (this.#waiting.length > 0) this.#writeSoon();
  }

  /** Who writes nothing would not learn of another owner. @throws {RunTaken}; as `Journal.end` */
  async look(): Promise<void> {
    const { place, id } = this.#options;
    if ((await place.journal.end(place.log)).epoch > this.epoch) throw new RunTaken(id, this.epoch);
  }

  /** Nothing is written any more; what waits fails with `reason`. */
  end(reason: unknown): void {
    if (this.#over !== undefined) return;
    this.#over = reason;
    this.#options.world.timers.clear(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { failed } of waiting) failed(reason);
  }

  #writeLater(): void {
    if (this.#timer !== undefined || this.#isWriting) return;
    const { timers } = this.#options.world;
    this.#timer = outsideProcesses(() => timers.set(runLimits.batchMs, () => this.#writeSoon()));
  }

  #writeSoon(): void {
    this.#options.world.timers.clear(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting) return;
    this.#isWriting = true;
    // What else is said in this turn goes with it.
    void outsideProcesses(() => Promise.resolve().then(() => this.#write()));
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        const entries = await this.#written(batch);
        let from = 0;
        for (const { facts, written } of batch) {
          written(entries.slice(from, from + facts.length));
          from += facts.length;
        }
      } catch (error) {
        this.end(error);
        for (const { failed } of batch) failed(error);
      }
    }
    this.#isWriting = false;
  }

  #nextBatch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > runLimits.batchBytesMax) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #written(batch: readonly Waiting[]): Promise<readonly RunEntry[]> {
    const { world, place, node, id: run } = this.#options;
    const head = { first: this.#last + 1, at: world.clock.wallTime(), node };
    const payload = packBatch({ ...head, facts: batch.flatMap(({ packed }) => packed) });
    const id = recordId(world);
    for (;;) {
      if (this.#over !== undefined) throw this.#over;
      const { epoch } = this;
      const expected = this.#position;
      const outcome = await place.journal.append(place.log, { kind: "event", epoch, id, payload, expected });
      if (outcome.kind === "conflict" || outcome.kind === "fenced") throw new RunTaken(run, epoch);
      if (outcome.kind === "appended") {
        this.#position = outcome.position;
        const entries = entriesOf({ ...head, facts: batch.flatMap(({ facts }) => facts) });
        this.#last += entries.length;
        this.bytes += payload.length;
        return entries;
      }
      // Nobody said whether it lasts; the same append again tells.
      await new Promise<void>((resolve) => world.timers.set(runLimits.appendRetryMs, resolve));
    }
  }
}

function recordId({ random }: World): string {
  return Buffer.from(random.bytes(12)).toString("base64url");
}

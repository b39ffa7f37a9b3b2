// A journal on a broker's stream: each log is a subject, and the position of a record its number in the stream.
import { Misuse } from "../../process/failures.ts";
import { StoreUnavailable } from "../../store/failures.ts";
import { streamLimits } from "../../store/jetstream/limits.ts";
import { logTokens } from "../../store/jetstream/log-subject.ts";
import type { Stored, Stream } from "../../store/jetstream/stream.ts";
import { decideAppend } from "../append-decision.ts";
import { JournalClosed, JournalDamaged, JournalFailed } from "../failures.ts";
import type { Acknowledgement, Append, Appended, Journal, JournalRecord, LogEnd, Page } from "../journal.ts";
import { checkAppend, checkLog, checkPosition } from "../journal-guard.ts";
import { encodeRecord } from "../record-format.ts";
import { StreamLog, type Tip, tipHeaders } from "./stream-log.ts";

export interface JetStreamJournalOptions {
  readonly stream: Stream;
  /** Of the stream's subjects, up to the log. */
  readonly prefix: string;
  /** Whether the broker has everything on its disk before it acknowledges it. */
  readonly isSynced: boolean;
}

export class JetStreamJournal implements Journal {
  readonly #stream: Stream;
  readonly #prefix: string;
  readonly #isSynced: boolean;
  /** What the last record was that this journal saw: what it says of its position stays true, the end or not. */
  readonly #tips = new Map<string, Tip>();
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor({ stream, prefix, isSynced }: JetStreamJournalOptions) {
    this.#stream = stream;
    this.#prefix = prefix;
    this.#isSynced = isSynced;
  }

  get place(): string {
    return this.#stream.place;
  }

  acknowledgement(): Promise<Acknowledgement> {
    return this.#run(async () => {
      const { storage, num_replicas: replicas } = await this.#stream.config();
      if (storage === "memory") return { kind: "memory" };
      if (typeof replicas === "number" && replicas > 1)
        return { kind: "replicated", replicas, synced: this.#isSynced };
      return this.#isSynced ? { kind: "fsync" } : { kind: "flush", everyMs: streamLimits.brokerFlushMs };
    });
  }

  append(log: string, append: Append): Promise<Appended> {
    return this.#run(async () => {
      checkLog(log);
      checkAppend(append);
      // The caller's bytes are theirs again when this returns its promise.
      const own = { ...append, payload: new Uint8Array(append.payload) };
      try {
        return await this.#append(log, own);
      } catch (error) {
        if (error instanceof StoreUnavailable) return { kind: "unknown", why: error.message };
        throw error;
      }
    });
  }

  end(log: string): Promise<LogEnd> {
    return this.#run(async () => {
      checkLog(log);
      const { position, epoch } = await this.#look(log);
      return { position, epoch };
    });
  }

  read(log: string, after: number): Promise<Page> {
    return this.#run(async () => {
      checkLog(log);
      checkPosition(after);
      return this.#logOf(log).page(after);
    });
  }

  snapshot(log: string): Promise<JournalRecord | undefined> {
    return this.#run(async () => {
      checkLog(log);
      return this.#logOf(log).snapshot();
    });
  }

  truncate(log: string, position: number): Promise<void> {
    return this.#run(async () => {
      checkLog(log);
      checkPosition(position);
      const found = this.#logOf(log);
      if (position === 0 || (await found.recordAt(position))?.kind !== "snapshot")
        throw new Misuse(
          `Position ${position} of the log ${JSON.stringify(log)} is not that of a snapshot that can be read. Write a snapshot first, and give its position.`,
        );
      await this.#stream.takeOutBefore(found.subject, position);
    });
  }

  repair(log: string): Promise<number> {
    return this.#run(async () => {
      checkLog(log);
      this.#tips.delete(log);
      return this.#logOf(log).repair();
    });
  }

  remove(log: string): Promise<void> {
    return this.#run(async () => {
      checkLog(log);
      this.#tips.delete(log);
      await this.#logOf(log).remove();
    });
  }

  /** What is under way ends first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
  }

  async #append(log: string, append: Append): Promise<Appended> {
    const remembered = this.#tips.get(log);
    // A record's epoch never changes, and nothing is stored where another record has come behind it: no need to ask.
    let tip = remembered?.position === append.expected ? remembered : await this.#look(log);
    for (let tries = 0; tries < triesMax; tries += 1) {
      const behind =
        tip.position > append.expected ? await this.#recordBehind(log, append.expected) : undefined;
      const decided = decideAppend({ position: tip.position, epoch: tip.epoch }, append, behind);
      if (decided === undefined) {
        const stored = await this.#store(log, tip, append);
        if (stored.kind !== "wrong_position") return this.#appended(stored);
      } else if (tip !== remembered) return decided;
      tip = await this.#look(log);
    }
    return { kind: "unknown", why: "the end of the log moved each time it was looked at" };
  }

  #store(log: string, tip: Tip, append: Append): Promise<Stored> {
    return this.#stream
      .store({
        subject: this.#prefix + logTokens(log),
        payload: encodeRecord({ log, position: undefined }, append),
        expected: tip.lastAtBroker,
        headers: tipHeaders(tip),
      })
      .then((stored) => {
        if (stored.kind === "stored") {
          const { position } = stored;
          const snapshot = append.kind === "snapshot" ? position : tip.snapshot;
          this.#remember(log, { position, epoch: append.epoch, snapshot, lastAtBroker: position });
        }
        return stored;
      });
  }

  #appended(stored: Exclude<Stored, { readonly kind: "wrong_position" }>): Appended {
    switch (stored.kind) {
      case "stored":
        return { kind: "appended", position: stored.position, isRepeat: false };
      case "unknown":
        return stored;
      case "refused":
        throw new JournalFailed(this.place, stored.why);
    }
  }

  async #recordBehind(log: string, position: number): Promise<JournalRecord | undefined> {
    const { records, damage } = await this.#logOf(log).page(position, 1);
    if (damage !== undefined) throw new JournalDamaged(this.place, log, damage.position, damage.why);
    return records[0];
  }

  async #look(log: string): Promise<Tip> {
    const tip = await this.#logOf(log).tip();
    this.#remember(log, tip);
    return tip;
  }

  #remember(log: string, tip: Tip): void {
    this.#tips.delete(log);
    this.#tips.set(log, tip);
    if (this.#tips.size <= streamLimits.rememberedLogsMax) return;
    const [oldest] = this.#tips.keys();
    if (oldest !== undefined) this.#tips.delete(oldest);
  }

  #logOf(log: string): StreamLog {
    return new StreamLog(this.#stream, this.#prefix + logTokens(log), log);
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new JournalClosed(this.place));
    const running = work();
    this.#running.add(running);
    const done = (): void => void this.#running.delete(running);
    running.then(done, done);
    return running;
  }
}

/** Each time that the end has moved, somebody else appended there: then the second look decides. */
const triesMax = 3;

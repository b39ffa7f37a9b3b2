// Sessions in memory in front of where they are kept: what was added is written within a while, and what is not used leaves.
import type { Clock } from "../../../runtime/world.ts";
import type { SessionsStatus } from "./manager.ts";
import {
  bytesOf,
  checkedEntry,
  cleared,
  fitted,
  merged,
  newSession,
  overdue,
  type Session,
  type SessionEntry,
  type SessionRef,
  type SessionSummary,
  summaryOf,
  withEntry,
} from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { SessionSettings } from "./settings.ts";

export interface SessionCacheOptions {
  readonly settings: SessionSettings;
  readonly store: () => SessionStore;
  readonly clock: Clock;
  /** Has `write` called after the time of the settings. */
  readonly writeLater: () => void;
  /** Hears that something could not be written, and why; each time anew after it could. */
  readonly onProblem?: (why: string) => void;
  /** Hears how many were forgotten. */
  readonly onForgotten?: (sessions: number) => void;
}

interface Held {
  session: Session;
  bytes: number;
  /** What is new in it and not written yet: a copy of the session with that alone. */
  change: Session | undefined;
  /** What of it is being written. */
  sent: Session | undefined;
  /** When it was read from where it is kept, by the clock that nobody sets. */
  readAt: number;
}

export class SessionCache {
  readonly #options: SessionCacheOptions;
  /** Least recently used first. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;
  #isWriteDue = false;
  #writing: Promise<void> = Promise.resolve();
  #evicted = 0;
  #forgotten = 0;
  #problem: string | null = null;
  #hasWritten = false;

  constructor(options: SessionCacheOptions) {
    this.#options = options;
  }

  get status(): SessionsStatus {
    const held = [...this.#held.values()];
    return {
      place: this.#options.store().place,
      sessions: held.length,
      entries: held.reduce((sum, { session }) => sum + session.entries.length, 0),
      bytes: this.#bytes,
      bytesMax: this.#options.settings.bytesMax,
      unwritten: held.filter((one) => unwrittenOf(one) !== undefined).length,
      evicted: this.#evicted,
      forgotten: this.#forgotten,
      problem: this.#problem,
    };
  }

  /** Where nodes share it, it lasts when this resolves. @throws {ZodError} an entry is none; {StoreUnavailable} */
  async add(ref: SessionRef, entries: readonly SessionEntry[]): Promise<void> {
    const checked = entries.map(checkedEntry);
    const now = this.#now();
    const known = await this.#current(ref.id).catch((error: unknown) => {
      // What is added is merged with what is there when that can be had.
      if (this.#options.store().isShared === true) return undefined;
      throw error;
    });
    const base = {
      ...newSession(ref, now),
      clearedAt: known?.clearedAt ?? 0,
      createdAt: known?.createdAt ?? now,
    };
    this.#change(
      checked.reduce((session, entry) => withEntry(session, entry, now), base),
      now,
    );
    if (this.#options.store().isShared === true) await this.#written(ref.id);
  }

  /** To read one is to use it. Where it cannot be read anew, as it was last. @throws {StoreUnavailable} */
  async read(id: string): Promise<Session | undefined> {
    const session = await this.#current(id).catch((error: unknown) => {
      const held = this.#held.get(id)?.session;
      if (held === undefined) throw error;
      return held;
    });
    if (session === undefined) return undefined;
    const now = this.#now();
    this.#change({ ...session, usedAt: now, entries: [] }, now);
    return this.#held.get(id)?.session;
  }

  /** Without those that are empty. @throws {StoreUnavailable} */
  async list(): Promise<readonly SessionSummary[]> {
    const all = new Map((await this.#options.store().list()).map((summary) => [summary.id, summary]));
    for (const held of this.#held.values())
      if (unwrittenOf(held) !== undefined)
        all.set(held.session.id, { ...all.get(held.session.id), ...summaryOf(held.session) });
    return [...all.values()].filter(({ entries }) => entries > 0).toSorted((a, b) => b.usedAt - a.usedAt);
  }

  /** It is empty for everybody when this resolves. @throws {StoreUnavailable} */
  async clear(id: string): Promise<boolean> {
    const session = await this.#current(id);
    if (session === undefined || session.entries.length === 0) return false;
    const now = this.#now();
    this.#change(cleared(session, now), now);
    await this.write();
    await this.#written(id);
    return true;
  }

  /** Writes what was changed, merged with what others have written. What cannot be written now waits for the next time. */
  write(): Promise<void> {
    this.#isWriteDue = false;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Forgets what nobody uses, wherever it is kept. */
  async collect(): Promise<void> {
    const { settings, onForgotten } = this.#options;
    const { timeoutMs, sessionsMax } = settings;
    const store = this.#options.store();
    await this.write();
    const choose = (sessions: readonly SessionSummary[]): readonly string[] =>
      overdue(sessions, { now: this.#now(), timeoutMs, sessionsMax });
    try {
      // To look takes nothing from anybody.
      const gone = choose(await store.list());
      if (gone.length === 0) return;
      const forgotten = await store.forget(choose);
      this.#forgotten += forgotten;
      if (forgotten > 0) onForgotten?.(forgotten);
      for (const id of gone) if (unwrittenOf(this.#held.get(id)) === undefined) this.#let(id);
    } catch (error) {
      this.#fail(error);
    }
  }

  async close(): Promise<void> {
    await this.write();
    // A program that is soon over looks once, where it has written anything; others of a cluster look all the time.
    if (this.#hasWritten && this.#options.store().isShared !== true) await this.collect();
  }

  /** As it is here; read anew where another program may have written meanwhile. */
  async #current(id: string): Promise<Session | undefined> {
    const { store, settings, clock } = this.#options;
    const held = this.#held.get(id);
    if (held !== undefined && clock.now() - held.readAt < settings.persistenceMs) return held.session;
    const kept = await store().read(id);
    const after = this.#held.get(id);
    // What is not written yet is all that this program knows better.
    const own = unwrittenOf(after);
    const session = kept === undefined || own === undefined ? (kept ?? own) : merged(kept, own);
    if (session === undefined) this.#let(id);
    else this.#hold(session, after?.change, clock.now());
    return session;
  }

  /** `change`: what is new in it, alone. */
  #change(change: Session, now: number): void {
    const { settings, clock } = this.#options;
    const held = this.#held.get(change.id);
    const whole = held === undefined ? change : merged(held.session, change);
    const unwritten = held?.change === undefined ? change : merged(held.change, change);
    const readAt = held?.readAt ?? clock.now() - settings.persistenceMs;
    this.#hold(fitted({ ...whole, usedAt: now }, settings.room), fitted(unwritten, settings.room), readAt);
    this.#writeSoon();
  }

  async #written(id: string): Promise<void> {
    // What could not be written a moment ago is tried again by itself: nobody is to wait for that each time.
    if (this.#problem === null) await this.write();
    if (unwrittenOf(this.#held.get(id)) !== undefined)
      throw new Error(this.#problem ?? "It is being written.");
  }

  async #write(): Promise<void> {
    const changed = [...this.#held.values()].flatMap(({ change }) => change ?? []);
    if (changed.length === 0) {
      this.#problem = null;
      return;
    }
    for (const { id } of changed) {
      const held = this.#held.get(id);
      if (held === undefined) continue;
      held.sent = held.change;
      held.change = undefined;
    }
    // Each shared session has an owner of its own, and one that does not answer keeps no other from being written.
    const isShared = this.#options.store().isShared === true;
    const parts = isShared ? changed.map((change) => [change]) : [changed];
    const problems = await Promise.all(parts.map((part) => this.#writePart(part)));
    const problem = problems.find((one) => one !== null) ?? null;
    if (problem !== null && this.#problem === null) this.#options.onProblem?.(problem);
    this.#problem = problem;
    if (problem !== null) this.#writeSoon();
    this.#makeRoom();
  }

  /** Why it could not be written; null where it was. */
  async #writePart(changed: readonly Session[]): Promise<string | null> {
    const { store, settings, clock } = this.#options;
    try {
      for (const after of await store().merge(changed, settings.room)) {
        const held = this.#held.get(after.id);
        if (held === undefined) continue;
        held.sent = undefined;
        const { change } = held;
        this.#hold(change === undefined ? after : merged(after, change), change, clock.now());
      }
      this.#hasWritten = true;
      return null;
    } catch (error) {
      for (const { id } of changed) {
        const held = this.#held.get(id);
        if (held === undefined) continue;
        held.change = unwrittenOf(held);
        held.sent = undefined;
      }
      return messageOf(error);
    }
  }

  #fail(error: unknown): void {
    this.#problem = messageOf(error);
    this.#options.onProblem?.(this.#problem);
  }

  #writeSoon(): void {
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    this.#options.writeLater();
  }

  #hold(session: Session, change: Session | undefined, readAt: number): void {
    const bytes = bytesOf(session);
    const { bytes: before = 0, sent } = this.#held.get(session.id) ?? {};
    this.#bytes += bytes - before;
    // A map keeps the order of insertion: whoever is put back last was used last.
    this.#held.delete(session.id);
    this.#held.set(session.id, { session, bytes, change, sent, readAt });
    this.#makeRoom();
  }

  /** What is written leaves first; where that is not enough, all is written, and then it leaves. */
  #makeRoom(): void {
    const { bytesMax } = this.#options.settings;
    for (const [id, held] of [...this.#held]) {
      if (this.#bytes <= bytesMax || this.#held.size <= 1) return;
      if (unwrittenOf(held) !== undefined) continue;
      this.#let(id);
      this.#evicted += 1;
    }
    if (this.#bytes > bytesMax && this.#held.size > 1 && this.#problem === null) void this.write();
  }

  #let(id: string): void {
    this.#bytes -= this.#held.get(id)?.bytes ?? 0;
    this.#held.delete(id);
  }

  #now(): number {
    return this.#options.clock.wallTime();
  }
}

function unwrittenOf(held: Held | undefined): Session | undefined {
  if (held?.sent === undefined || held.change === undefined) return held?.change ?? held?.sent;
  return merged(held.sent, held.change);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

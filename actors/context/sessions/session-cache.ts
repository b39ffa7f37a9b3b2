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
  readonly store: SessionStore;
  readonly clock: Clock;
  /** Has `write` called after the time of the settings. */
  readonly writeLater: () => void;
}

interface Held {
  session: Session;
  bytes: number;
  isChanged: boolean;
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
      place: this.#options.store.place,
      sessions: held.length,
      entries: held.reduce((sum, { session }) => sum + session.entries.length, 0),
      bytes: this.#bytes,
      bytesMax: this.#options.settings.bytesMax,
      unwritten: held.filter(({ isChanged }) => isChanged).length,
      evicted: this.#evicted,
      forgotten: this.#forgotten,
      problem: this.#problem,
    };
  }

  /** @throws {ZodError} an entry is none; {StoreUnavailable} */
  async add(ref: SessionRef, entries: readonly SessionEntry[]): Promise<void> {
    const checked = entries.map(checkedEntry);
    const known = await this.#current(ref.id);
    const now = this.#now();
    let session = { ...(known ?? newSession(ref, now)), label: ref.label };
    for (const entry of checked) session = withEntry(session, entry, now);
    this.#change(session);
  }

  /** To read one is to use it. @throws {StoreUnavailable} */
  async read(id: string): Promise<Session | undefined> {
    const session = await this.#current(id);
    if (session === undefined) return undefined;
    const used = { ...session, usedAt: this.#now() };
    this.#change(used);
    return used;
  }

  /** Without those that are empty. @throws {StoreUnavailable} */
  async list(): Promise<readonly SessionSummary[]> {
    const all = new Map((await this.#options.store.list()).map((summary) => [summary.id, summary]));
    for (const { session, isChanged } of this.#held.values())
      if (isChanged) all.set(session.id, summaryOf(session));
    return [...all.values()].filter(({ entries }) => entries > 0).toSorted((a, b) => b.usedAt - a.usedAt);
  }

  /** It is empty for everybody when this resolves. @throws {StoreUnavailable} */
  async clear(id: string): Promise<boolean> {
    const session = await this.#current(id);
    if (session === undefined || session.entries.length === 0) return false;
    this.#change(cleared(session, this.#now()));
    await this.write();
    if (this.#problem !== null) throw new Error(this.#problem);
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
    const { store, settings } = this.#options;
    const { timeoutMs, sessionsMax } = settings;
    await this.write();
    const choose = (sessions: readonly SessionSummary[]): readonly string[] =>
      overdue(sessions, { now: this.#now(), timeoutMs, sessionsMax });
    try {
      // To look takes nothing from anybody.
      const gone = choose(await store.list());
      if (gone.length === 0) return;
      this.#forgotten += await store.forget(choose);
      for (const id of gone) if (this.#held.get(id)?.isChanged === false) this.#let(id);
    } catch (error) {
      this.#problem = messageOf(error);
    }
  }

  async close(): Promise<void> {
    await this.write();
    // A program that is soon over looks once, where it has written anything.
    if (this.#hasWritten) await this.collect();
  }

  /** As it is here; read anew where another program may have written meanwhile. */
  async #current(id: string): Promise<Session | undefined> {
    const { store, settings, clock } = this.#options;
    const held = this.#held.get(id);
    if (held !== undefined && clock.now() - held.readAt < settings.persistenceMs) return held.session;
    const kept = await store.read(id);
    const after = this.#held.get(id)?.session;
    const session = kept === undefined || after === undefined ? (after ?? kept) : merged(after, kept);
    if (session !== undefined) this.#hold(session, this.#held.get(id)?.isChanged === true, clock.now());
    return session;
  }

  #change(session: Session): void {
    const { settings, writeLater } = this.#options;
    const readAt = this.#held.get(session.id)?.readAt ?? this.#options.clock.now();
    this.#hold(fitted(session, settings.room), true, readAt);
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    writeLater();
  }

  async #write(): Promise<void> {
    const { store, settings, clock } = this.#options;
    const changed = [...this.#held.values()].filter(({ isChanged }) => isChanged);
    if (changed.length === 0) return;
    const given = changed.map(({ session }) => session);
    for (const held of changed) held.isChanged = false;
    try {
      for (const after of await store.merge(given, settings.room)) {
        const held = this.#held.get(after.id);
        // It may have left meanwhile, for want of room.
        if (held !== undefined) this.#hold(merged(held.session, after), held.isChanged, clock.now());
      }
      this.#problem = null;
      this.#hasWritten = true;
    } catch (error) {
      this.#problem = messageOf(error);
      for (const { session } of changed) {
        const held = this.#held.get(session.id);
        if (held !== undefined) held.isChanged = true;
      }
      this.#writeAgain();
    }
    this.#makeRoom();
  }

  #writeAgain(): void {
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    this.#options.writeLater();
  }

  #hold(session: Session, isChanged: boolean, readAt: number): void {
    const bytes = bytesOf(session);
    this.#bytes += bytes - (this.#held.get(session.id)?.bytes ?? 0);
    // A map keeps the order of insertion: whoever is put back last was used last.
    this.#held.delete(session.id);
    this.#held.set(session.id, { session, bytes, isChanged, readAt });
    this.#makeRoom();
  }

  /** What is written leaves first; where that is not enough, all is written, and then it leaves. */
  #makeRoom(): void {
    const { bytesMax } = this.#options.settings;
    for (const [id, { isChanged }] of [...this.#held]) {
      if (this.#bytes <= bytesMax || this.#held.size <= 1) return;
      if (isChanged) continue;
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

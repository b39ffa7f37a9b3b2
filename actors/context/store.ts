// What is remembered of earlier operations: entries by session and key, within a bound of bytes and sessions.
// The least recently used session goes first; one that nobody has used for its timeout goes by itself.

export interface ContextLimits {
  readonly bytesMax: number;
  readonly sessionsMax: number;
  readonly sessionTimeoutMs: number;
}

interface Entry {
  readonly value: unknown;
  readonly bytes: number;
}

interface Session {
  readonly entries: Map<string, Entry>;
  bytes: number;
  usedMs: number;
}

export interface ContextStatus {
  readonly sessions: number;
  readonly entries: number;
  readonly bytes: number;
  readonly bytesMax: number;
  /** Sessions that had to go before their time, for want of room. */
  readonly evicted: number;
}

/** Knows no clock: the time comes with every call, in monotonic milliseconds. */
export class ContextStore {
  readonly #limits: ContextLimits;
  /** Least recently used first. */
  readonly #sessions = new Map<string, Session>();
  #bytes = 0;
  #evicted = 0;

  constructor(limits: ContextLimits) {
    this.#limits = limits;
  }

  /** Remembers `value`, whose size the caller knows; false when it alone is larger than all the room there is. */
  put(sessionId: string, key: string, value: unknown, bytes: number, nowMs: number): boolean {
    if (bytes > this.#limits.bytesMax) return false;
    const session = this.#use(sessionId, nowMs) ?? this.#open(sessionId, nowMs);
    this.#remove(session, key);
    session.entries.set(key, { value, bytes });
    session.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom(sessionId);
    return true;
  }

  get(sessionId: string, key: string, nowMs: number): unknown {
    return this.#use(sessionId, nowMs)?.entries.get(key)?.value;
  }

  forget(sessionId: string): boolean {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return false;
    this.#sessions.delete(sessionId);
    this.#bytes -= session.bytes;
    return true;
  }

  /** Forgets the sessions whose timeout has passed; gives how many. */
  expire(nowMs: number): number {
    const late = [...this.#sessions].filter(
      ([, { usedMs }]) => nowMs - usedMs >= this.#limits.sessionTimeoutMs,
    );
    for (const [id] of late) this.forget(id);
    return late.length;
  }

  status(): ContextStatus {
    let entries = 0;
    for (const session of this.#sessions.values()) entries += session.entries.size;
    const { bytesMax } = this.#limits;
    return { sessions: this.#sessions.size, entries, bytes: this.#bytes, bytesMax, evicted: this.#evicted };
  }

  #use(sessionId: string, nowMs: number): Session | undefined {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return undefined;
    session.usedMs = nowMs;
    // A map keeps the order of insertion: whoever is put back last was used last.
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, session);
    return session;
  }

  #open(sessionId: string, nowMs: number): Session {
    const session: Session = { entries: new Map(), bytes: 0, usedMs: nowMs };
    this.#sessions.set(sessionId, session);
    return session;
  }

  #remove(session: Session, key: string): void {
    const entry = session.entries.get(key);
    if (entry === undefined) return;
    session.entries.delete(key);
    session.bytes -= entry.bytes;
    this.#bytes -= entry.bytes;
  }

  /** Gives up other sessions first, and then the oldest entries of the one in use. */
  #makeRoom(current: string): void {
    const { bytesMax, sessionsMax } = this.#limits;
    for (const id of [...this.#sessions.keys()]) {
      if (this.#bytes <= bytesMax && this.#sessions.size <= sessionsMax) return;
      if (id === current) continue;
      this.forget(id);
      this.#evicted += 1;
    }
    const session = this.#sessions.get(current);
    if (session === undefined) return;
    for (const key of [...session.entries.keys()]) {
      if (this.#bytes <= bytesMax) return;
      this.#remove(session, key);
    }
  }
}

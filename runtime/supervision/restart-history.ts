// When and why the children of a supervisor were started again, the last few times of each: small, since there may be many children.
import { shownReason } from "../inspect/shown-event.ts";
import type { ExitReason } from "../process/exit-reason.ts";

export interface PastRestart {
  /** Wall-clock milliseconds since the epoch. */
  readonly atMs: number;
  /** Why the child had ended, in words. */
  readonly reason: string;
}

/** A person looks for a pattern: five show whether a child falls again and again, and for the same reason. */
const restartsKeptMax = 5;

/** Characters of one reason: the message of an error, and not its stack. */
const reasonCharactersMax = 200;

const none: readonly PastRestart[] = Object.freeze([]);

/** By whatever the supervisor knows a child by. It holds nothing of children that never fell. */
export class RestartHistory<Key> {
  readonly #restarts = new Map<Key, readonly PastRestart[]>();

  /** The latest last. */
  of(key: Key): readonly PastRestart[] {
    return this.#restarts.get(key) ?? none;
  }

  add(key: Key, atMs: number, reason: ExitReason): void {
    const said = shownReason(reason).slice(0, reasonCharactersMax);
    this.#restarts.set(key, [...this.of(key).slice(1 - restartsKeptMax), { atMs, reason: said }]);
  }

  /** The child is known by another key from now on. */
  move(from: Key, to: Key): void {
    const restarts = this.#restarts.get(from);
    if (restarts === undefined || from === to) return;
    this.#restarts.delete(from);
    this.#restarts.set(to, restarts);
  }

  forget(key: Key): void {
    this.#restarts.delete(key);
  }
}

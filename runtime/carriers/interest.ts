// Who wants to hear of what: patterns, and whom a subject goes to.
import type { Random } from "../world.ts";
import { carrierLimits } from "./limits.ts";

export interface Interest<T> {
  readonly target: T;
  /** Of those with one queue, a message goes to a single one. */
  readonly queue: string | undefined;
  readonly matches: (subject: string) => boolean;
}

export class InterestTable<T> {
  readonly #interests = new Set<Interest<T>>();
  readonly #cache = new Map<string, readonly Interest<T>[]>();

  /** `pattern` is a valid one. */
  add(pattern: string, target: T, queue: string | undefined): Interest<T> {
    const interest = { target, queue, matches: matcherOf(pattern) };
    this.#interests.add(interest);
    this.#cache.clear();
    return interest;
  }

  remove(interest: Interest<T>): void {
    if (this.#interests.delete(interest)) this.#cache.clear();
  }

  has(interest: Interest<T>): boolean {
    return this.#interests.has(interest);
  }

  /** Whom a message on `subject` goes to, in the order of their coming; among those only that `accepts` lets pass. */
  chosen(subject: string, random: Random, accepts?: (target: T) => boolean): readonly Interest<T>[] {
    const all = this.#matching(subject);
    const some = accepts === undefined ? all : all.filter(({ target }) => accepts(target));
    return some.some(({ queue }) => queue !== undefined) ? oneOfEachQueue(some, random) : some;
  }

  #matching(subject: string): readonly Interest<T>[] {
    const known = this.#cache.get(subject);
    if (known !== undefined) return known;
    const found = [...this.#interests].filter(({ matches }) => matches(subject));
    if (this.#cache.size >= carrierLimits.cachedSubjectsMax) this.#cache.clear();
    this.#cache.set(subject, found);
    return found;
  }
}

function oneOfEachQueue<T>(interests: readonly Interest<T>[], random: Random): readonly Interest<T>[] {
  const queues = new Map<string, Interest<T>[]>();
  for (const interest of interests) {
    if (interest.queue === undefined) continue;
    const members = queues.get(interest.queue) ?? [];
    members.push(interest);
    queues.set(interest.queue, members);
  }
  const winners = new Set<Interest<T>>();
  for (const members of queues.values()) {
    const winner = members[Math.floor(random.next() * members.length)];
    if (winner !== undefined) winners.add(winner);
  }
  return interests.filter((interest) => interest.queue === undefined || winners.has(interest));
}

function matcherOf(pattern: string): (subject: string) => boolean {
  if (!/[*>]/.test(pattern)) return (subject) => subject === pattern;
  const form = pattern
    .split(".")
    .map((token) => (token === "*" ? "[^.]+" : token === ">" ? ".+" : literal(token)))
    .join("\\.");
  const expression = new RegExp(`^${form}$`);
  return (subject) => expression.test(subject);
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

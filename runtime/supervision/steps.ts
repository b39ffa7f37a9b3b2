// Work that may have to wait, written as if it never did: where there is nothing to wait for, it is done at once.
// An async function waits at every await, and a restart would be a dozen of those.
import type { Awaitable } from "../logic/server-result.ts";

/** A generator that yields what it has to wait for, and gives its result in the end. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Waits for a value that may be there already; for use inside of steps, with `yield*`. */
export function* wait<T>(value: Awaitable<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** Takes the steps as far as they go; the result, or a promise of it where one of them had to wait. */
export function conduct<T>(steps: Steps<T>): Awaitable<T> {
  const { done, value } = steps.next();
  return done === true ? value : conductRest(steps, value);
}

async function conductRest<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  let waited = first;
  for (;;) {
    const { done, value } = await waited.then(
      (settled) => steps.next(settled),
      (thrown: unknown) => steps.throw(thrown),
    );
    if (done === true) return value;
    waited = value;
  }
}

// A plain function as a process: it runs from top to bottom, reads its mailbox selectively, and ends when it returns.
import type { Behaviour, Insight, Outcome } from "../process/behaviour.ts";
import { Stopping } from "../process/behaviour.ts";
import { Misuse } from "../process/failures.ts";
import { type Item, Request } from "../process/mailbox.ts";
import { isForRuntime } from "../process/orders.ts";
import type { Ref } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Timer } from "../process/timers.ts";
import type { FunctionLogic } from "./logic.ts";

/** What `receive` gives: a message as it was sent, or a cast or call as an event with its payload's fields. */
export interface Received {
  readonly type: string;
  /** Where the answer to a call goes: give it to `reply`. */
  readonly replyTo?: Ref;
  readonly [field: string]: unknown;
}

/** What `receive` gives when nothing matched in time. */
export const receiveTimeout = Symbol("receive timeout");

interface Waiting {
  readonly matches: (message: Received) => boolean;
  readonly resolve: (message: Received | typeof receiveTimeout) => void;
  readonly reject: (thrown: unknown) => void;
  timer: Timer | undefined;
}

class FunctionBehaviour implements Behaviour {
  readonly pulls = true;
  readonly #process: Process;
  // biome-ignore lint/suspicious/noExplicitAny: the input was checked against the function's own parameter at spawn.
  readonly #run: FunctionLogic<any>;
  #input: unknown;
  #waiting: Waiting | undefined;
  #output: unknown;

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  constructor(process: Process, run: FunctionLogic<any>) {
    this.#process = process;
    this.#run = run;
  }

  init(input: unknown): undefined {
    this.#input = input;
    return undefined;
  }

  started(): Outcome {
    const result: unknown = this.#run(this.#input);
    this.#input = undefined;
    if (!(result instanceof Promise)) {
      this.#output = result;
      return new Stopping("normal");
    }
    // The promise is not given to the process: a function that waits in `receive` must still be woken by its mailbox.
    result.then(
      (output: unknown) => {
        this.#output = output;
        this.#process.doomWith("normal");
      },
      (thrown: unknown) => this.#process.crash(thrown),
    );
    return undefined;
  }

  receive(): undefined {
    return undefined;
  }

  arrived(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    try {
      const message = this.#take(waiting.matches);
      if (message === undefined) return;
      this.#stopWaiting(waiting);
      waiting.resolve(message);
    } catch (thrown) {
      // The match is the function's own code: what it throws comes out of its `receive`.
      this.#stopWaiting(waiting);
      waiting.reject(thrown);
    }
  }

  #stopWaiting(waiting: Waiting): void {
    this.#waiting = undefined;
    if (waiting.timer !== undefined) this.#process.kernel.timers.stop(waiting.timer);
  }

  /** The next message that matches, at once or when it comes; `receiveTimeout` after `timeoutMs`. */
  next(
    matches: (message: Received) => boolean,
    timeoutMs: number,
  ): Promise<Received | typeof receiveTimeout> {
    if (this.#waiting !== undefined) {
      throw new Misuse("This process waits in receive already. Await one receive before the next.");
    }
    const message = this.#process.phase === "suspended" ? undefined : this.#take(matches);
    if (message !== undefined) return Promise.resolve(message);
    if (timeoutMs <= 0) return Promise.resolve(receiveTimeout);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { matches, resolve, reject, timer: undefined };
      if (timeoutMs !== Number.POSITIVE_INFINITY) {
        waiting.timer = this.#process.kernel.timers.start(timeoutMs, () => {
          if (this.#waiting !== waiting) return;
          this.#waiting = undefined;
          resolve(receiveTimeout);
        });
      }
      this.#waiting = waiting;
    });
  }

  waits(): void {}
  terminate(): void {}

  release(): void {
    if (this.#waiting !== undefined) this.#stopWaiting(this.#waiting);
  }

  state(): unknown {
    return this.#waiting === undefined ? "running" : "waiting in receive";
  }

  output(): unknown {
    return this.#output;
  }

  insight(): Insight {
    return { kind: "function", state: this.state() };
  }

  #take(matches: (message: Received) => boolean): Received | undefined {
    let found: Received | undefined;
    let taken: Item | undefined;
    this.#process.mailbox.take((item) => {
      if (isForRuntime(item)) return false;
      const message = received(item);
      if (!matches(message)) return false;
      found = message;
      taken = item;
      return true;
    });
    if (taken === undefined) return undefined;
    this.#process.messagesHandled += 1;
    this.#process.watch?.in(taken);
    return found;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
export function functionBehaviour(process: Process, run: FunctionLogic<any>): Behaviour {
  return new FunctionBehaviour(process, run);
}

/**
 * The mailbox of a function process, read selectively.
 * @throws {Misuse} in a process that is not a function: servers and machines are handed their messages
 */
export function receiveIn(
  process: Process,
  matches: (message: Received) => boolean,
  timeoutMs: number,
): Promise<Received | typeof receiveTimeout> {
  if (!(process.behaviour instanceof FunctionBehaviour)) {
    throw new Misuse(
      "receive works in a process that is a function; servers and machines are handed their messages.",
    );
  }
  return process.behaviour.next(matches, timeoutMs);
}

/** A mailbox item as people see it: requests become events with the payload's fields. */
export function received(item: Item): Received {
  if (!(item instanceof Request)) return item as unknown as Received;
  const replyTo = item.from === undefined ? {} : { replyTo: item.from };
  if (
    typeof item.payload === "object" &&
    item.payload !== null &&
    !Array.isArray(item.payload) &&
    !(item.payload instanceof Uint8Array)
  ) {
    return { ...item.payload, type: item.type, ...replyTo };
  }
  return item.payload === undefined
    ? { type: item.type, ...replyTo }
    : { type: item.type, payload: item.payload, ...replyTo };
}

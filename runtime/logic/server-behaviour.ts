// How a process hosts a server: picks the handler, takes its result, keeps the state of before for a crash.
import {
  type Behaviour,
  InitIgnored,
  type InitOutcome,
  InitRefused,
  type Insight,
  type Outcome,
  Stopping,
} from "../process/behaviour.ts";
import { settleCall } from "../process/calls.ts";
import { type ExitReason, ExitSelf, errorData } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import { type Item, Request } from "../process/mailbox.ts";
import type { Ref } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Message } from "../process/protocol.ts";
import { SystemMessage, TimeoutMessage } from "../process/system-message.ts";
import type { Timer } from "../process/timers.ts";
import { received } from "./function.ts";
import type { HandlerTable } from "./handler-table.ts";
import type { CallHandlers, CastHandlers, ServerDefinition } from "./server.ts";
import {
  InitIgnore,
  InitOk,
  InitStop,
  type NextOptions,
  NoReply,
  noOptions,
  Reply,
  Stop,
} from "./server-result.ts";

/** A server's definition, its handlers by name. */
export interface Definition
  extends Omit<
    ServerDefinition<unknown, unknown, CallHandlers<unknown>, CastHandlers<unknown>>,
    "calls" | "casts"
  > {
  readonly calls: HandlerTable<CallHandlers<unknown>[string]>;
  readonly casts: HandlerTable<CastHandlers<unknown>[string]>;
}

export class ServerBehaviour implements Behaviour {
  readonly pulls = false;
  readonly #process: Process;
  readonly #definition: Definition;
  #state: unknown;
  #continue: { readonly what: unknown } | undefined;
  #idleMs: number | undefined;
  #idleTimer: Timer | undefined;
  #hibernates = false;

  constructor(process: Process, definition: Definition) {
    this.#process = process;
    this.#definition = definition;
  }

  init(input: unknown): InitOutcome | Promise<InitOutcome> {
    const result = this.#definition.init(input);
    return result instanceof Promise
      ? result.then((settled) => this.#initialized(settled))
      : this.#initialized(result);
  }

  /** In place of `init`: goes on with `state`, and with an idle timeout that had `idleMs` left. */
  resume(state: unknown, idleMs: number | undefined): void {
    this.#state = state;
    this.#idleMs = idleMs;
  }

  /** Milliseconds until the idle timeout, if no message comes. */
  get idleRemainingMs(): number | undefined {
    return this.#idleTimer === undefined
      ? this.#idleMs
      : this.#process.kernel.timers.remaining(this.#idleTimer);
  }

  started(): Outcome | Promise<Outcome> {
    return this.#runContinue();
  }

  receive(item: Item): Outcome | Promise<Outcome> {
    if (this.#idleMs !== undefined) this.#cancelIdle();
    this.#hibernates = false;
    if (!(item instanceof Request)) return this.#info(item);
    const { type, payload, from } = item;
    if (from === undefined) {
      const handler = this.#definition.casts.get(type);
      if (handler === undefined) return this.#info(received(item));
      return this.#take(handler(this.#state, payload), undefined);
    }
    const handler = this.#definition.calls.get(type);
    if (handler === undefined)
      throw new TypeError(
        `This server has no call "${type}". Its calls are: ${this.#definition.calls.names().join(", ") || "none"}.`,
      );
    return this.#take(handler(this.#state, payload, from), from);
  }

  arrived(): void {}

  waits(): void {
    if (this.#hibernates) this.#process.mailbox.release();
    const idleMs = this.#idleMs;
    if (idleMs === undefined || this.#idleTimer !== undefined) return;
    if (idleMs <= 0) {
      this.#idleMs = undefined;
      this.#process.deliver(new TimeoutMessage(undefined, undefined));
      return;
    }
    const { kernel, mailbox } = this.#process;
    this.#idleTimer = kernel.timers.start(idleMs, () => {
      this.#idleTimer = undefined;
      this.#idleMs = undefined;
      if (mailbox.length === 0) this.#process.deliver(new TimeoutMessage(undefined, undefined));
    });
  }

  terminate(reason: ExitReason): void | Promise<void> {
    return this.#definition.terminate?.(this.#state, reason);
  }

  release(): void {
    this.#cancelIdle();
  }

  state(): unknown {
    return this.#definition.formatState === undefined
      ? this.#state
      : this.#definition.formatState(this.#state);
  }

  output(): undefined {
    return undefined;
  }

  insight(): Insight {
    return { kind: "server", state: this.#state };
  }

  replaceState(change: (state: unknown) => unknown): void {
    const state = change(this.#state);
    if (state instanceof Promise)
      throw new Misuse("The new state of a server is a promise. Give what makes it at once.");
    this.#state = state;
  }

  #initialized(result: unknown): InitOutcome {
    if (result instanceof InitOk) {
      this.#state = result.state;
      this.#plan(result.options);
      return undefined;
    }
    if (result instanceof InitStop) return new InitRefused(result.reason, result.quiet);
    if (result instanceof InitIgnore) return new InitIgnored();
    return new InitRefused(badReturn(result), false);
  }

  #info(message: Message): Outcome | Promise<Outcome> {
    const handler = this.#definition.info;
    if (handler === undefined) {
      const { pid, name, kernel } = this.#process;
      kernel.events.emit("message_unhandled", { pid, name, message: message.type });
      return undefined;
    }
    return this.#take(handler(this.#state, message as Parameters<typeof handler>[1]), undefined);
  }

  #take(result: unknown, from: Ref | undefined): Outcome | Promise<Outcome> {
    if (result instanceof NoReply) {
      this.#state = result.state;
      return this.#goOn(result.options);
    }
    if (result instanceof Reply && from !== undefined) {
      this.#state = result.state;
      this.#answer(from, result.value);
      return this.#goOn(result.options);
    }
    if (result instanceof Stop) {
      this.#state = result.state;
      if (result.hasReply && from !== undefined) this.#answer(from, result.value);
      return new Stopping(result.reason);
    }
    if (result instanceof Promise) return result.then((settled) => this.#take(settled, from));
    throw new ExitSelf(badReturn(result));
  }

  #answer(from: Ref, value: unknown): void {
    const { kernel, watch } = this.#process;
    if (watch !== undefined) watch.replied(kernel.calls.get(from.ref)?.caller.pid, value);
    if (!settleCall(this.#process, from, kernel.data(value, "the reply"))) {
      kernel.events.emit("reply_dropped", { ref: from.ref });
    }
  }

  #goOn(options: NextOptions): Outcome | Promise<Outcome> {
    // Nearly every result asks for nothing more, and what an earlier one asked for ended with the message.
    if (options === noOptions) return undefined;
    this.#plan(options);
    return this.#runContinue();
  }

  #plan(options: NextOptions): void {
    this.#idleMs = options.timeoutMs === Number.POSITIVE_INFINITY ? undefined : options.timeoutMs;
    this.#continue = "continue" in options ? { what: options.continue } : undefined;
    this.#hibernates = options.hibernate === true;
  }

  #runContinue(): Outcome | Promise<Outcome> {
    const next = this.#continue;
    if (next === undefined) return undefined;
    this.#continue = undefined;
    this.#idleMs = undefined;
    this.#hibernates = false;
    const handler = this.#definition.continue;
    if (handler === undefined)
      throw new TypeError(`A result asked for a continue, and this server has no "continue" handler.`);
    return this.#take(handler(this.#state, next.what), undefined);
  }

  #cancelIdle(): void {
    if (this.#idleTimer !== undefined) this.#process.kernel.timers.stop(this.#idleTimer);
    this.#idleTimer = undefined;
    this.#idleMs = undefined;
  }
}

function badReturn(result: unknown): ExitReason {
  let shown: unknown;
  if (result instanceof Error) shown = errorData(result);
  else if (result instanceof SystemMessage || typeof result === "function" || typeof result === "symbol")
    shown = String(result);
  else shown = result;
  return { bad_return_value: shown };
}

// The handlers of one event manager, the latest first: runs their callbacks, and lets go of those that leave or fail.
import { link, unlink } from "../process/acting.ts";
import { asData } from "../process/data.ts";
import { type ExitReason, ExitSelf, reasonOfThrown } from "../process/exit-reason.ts";
import { linkTo } from "../process/links.ts";
import { type Pid, samePid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import {
  type AnyCallbacks,
  type AnySuccessor,
  type HandlerEnd,
  HandlerExitMessage,
  type HandlerGone,
  Remove,
  Swap,
} from "./event-handler.ts";
import { InitOk, InitStop, Reply } from "./server-result.ts";

/** A start that failed says why; so does a call to a handler that is not there, or fails. */
export type AddHandler = { readonly ok: true } | { readonly ok: false; readonly reason: ExitReason };
export type CallHandler<R = unknown> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: "not_found" }
  | { readonly ok: false; readonly error: "failed"; readonly reason: ExitReason };

interface Installed {
  readonly id: string;
  readonly callbacks: AnyCallbacks;
  /** Whoever is told of its end, and takes it along. */
  readonly owner: Pid | undefined;
  state: unknown;
}

/** A callback threw, or returned what it must not. */
class Failed {
  readonly reason: ExitReason;
  constructor(reason: ExitReason) {
    this.reason = reason;
  }
}

export class EventHandlers {
  readonly #manager: Process;
  #installed: readonly Installed[] = [];
  /** Set by a callback that asked for it, until the next turn of the manager. */
  #hibernates = false;

  constructor(manager: Process) {
    this.#manager = manager;
  }

  get ids(): readonly string[] {
    return this.#installed.map(({ id }) => id);
  }

  /** Whether a callback has asked for it since this was asked last. */
  takeHibernation(): boolean {
    const asked = this.#hibernates;
    this.#hibernates = false;
    return asked;
  }

  /**
   * Hands one event, or any other message, to every handler that takes it; false when none does. A promise only where a
   * handler takes its time, fails or leaves: most do neither, and a promise costs more than they do.
   */
  tell(callback: "event" | "info", message: unknown, first = 0): boolean | Promise<boolean> {
    let isTaken = false;
    for (let index = first; index < this.#installed.length; index += 1) {
      const one = this.#installed[index];
      const take = one?.callbacks[callback];
      if (one === undefined || take === undefined) continue;
      isTaken = true;
      const result = this.#run(() => take(one.state, message as never));
      if (!(result instanceof InitOk)) return this.#tellOn(callback, message, index, one, result);
      this.#keep(one, result);
    }
    return isTaken;
  }

  /** Goes on behind the handler at `index`. What stands in its place has not heard, and does not hear, of this. */
  async #tellOn(
    callback: "event" | "info",
    message: unknown,
    index: number,
    one: Installed,
    result: unknown,
  ): Promise<boolean> {
    const next = await this.#next(one, await this.#settled(result), InitOk);
    this.#replace(one, next);
    await this.tell(callback, message, next === undefined ? index : index + 1);
    return true;
  }

  async call(id: string, request: unknown): Promise<CallHandler> {
    const one = this.#find(id);
    if (one === undefined) return { ok: false, error: "not_found" };
    const { call } = one.callbacks;
    if (call === undefined)
      return { ok: false, error: "failed", reason: { bad_request: `Handler "${id}" takes no calls.` } };
    const result = this.#answer(await this.#attempt(() => call(one.state, request)));
    const next = await this.#next(one, result, Reply);
    this.#replace(one, next);
    if (result instanceof Reply || result instanceof Remove || result instanceof Swap)
      return { ok: true, value: result.value };
    return { ok: false, error: "failed", reason: failureOf(result) };
  }

  async add(successor: AnySuccessor, owner?: Pid, before?: HandlerGone): Promise<AddHandler> {
    // Before it begins: an owner that ends meanwhile is an exit in the mailbox.
    const isNew = owner !== undefined && this.#bind(owner);
    const begun = await this.#begin(successor, owner, before);
    if (begun instanceof Failed) {
      if (isNew) unlink(owner);
      return { ok: false, reason: begun.reason };
    }
    this.#installed = [begun, ...this.#installed];
    return { ok: true };
  }

  async delete(id: string, given: unknown): Promise<HandlerGone> {
    const one = this.#take(id);
    if (one === undefined) return { ok: false, error: "not_found" };
    return this.#end(one, { is: "deleted", given }, "normal");
  }

  /** The new handler belongs to whom the old one belonged to, and begins whatever has become of that. */
  async swap(id: string, given: unknown, successor: AnySuccessor): Promise<AddHandler> {
    const one = this.#take(id);
    if (one === undefined) return this.add(successor, undefined, { ok: false, error: "not_found" });
    const before = await this.#end(one, { is: "swapped", given }, { swapped: successor.id });
    return this.add(successor, one.owner, before);
  }

  /** The handlers of a process that has ended go with it. */
  async ownerExited(owner: Pid, reason: ExitReason): Promise<void> {
    const isOwned = (one: Installed): boolean => one.owner !== undefined && samePid(one.owner, owner);
    const owned = this.#installed.filter(isOwned);
    this.#installed = this.#installed.filter((one) => !isOwned(one));
    for (const one of owned) await this.#end(one, { is: "owner_exited", reason }, "shutdown");
  }

  /** The manager ends: owners are told, and do not fall with it. */
  async stopAll(): Promise<void> {
    const all = this.#installed;
    this.#installed = [];
    for (const one of all) await this.#end(one, { is: "stopped" }, "shutdown");
    const parent = this.#manager.parent?.pid;
    for (const { owner } of all) {
      if (owner !== undefined && (parent === undefined || !samePid(owner, parent))) unlink(owner);
    }
  }

  /** As reports show them. */
  state(): unknown {
    return this.#installed.map((one) => ({ id: one.id, state: shownState(one) }));
  }

  /** Links the manager to an owner; false where they were linked before, by whomever. */
  #bind(owner: Pid): boolean {
    const process = this.#manager.kernel.find(owner);
    if (process !== undefined && linkTo(this.#manager, process) !== undefined) return false;
    link(owner);
    return true;
  }

  #find(id: string): Installed | undefined {
    return this.#installed.find((one) => one.id === id);
  }

  #take(id: string): Installed | undefined {
    const one = this.#find(id);
    this.#installed = this.#installed.filter((other) => other !== one);
    return one;
  }

  /** The handler goes on with the state that it gave. */
  #keep(one: Installed, { state, options }: InitOk<unknown> | Reply<unknown, unknown>): Installed {
    one.state = state;
    if (options.hibernate === true) this.#hibernates = true;
    return one;
  }

  #replace(one: Installed, next: Installed | undefined): void {
    if (next === one) return;
    this.#installed = this.#installed.flatMap((other) => (other === one ? (next ?? []) : other));
  }

  /** The handler that stands in the place of `one` after a callback: itself, its successor, or none. */
  async #next(
    one: Installed,
    result: unknown,
    GoOn: typeof InitOk | typeof Reply,
  ): Promise<Installed | undefined> {
    if (result instanceof GoOn) return this.#keep(one, result);
    if (result instanceof Remove) {
      await this.#end(one, { is: "removed" }, "normal");
      return undefined;
    }
    if (result instanceof Swap) {
      one.state = result.state;
      const { successor } = result;
      const before = await this.#end(one, { is: "swapped", given: undefined }, { swapped: successor.id });
      const begun = await this.#begin(successor, one.owner, before);
      if (!(begun instanceof Failed)) return begun;
      this.#report({ ...one, id: successor.id, state: undefined }, begun.reason);
      this.#tellOwner(successor.id, one.owner, begun.reason);
      return undefined;
    }
    const reason = failureOf(result);
    await this.#end(one, { is: "failed", reason }, reason);
    return undefined;
  }

  async #begin(
    { handler, id, input }: AnySuccessor,
    owner: Pid | undefined,
    before: HandlerGone | undefined,
  ): Promise<Installed | Failed> {
    const { callbacks } = handler;
    const result = await this.#attempt(() => callbacks.init(input, before));
    if (result instanceof InitStop) return new Failed(dataOf(result.reason) as ExitReason);
    if (!(result instanceof InitOk)) return new Failed(failureOf(result));
    return { id, callbacks, owner, state: result.state };
  }

  async #end(one: Installed, end: HandlerEnd, reason: ExitReason): Promise<HandlerGone> {
    const { terminate } = one.callbacks;
    if (end.is === "failed") this.#report(one, end.reason);
    const given = terminate === undefined ? undefined : await this.#attempt(() => terminate(one.state, end));
    const value = this.#data(given);
    this.#tellOwner(one.id, one.owner, reason);
    if (!(value instanceof Failed)) return { ok: true, value };
    this.#report(one, value.reason);
    return { ok: false, error: "failed", reason: value.reason };
  }

  /** The result of a call. An answer that cannot be sent is a failure of who gives it. */
  #answer(result: unknown): unknown {
    if (!(result instanceof Reply || result instanceof Remove || result instanceof Swap)) return result;
    const value = this.#data(result.value);
    return value instanceof Failed ? value : result;
  }

  /** `value`, as the node's boundary has it, or why it cannot be sent. */
  #data(value: unknown): unknown {
    if (value instanceof Failed) return value;
    try {
      return this.#manager.kernel.data(value, "what a handler gives");
    } catch (thrown) {
      return new Failed(reasonOfThrown(thrown, this.#manager));
    }
  }

  #tellOwner(id: string, owner: Pid | undefined, reason: ExitReason): void {
    if (owner === undefined) return;
    const { kernel, pid } = this.#manager;
    kernel.find(owner)?.deliver(new HandlerExitMessage(pid, id, reason));
  }

  #report(one: Installed, reason: ExitReason): void {
    const { kernel, pid, name } = this.#manager;
    kernel.events.emit("handler_failed", { pid, name, handler: one.id, reason, state: shownState(one) });
  }

  async #attempt(callback: () => unknown): Promise<unknown> {
    return this.#settled(this.#run(callback));
  }

  /**
   * What a callback gives at once, or how it failed.
   * @throws {ExitSelf} the manager was killed meanwhile: it runs no callback any more
   */
  #run(callback: () => unknown): unknown {
    let result: unknown;
    try {
      result = callback();
    } catch (thrown) {
      result = new Failed(reasonOfThrown(thrown, this.#manager));
    }
    this.#goOn();
    return result;
  }

  /** As `#run`, for what takes its time. */
  async #settled(result: unknown): Promise<unknown> {
    if (!(result instanceof Promise)) return result;
    const settled = await result.catch(
      (thrown: unknown) => new Failed(reasonOfThrown(thrown, this.#manager)),
    );
    this.#goOn();
    return settled;
  }

  #goOn(): void {
    if (!this.#manager.isAlive) throw new ExitSelf("killed");
  }
}

function failureOf(result: unknown): ExitReason {
  return result instanceof Failed ? result.reason : { bad_return_value: dataOf(result) };
}

/** What a callback gave, fit to be sent; where it is no data, what is wrong with it. */
function dataOf(value: unknown): unknown {
  try {
    return asData(value, "what a handler gave");
  } catch (thrown) {
    return reasonOfThrown(thrown);
  }
}

/** What cannot be shown must not keep the manager from going on. */
function shownState({ callbacks, state }: Installed): unknown {
  try {
    return callbacks.formatState === undefined ? state : callbacks.formatState(state);
  } catch {
    return "(its state could not be shown)";
  }
}

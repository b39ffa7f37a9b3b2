// A process: an identity, a mailbox, a behaviour, and one way to die. It handles messages in turns that the scheduler gives it.
import { limits } from "../limits.ts";
import { type AnyLogic, hostLogic, logicName } from "../logic/logic.ts";
import { type Ancestor, asAncestor } from "./ancestor.ts";
import { Backlog, backlogAfterTurn } from "./backlog.ts";
import {
  type Behaviour,
  InitIgnored,
  type InitOutcome,
  InitRefused,
  type Outcome,
  Stopping,
} from "./behaviour.ts";
import { failCallers } from "./calls.ts";
import { reportCrash } from "./crash-report.ts";
import { runTurn } from "./current.ts";
import { announceEnd } from "./ending.ts";
import { type ExitReason, isOrderly, reasonOfThrown } from "./exit-reason.ts";
import { Holder, letGo } from "./holdings.ts";
import { endOf, type FailedStart, failedStart, runInit } from "./init.ts";
import type { Kernel } from "./kernel.ts";
import { type Item, isUserItem, Mailbox, type MailboxBound, Request } from "./mailbox.ts";
import { admit, tellLongMailbox } from "./mailbox-bound.ts";
import { isForRuntime, isOrder, receiveSystemMessage, TurnOver } from "./orders.ts";
import type { OwnPid } from "./pid.ts";
import type { ProcessOptions, Starter } from "./process-options.ts";
import type { Runnable } from "./scheduler.ts";
import { SystemMessage } from "./system-message.ts";

/** `new`: init has not run. `working`: a promise of the behaviour is pending. `ending`: its terminate is. */
export type Phase = "new" | "live" | "working" | "suspended" | "ending" | "ended";

export class Process extends Holder implements Runnable {
  readonly pid: OwnPid;
  readonly kernel: Kernel;
  readonly behaviour: Behaviour;
  readonly logic: AnyLogic;
  readonly mailbox: Mailbox;
  /** Who started it linked. */
  readonly parent: Ancestor | undefined;
  readonly bound: MailboxBound | undefined;
  messagesHandled = 0;
  #backlog: Backlog | undefined;
  #phase: Phase = "new";
  #queued = false;
  #toldLong = false;
  #doom: ExitReason | undefined;
  #handling: Item | undefined;
  #start: { readonly input: unknown; readonly starter: Starter | undefined } | undefined;

  constructor(kernel: Kernel, options: ProcessOptions) {
    super();
    this.kernel = kernel;
    this.pid = kernel.nextPid(this);
    this.logic = options.logic;
    this.parent = options.parent && asAncestor(options.parent);
    this.groupLeader = options.groupLeader;
    this.trapsExits = options.trapsExits;
    this.bound = options.bound;
    this.mailbox = new Mailbox(options.bound !== undefined);
    this.#start = { input: options.input, starter: options.starter };
    this.behaviour = hostLogic(this, options.logic);
  }

  get logicName(): string {
    return logicName(this.logic);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get isStarting(): boolean {
    return this.#start !== undefined;
  }

  get isQueued(): boolean {
    return this.#queued;
  }

  /** Milliseconds that the oldest message has been waiting at least; undefined where none waits. */
  get oldestWaitingMs(): number | undefined {
    return this.mailbox.length === 0 ? undefined : (this.#backlog?.ageMs(this) ?? 0);
  }

  /** True from the moment on which nobody can reach it any more. */
  get hasEnded(): boolean {
    return this.#phase === "ended";
  }

  /** False as soon as its end is certain, even if it has not had its last turn. */
  get isAlive(): boolean {
    return this.#phase !== "ended" && this.#doom === undefined;
  }

  /** Why its code has no effect any more: it was told to end, or has ended. What it does to clean up still counts. */
  get doom(): ExitReason | undefined {
    return this.#doom === undefined || this.#phase === "ending" ? undefined : this.#doom;
  }

  /** Queues the process for its first turn, in which `init` runs. */
  begin(): void {
    this.#enqueue();
  }

  /** Puts a message into the mailbox, or applies the bound's policy. Never throws at the sender. */
  deliver(item: Item, priority = false): void {
    if (this.#phase === "ended") {
      if (item instanceof Request && item.from !== undefined) failCallers(this, "noproc");
      return;
    }
    if (this.bound !== undefined && isUserItem(item) && !admit(this, item, this.bound)) return;
    if (priority) this.mailbox.pushPriority(item);
    else this.mailbox.push(item);
    if (this.#toldLong || this.mailbox.length >= limits.mailboxHighWaterMessages) {
      this.#toldLong = tellLongMailbox(this, this.#toldLong);
    }
    if (!this.#queued && this.#phase === "live") this.#enqueue();
    else if (this.#backlog === undefined || this.#phase === "suspended") this.#leaveWaiting(item);
  }

  #leaveWaiting(item: Item): void {
    this.#backlog ??= new Backlog(this);
    if (this.#phase === "suspended" && isOrder(this, item)) this.#enqueue();
  }

  /** Its messages wait until `resume`; signals end it all the same. It is suspended once, however often it is asked. */
  suspend(): void {
    if (this.#phase === "live") this.#phase = "suspended";
  }

  resume(): void {
    if (this.#phase === "suspended") this.#phase = "live";
  }

  /** Makes the process end with `reason`, before any other message. The first reason counts. */
  doomWith(reason: ExitReason): void {
    if (this.#doom !== undefined || this.#phase === "ended") return;
    this.#doom = reason;
    this.kernel.scheduler.urgent(this);
  }

  /** Ends the process for something that its code threw where nobody could catch it. */
  crash(thrown: unknown): void {
    this.doomWith(reasonOfThrown(thrown, this));
  }

  turn(): void {
    this.#queued = false;
    if (this.#phase === "ended") return;
    if (this.#doom === undefined && (this.#phase === "working" || this.#phase === "ending")) return;
    runTurn(this);
  }

  /** What one turn does; runs as this process. */
  work(): void {
    if (this.#doom !== undefined) {
      this.#finish(this.#doom);
      return;
    }
    if (this.#phase === "live") {
      if (this.behaviour.pulls) this.#offerMessages();
      else this.#handleMessages();
    } else if (this.#phase === "new") this.#initialize();
    else this.#handleOrder();
  }

  #handleMessages(): void {
    const { watch } = this;
    const { scheduler } = this.kernel;
    if (watch !== undefined) watch.turn();
    for (let handled = 1; ; handled += 1) {
      const item = this.mailbox.shift();
      if (item === undefined) return;
      if (watch !== undefined) watch.in(item);
      if (!this.#handle(item)) return;
      if (watch !== undefined) watch.handled();
      if (this.#doom !== undefined) {
        this.#finish(this.#doom);
        return;
      }
      if (this.mailbox.length === 0) {
        this.#backlog = undefined;
        this.behaviour.waits();
        return;
      }
      if (scheduler.spend() || handled >= limits.turnMessagesMax) {
        this.#backlog = backlogAfterTurn(this, this.#backlog);
        this.#enqueue();
        return;
      }
    }
  }

  /** True when the process can go on to the next message at once. */
  #handle(item: Item): boolean {
    this.messagesHandled += 1;
    this.#handling = item;
    let outcome: Outcome | TurnOver | Promise<Outcome>;
    try {
      outcome =
        item instanceof SystemMessage ? receiveSystemMessage(this, item) : this.behaviour.receive(item);
    } catch (thrown) {
      return this.#stop(reasonOfThrown(thrown, this));
    }
    if (outcome === undefined) return true;
    return this.#settle(outcome);
  }

  /** While it is suspended: one thing that is asked of it, in a turn of its own. */
  #handleOrder(): void {
    const item = this.mailbox.take((candidate) => isOrder(this, candidate));
    if (item !== undefined) this.#handle(item);
  }

  /** Goes on from what a callback gave back; true when that can be at once. */
  #settle(outcome: Outcome | TurnOver | Promise<Outcome>): boolean {
    if (outcome === undefined) return true;
    if (outcome instanceof Stopping) return this.#stop(outcome.reason);
    if (outcome instanceof TurnOver) {
      if (this.#phase === "suspended") this.#enqueue();
      else this.#goOn();
      return false;
    }
    this.#phase = "working";
    this.#backlog = backlogAfterTurn(this, this.#backlog);
    outcome.then(
      (settled) => this.#resume(() => this.#settle(settled)),
      (thrown: unknown) => this.#resume(() => this.#stop(reasonOfThrown(thrown, this))),
    );
    return false;
  }

  /** A promise of the behaviour came back: the process lives on, unless it ended meanwhile. */
  #resume(next: () => boolean): void {
    if (this.#phase !== "working") return;
    this.#phase = "live";
    if (this.#doom !== undefined || !next()) return;
    this.watch?.handled();
    this.#goOn();
  }

  #goOn(): void {
    if (this.#phase !== "live") return;
    if (this.mailbox.length === 0) this.behaviour.waits();
    this.#backlog = backlogAfterTurn(this, this.#backlog);
    if (this.mailbox.length > 0) this.#enqueue();
  }

  #initialize(): void {
    this.#phase = "working";
    const outcome = runInit(this, this.#start?.input);
    if (outcome instanceof Promise) outcome.then((settled) => this.#initialized(settled));
    else this.#initialized(outcome);
  }

  #initialized(outcome: InitOutcome): void {
    if (this.#phase !== "working" || this.#doom !== undefined) return;
    if (outcome instanceof InitRefused || outcome instanceof InitIgnored) {
      this.#finish(endOf(outcome), failedStart(outcome));
      return;
    }
    this.#phase = "live";
    const starter = this.#start?.starter;
    this.#start = undefined;
    starter?.started(this);
    if (outcome instanceof Stopping) {
      this.#stop(outcome.reason);
      return;
    }
    let first: Outcome | Promise<Outcome>;
    try {
      first = this.behaviour.started();
    } catch (thrown) {
      this.#stop(reasonOfThrown(thrown, this));
      return;
    }
    if (this.#settle(first)) this.#goOn();
  }

  /** A function reads its mailbox itself; what the runtime must do at once is taken out for it. */
  #offerMessages(): void {
    this.watch?.turn();
    for (;;) {
      const item = this.mailbox.take(isForRuntime);
      if (item === undefined) break;
      if (!this.#handle(item)) return;
    }
    if (this.#doom !== undefined) return;
    this.behaviour.arrived();
    this.#backlog = backlogAfterTurn(this, this.#backlog);
  }

  /** An orderly stop or a crash: terminate, then the end. Always false: nothing more is handled. */
  #stop(reason: ExitReason): boolean {
    // Killed by its own doing: it runs no more code.
    if (this.#doom !== undefined) {
      this.#finish(this.#doom);
      return false;
    }
    this.#phase = "ending";
    let ended: void | Promise<void>;
    try {
      ended = this.behaviour.terminate(reason);
    } catch (thrown) {
      this.#finish(reasonOfThrown(thrown, this));
      return false;
    }
    if (ended instanceof Promise) {
      ended.then(
        () => this.#finish(reason),
        (thrown: unknown) => this.#finish(reasonOfThrown(thrown, this)),
      );
    } else {
      this.#finish(reason);
    }
    return false;
  }

  /** The one way to die: let go of everything, disappear, and only then tell those who wait, watch or are linked. */
  #finish(reason: ExitReason, start?: FailedStart): void {
    if (this.#phase === "ended") return;
    const output = this.behaviour.output();
    if (!isOrderly(reason) && this.#start === undefined) reportCrash(this, reason, this.#handling);
    this.#doom ??= reason;
    this.#release();
    const starter = this.#start?.starter;
    this.#start = undefined;
    this.watch?.ended(reason);
    announceEnd(this, starter, { reason, output, start });
  }

  #release(): void {
    this.#phase = "ending";
    try {
      this.behaviour.release();
    } catch {
      // Nobody is left to tell, and the rest must be let go of all the same.
    }
    this.#phase = "ended";
    letGo(this);
  }

  #enqueue(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.kernel.scheduler.ready(this);
  }
}

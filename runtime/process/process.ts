// A process: an identity, a mailbox, a behaviour, and one way to die. It handles messages in turns that the scheduler gives it.
import { limits } from "../limits.ts";
import {
  type Behaviour,
  InitIgnored,
  type InitOutcome,
  InitRefused,
  type Outcome,
  Stopping,
} from "./behaviour.ts";
import { failCallers, type PendingCall } from "./calls.ts";
import type { Chain } from "./chain.ts";
import { reportCrash } from "./crash-report.ts";
import { runTurn } from "./current.ts";
import { type ExitReason, isOrderly, reasonOfThrown } from "./exit-reason.ts";
import { letGo } from "./holdings.ts";
import type { Kernel } from "./kernel.ts";
import { breakLinks, type LinkEnd, removeLink } from "./links.ts";
import { type Item, isUserItem, Mailbox, type MailboxBound, Request } from "./mailbox.ts";
import { admit, tellLongMailbox } from "./mailbox-bound.ts";
import { type DownListener, type Monitor, takeListener, tellWatchers } from "./monitors.ts";
import { type OwnPid, type Pid, samePid } from "./pid.ts";
import type { OwnedTimer } from "./owned-timer.ts";
import type { ProcessOptions, Starter } from "./process-options.ts";
import type { Runnable } from "./scheduler.ts";
import { DownMessage, ExitMessage, StopMessage, SystemMessage, TurnMessage } from "./system-message.ts";

/** `new`: init has not run. `working`: a promise of the behaviour is pending. `ending`: its terminate is. */
type Phase = "new" | "live" | "working" | "ending" | "ended";

export class Process implements Runnable {
  readonly pid: OwnPid;
  readonly kernel: Kernel;
  readonly behaviour: Behaviour;
  readonly logicName: string;
  readonly mailbox: Mailbox;
  readonly parent: Process | undefined;
  readonly bound: MailboxBound | undefined;
  groupLeader: Pid | undefined;
  trapsExits: boolean;
  name: string | undefined;
  links: Chain<LinkEnd> | undefined;
  watchers: Chain<Monitor> | undefined;
  watching: Map<number, Monitor> | undefined;
  downListeners: Map<number, DownListener> | undefined;
  aliases: Set<number> | undefined;
  /** Calls that wait for this process. */
  callers: Chain<PendingCall> | undefined;
  /** Own calls without a deadline, which nothing else would ever take back. */
  endlessCalls: Set<PendingCall> | undefined;
  timers: Chain<OwnedTimer> | undefined;
  /** Lets go of what others keep for this process (registry keys, groups) before anybody hears of its end. */
  releases: Set<() => void> | undefined;
  messagesHandled = 0;
  #phase: Phase = "new";
  #queued = false;
  #toldLong = false;
  #doom: ExitReason | undefined;
  #handling: Item | undefined;
  #start: { readonly input: unknown; readonly starter: Starter | undefined } | undefined;

  constructor(kernel: Kernel, options: ProcessOptions) {
    this.kernel = kernel;
    this.pid = kernel.nextPid(this);
    this.logicName = options.logicName;
    this.parent = options.parent;
    this.groupLeader = options.groupLeader;
    this.trapsExits = options.trapsExits;
    this.bound = options.bound;
    this.mailbox = new Mailbox(options.bound !== undefined);
    this.#start = { input: options.input, starter: options.starter };
    this.behaviour = options.behaviour(this);
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
    return this.#phase === "ending" ? undefined : this.#doom;
  }

  /** Gives the process its first turn, in which `init` runs. */
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
  }

  /** Makes the process end with `reason`, before any other message. The first reason counts. */
  doomWith(reason: ExitReason): void {
    if (this.#doom !== undefined || this.#phase === "ended") return;
    this.#doom = reason;
    this.kernel.scheduler.urgent(this);
  }

  /** Ends the process for something that its code threw where nobody could catch it. */
  crash(thrown: unknown): void {
    this.doomWith(reasonOfThrown(thrown));
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
    if (this.#phase === "new") this.#initialize();
    else if (this.behaviour.pulls) this.#offerMessages();
    else this.#handleMessages();
  }

  #handleMessages(): void {
    const { scheduler } = this.kernel;
    for (let handled = 1; ; handled += 1) {
      const item = this.mailbox.shift();
      if (item === undefined) return;
      if (!this.#handle(item)) return;
      if (this.#doom !== undefined) {
        this.#finish(this.#doom);
        return;
      }
      if (this.mailbox.length === 0) {
        this.behaviour.waits();
        return;
      }
      if (scheduler.spend() || handled >= limits.turnMessagesMax) {
        this.#enqueue();
        return;
      }
    }
  }

  /** True when the process can go on to the next message at once. */
  #handle(item: Item): boolean {
    this.messagesHandled += 1;
    this.#handling = item;
    if (item instanceof SystemMessage) {
      const handled = this.#handleSystemMessage(item);
      if (handled !== undefined) return handled;
    }
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.behaviour.receive(item);
    } catch (thrown) {
      return this.#fail(thrown);
    }
    if (outcome === undefined) return true;
    return this.#settle(outcome);
  }

  /** As `#handle`, for what is the runtime's own business; undefined where the behaviour shall see it. */
  #handleSystemMessage(item: SystemMessage): boolean | undefined {
    if (item instanceof TurnMessage) return this.#guard(item.run);
    if (item instanceof StopMessage) return this.#stop(item.reason);
    // An exit of the parent is an order: a process that traps ends in good order with that reason.
    if (item instanceof ExitMessage && this.parent !== undefined && samePid(item.from, this.parent.pid)) {
      return this.#stop(item.reason);
    }
    const listener = item instanceof DownMessage ? takeListener(this, item) : undefined;
    if (listener !== undefined) return this.#guard(listener);
    return undefined;
  }

  #guard(run: () => void): boolean {
    try {
      run();
      return true;
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** Goes on from what a callback gave back; true when that can be at once. */
  #settle(outcome: Outcome | Promise<Outcome>): boolean {
    if (outcome === undefined) return true;
    if (outcome instanceof Stopping) return this.#stop(outcome.reason);
    this.#phase = "working";
    outcome.then(
      (settled) => this.#resume(() => this.#settle(settled)),
      (thrown: unknown) => this.#resume(() => this.#fail(thrown)),
    );
    return false;
  }

  /** A promise of the behaviour came back: the process lives on, unless it ended meanwhile. */
  #resume(next: () => boolean): void {
    if (this.#phase !== "working") return;
    this.#phase = "live";
    if (this.#doom === undefined && next()) this.#goOn();
  }

  #goOn(): void {
    if (this.#phase !== "live") return;
    if (this.mailbox.length === 0) this.behaviour.waits();
    if (this.mailbox.length > 0) this.#enqueue();
  }

  #initialize(): void {
    this.#phase = "working";
    let outcome: InitOutcome | Promise<InitOutcome>;
    try {
      outcome = this.behaviour.init(this.#start?.input);
    } catch (thrown) {
      this.#finish(reasonOfThrown(thrown));
      return;
    }
    if (outcome instanceof Promise) {
      outcome.then(
        (settled) => this.#initialized(settled),
        (thrown: unknown) => this.#initialized(new InitRefused(reasonOfThrown(thrown), false)),
      );
      return;
    }
    this.#initialized(outcome);
  }

  #initialized(outcome: InitOutcome): void {
    if (this.#phase !== "working" || this.#doom !== undefined) return;
    if (outcome instanceof InitRefused) {
      this.#finish(outcome.quiet ? "normal" : outcome.reason, { reason: outcome.reason, ignored: false });
      return;
    }
    if (outcome instanceof InitIgnored) {
      this.#finish("normal", { reason: "normal", ignored: true });
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
      this.#fail(thrown);
      return;
    }
    if (this.#settle(first)) this.#goOn();
  }

  /** A function reads its mailbox itself; what the runtime must do at once is taken out for it. */
  #offerMessages(): void {
    for (;;) {
      const item = this.mailbox.take(
        (candidate) =>
          candidate instanceof TurnMessage ||
          candidate instanceof StopMessage ||
          (candidate instanceof DownMessage && this.downListeners?.has(candidate.ref.ref) === true),
      );
      if (item === undefined) break;
      if (!this.#handle(item)) return;
    }
    if (this.#doom === undefined) this.behaviour.arrived();
  }

  #fail(thrown: unknown): boolean {
    if (this.#doom === undefined) return this.#stop(reasonOfThrown(thrown));
    this.#finish(this.#doom);
    return false;
  }

  /** An orderly stop or a crash: terminate, then the end. Always false: nothing more is handled. */
  #stop(reason: ExitReason): boolean {
    this.#phase = "ending";
    let ended: void | Promise<void>;
    try {
      ended = this.behaviour.terminate(reason);
    } catch (thrown) {
      this.#finish(reasonOfThrown(thrown));
      return false;
    }
    if (ended instanceof Promise) {
      ended.then(
        () => this.#finish(reason),
        (thrown: unknown) => this.#finish(reasonOfThrown(thrown)),
      );
    } else {
      this.#finish(reason);
    }
    return false;
  }

  /** The one way to die: let go of everything, disappear, and only then tell those who wait, watch or are linked. */
  #finish(reason: ExitReason, start?: { readonly reason: ExitReason; readonly ignored: boolean }): void {
    if (this.#phase === "ended") return;
    const output = this.behaviour.output();
    if (!isOrderly(reason) && this.#start === undefined) reportCrash(this, reason, this.#handling);
    this.#doom ??= reason;
    this.#release();
    const starter = this.#start?.starter;
    this.#start = undefined;
    // A starter that traps exits hears of a failed start by its answer alone.
    if (starter !== undefined && this.parent?.trapsExits === true) removeLink(this, this.parent);
    failCallers(this, reason, output);
    tellWatchers(this, reason, output);
    breakLinks(this, reason);
    starter?.failed(this, start?.reason ?? reason, start?.ignored ?? false);
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

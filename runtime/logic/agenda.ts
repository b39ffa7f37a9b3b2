// What a machine has planned for itself beyond XState: events put aside, and timeouts. The rules are gen_statem's, with a
// microstep of XState in the place of one call of a state function: what its actions ask for is done when it is over.
import { Misuse } from "../process/failures.ts";
import type { Process } from "../process/process.ts";
import type { Message } from "../process/protocol.ts";
import { SystemMessage } from "../process/system-message.ts";
import type { HostRef } from "./host-ref.ts";
import type { HostSystem } from "./host-system.ts";
import { Postponed } from "./postponed.ts";
import { Timeouts } from "./timeouts.ts";

/** The part of a machine's snapshot that tells its state: every state that it is in. */
export interface Configured {
  readonly _nodes: readonly object[];
}

/** A transition that a microstep took. An eventless one (`always`) has no event type. */
export interface Taken {
  readonly eventType: string;
  readonly target?: readonly object[] | undefined;
}

/** In the mailbox, before all that is there: the agenda has an event for the machine. */
export class AgendaTurn extends SystemMessage {
  /** The event's type, so that a crash report names it. */
  type = "sys.agenda";
}

export class Agenda {
  readonly postponed: Postponed;
  readonly timeouts: Timeouts;
  readonly #process: Process;
  readonly #turn = new AgendaTurn();
  /** The state as the last microstep left it; unknown behind the initial one, which XState does not announce. */
  #nodes: readonly object[] | undefined;
  #plans: ((timeouts: Timeouts) => void)[] = [];
  #postpones = false;
  #hasPostponed = false;

  constructor(process: Process, system: HostSystem, owner: HostRef) {
    this.#process = process;
    this.postponed = new Postponed(process);
    this.timeouts = new Timeouts(system, owner);
  }

  /** True while it has an event for the machine that needs no change of state and no more time. */
  get isBusy(): boolean {
    return this.postponed.hasRecalled || this.timeouts.hasImmediate;
  }

  /** The machine is about to handle an event at `snapshot`. */
  begin(snapshot: Configured): void {
    this.#nodes = snapshot._nodes;
  }

  /** An action of a microstep that began at `left` has something done to the timeouts. */
  plan(left: Configured, event: Message, run: (timeouts: Timeouts) => void): void {
    if (isStart(left, event)) {
      run(this.timeouts);
      return;
    }
    this.#nodes = left._nodes;
    this.#plans.push(run);
  }

  /**
   * An action of a microstep that began at `left` puts its event aside.
   * @throws {Misuse} the machine has no event yet
   */
  postpone(left: Configured, event: Message): void {
    if (event.type === "xstate.init")
      throw new Misuse(
        "postpone puts the event aside that is being handled, and a machine that starts has none. Use it where an event is handled.",
      );
    this.#nodes = left._nodes;
    this.#postpones = true;
  }

  /** A microstep for `event` is over. */
  stepped(event: Message, { _nodes: nodes }: Configured, taken: readonly Taken[]): void {
    // What a step that failed had asked for must not happen.
    if (event.type === "xstate.stop") return;
    if (taken[0]?.eventType !== "") {
      this.timeouts.cancel("event");
      this.#hasPostponed = false;
    }
    if (this.#postpones && !this.#hasPostponed) {
      this.postponed.add(event);
      this.#hasPostponed = true;
    }
    this.#postpones = false;
    const hasChanged =
      this.#nodes === undefined
        ? taken.some(({ target }) => target !== undefined)
        : !same(this.#nodes, nodes);
    this.#nodes = nodes;
    if (hasChanged) {
      this.timeouts.cancel("state");
      this.postponed.recall();
    }
    for (const run of this.#plans.splice(0)) run(this.timeouts);
  }

  /** Has the machine given its next event before any other message, if there is one. */
  call(): void {
    if (!this.isBusy) return;
    // One event a message: so a kill, the other processes and I/O get in between, however many there are.
    this.#process.deliver(this.#turn, true);
  }

  /** Takes the event that the machine was called for; undefined when it was cancelled since. */
  next(): Message | undefined {
    const event = this.postponed.shift() ?? this.timeouts.shift();
    if (event !== undefined) this.#turn.type = event.type;
    return event;
  }
}

/** True in the initial microstep, which is entered from no state but the root. */
export function isStart({ _nodes: nodes }: Configured, event: Message): boolean {
  return event.type === "xstate.init" && nodes.length === 1;
}

/** XState keeps the array while the state stays, but where there is a history state it may make an equal one. */
function same(left: readonly object[], right: readonly object[]): boolean {
  return left === right || (left.length === right.length && left.every((node) => right.includes(node)));
}

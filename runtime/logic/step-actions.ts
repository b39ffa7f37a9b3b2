// Actions that look at the step that a machine takes, or plan what follows it: put its event aside, start a timeout, see the
// state that it came from. XState hands plain actions too little for that, so these have the shape of its own built-in ones.
import { Misuse } from "../process/failures.ts";
import type { Message } from "../process/protocol.ts";
import { type ActionScope, type Planned, type ProcessAction, planned } from "./actions.ts";
import { type Agenda, type Configured, isStart } from "./agenda.ts";
import { HostSystem } from "./host-system.ts";
import type { TimeoutKey } from "./timeouts.ts";

/** An action that plans events: `Event` is any that the machine takes, `Handled` one that it takes where the action is. */
export interface StepAction<Context, Handled, Event> {
  (scope: ActionScope<Context, Handled>): void;
  /** By this name XState tells an action which events its machine takes; there is never a value. */
  readonly _out_TEvent?: Event;
}

/** Which state a machine was in: its name, or the states of its regions by their names. */
export type PreviousState = string | { readonly [region: string]: PreviousState | undefined };

export interface TimeoutPlan<Event> {
  /** From 0 on; Infinity stops the timeout that runs. */
  readonly delayMs: number;
  /** What the machine is sent when the time has come. */
  readonly event: Event;
}

interface StepSnapshot extends Configured {
  readonly value: PreviousState;
}

interface StepScope {
  readonly context: unknown;
  readonly event: Message;
  readonly self: unknown;
  readonly system: unknown;
}

/** What is done in the middle of a step, and what behind it, with what the first gave. */
interface Step<Params> {
  readonly type: string;
  readonly resolve: (left: StepSnapshot, scope: StepScope) => Params;
  readonly execute: (params: Params) => void;
}

/**
 * Puts the event that is being handled aside until the state changes. Then it comes again, and with it all others that were
 * put aside, oldest first and before every message that waits. A call is answered when it comes again; where the machine ends
 * before, its caller is told. Going back into the same state (`reenter`) and a change of context alone are no change.
 * Once a step: an event cannot be put aside twice at a time. In a bounded mailbox it goes on to count as waiting.
 * @throws {Misuse} in a step that has no event, the machine's start; and in an actor that is not the process's own machine
 */
export function postpone(): ProcessAction<unknown, unknown> {
  return planning("postpone", (agenda, left, { event }) => agenda.postpone(left, event));
}

/**
 * Sends the machine `event` after `delayMs`, unless what `key` names comes before. It takes the place of the timeout that
 * runs under `key`. A state timeout that is asked for in a step that changes the state belongs to the new state. With a delay
 * of 0 the event comes before every message that waits, and behind raised events and those that come again.
 * @throws {Misuse} the delay is no number of milliseconds; or as `postpone`, but for the start
 */
export function startTimeout<Context, Handled, Event extends Message>(
  key: TimeoutKey,
  plan: Planned<TimeoutPlan<NoInfer<Event>>, Context, Handled>,
): StepAction<Context, Handled, Event> {
  return planning("startTimeout", (agenda, left, scope) => {
    const { delayMs, event } = planned(plan, scope as never);
    if (!(delayMs >= 0)) {
      throw new Misuse(
        `A timeout's delay is a number of milliseconds from 0, or Infinity to stop it; given was ${delayMs}.`,
      );
    }
    agenda.plan(left, scope.event, (timeouts) => timeouts.start(key, delayMs, event));
  });
}

/** Stops a timeout. If its time has come already and the event waits in the mailbox, the machine does not see it. */
export function cancelTimeout(key: TimeoutKey): ProcessAction<unknown, unknown> {
  return planning("cancelTimeout", (agenda, left, { event }) =>
    agenda.plan(left, event, (timeouts) => timeouts.cancel(key)),
  );
}

/** Gives the timeout that runs another event, at the same time as before. Where none runs, that event comes at once. */
export function updateTimeout<Context, Handled, Event extends Message>(
  key: TimeoutKey,
  event: Planned<NoInfer<Event>, Context, Handled>,
): StepAction<Context, Handled, Event> {
  return planning("updateTimeout", (agenda, left, scope) => {
    const next = planned(event, scope as never);
    agenda.plan(left, scope.event, (timeouts) => timeouts.update(key, next));
  });
}

/**
 * An action that is also told the state value from which this step began: in `entry`, the state that was left. Undefined in
 * the first step of all, which begins nowhere. For any XState machine.
 */
export function withPrevious<Context, Handled>(
  run: (scope: ActionScope<Context, Handled> & { readonly previous: PreviousState | undefined }) => void,
): ProcessAction<Context, Handled> {
  return stepAction({
    type: "withPrevious",
    resolve: (left, scope) => ({ ...scope, previous: isStart(left, scope.event) ? undefined : left.value }),
    execute: (scope) => run(scope as never),
  });
}

function planning(
  type: string,
  plan: (agenda: Agenda, left: StepSnapshot, scope: StepScope) => void,
): () => void {
  return stepAction({
    type,
    resolve: (left, scope) => {
      const agenda = scope.system instanceof HostSystem ? scope.system.agendaOf(scope.self) : undefined;
      if (agenda !== undefined) plan(agenda, left, scope);
      return agenda !== undefined;
    },
    // Not before: XState's pure functions work out a step without doing it, and that is right in any place.
    execute: (isHosted) => {
      if (isHosted) return;
      throw new Misuse(
        `${type} works in the machine that a process hosts, and this one runs outside of a process or as an actor inside of another machine. Give it a process of its own with spawn or spawnProcess.`,
      );
    },
  });
}

/** The shape of XState's own actions: `resolve` in the order of the step, `execute` with what it gave. */
function stepAction<Params>({ type, resolve, execute }: Step<Params>): () => void {
  return Object.assign(() => {}, {
    type,
    resolve: (_host: unknown, left: StepSnapshot, scope: StepScope) => [
      left,
      resolve(left, scope),
      undefined,
    ],
    execute: (_host: unknown, params: Params) => execute(params),
  });
}

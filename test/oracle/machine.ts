// A state machine of a scenario as an XState machine, hosted as it is.
import { createMachine, raise } from "xstate";
import {
  type AnyLogic,
  cancelTimeout,
  exit,
  postpone,
  type Ref,
  replyProcess,
  self,
  startTimeout,
  type TimeoutKey,
  withPrevious,
} from "../../runtime/index.ts";
import type { Machine, MachineReaction, MachineState } from "./language.ts";
import { performNow } from "./perform.ts";
import type { Role, Stage } from "./stage.ts";

interface Scope {
  readonly context: { readonly role: Role };
  readonly event: { readonly type: string; readonly replyTo?: Ref };
}

export function machineLogic(stage: Stage, machine: Machine): AnyLogic {
  const config = {
    context: ({ input }: { readonly input: string }) => ({ role: stage.enter(self(), input, machine.log) }),
    initial: machine.initial,
    states: Object.fromEntries(
      Object.entries(machine.states).map(([name, state]) => [name, stateOf(stage, name, state)]),
    ),
  };
  // The configuration is made of data, so there are no types to check it against.
  return createMachine(config as never) as unknown as AnyLogic;
}

function stateOf(stage: Stage, name: string, { entry, on }: MachineState) {
  return {
    entry: [
      // On start Erlang tells the first state as the old one, and this runtime tells none.
      withPrevious(({ context, previous }) =>
        (context as Scope["context"]).role.tell(`enter ${name} from ${String(previous ?? name)}`),
      ),
      ...actionsOf(stage, entry ?? {}),
    ],
    on: Object.fromEntries(
      Object.entries(on).map(([event, reaction]) => [event, transition(stage, name, event, reaction)]),
    ),
  };
}

function transition(stage: Stage, state: string, event: string, reaction: MachineReaction) {
  const seen = ({ context }: Scope): void => context.role.tell(`${event} in ${state}`);
  const target = reaction.to ?? (reaction.repeats === true ? state : undefined);
  return {
    ...(target === undefined ? {} : { target, reenter: reaction.repeats === true }),
    actions: [seen, ...actionsOf(stage, reaction)],
  };
}

function actionsOf(stage: Stage, reaction: MachineReaction): readonly unknown[] {
  const { replies = [], reply, hold } = reaction;
  return [
    ({ context, event }: Scope) => {
      if (hold !== undefined && event.replyTo !== undefined) stage.refs.set(hold, event.replyTo);
      performNow(stage, context.role, reaction.do ?? []);
    },
    ...(reaction.postpones === true ? [postpone()] : []),
    ...(reaction.raises ?? []).map((type) => raise({ type })),
    ...(reaction.starts ?? []).map(({ key, ms, event }) =>
      startTimeout(keyOf(key), { delayMs: ms, event: { type: event } as never }),
    ),
    ...(reaction.cancels ?? []).map((key) => cancelTimeout(keyOf(key))),
    ...(reply === undefined
      ? []
      : [replyProcess<unknown, Scope["event"]>(({ event }) => ({ to: event.replyTo as Ref, value: reply }))]),
    ...(replies.length === 0
      ? []
      : [replyProcess(() => replies.map(([to, value]) => ({ to: stage.ref(to), value })))]),
    ...(reaction.stops === undefined ? [] : [() => exit("normal")]),
  ];
}

function keyOf(name: string): TimeoutKey {
  return name === "event" || name === "state" ? name : { name };
}

// The children of the room: one that saves every number that is added to it, one that leaves that to the runtime, and one that counts time.
import { assign, setup } from "xstate";
import {
  type DurableLogic,
  durable,
  noReply,
  ok,
  type Place,
  type PlacedChild,
  placedChild,
  type Ref,
  reply,
  replyWith,
  saveCheckpoint,
  self,
  server,
} from "../../runtime/index.ts";
import type { Stage } from "./stage.ts";

/** What each of them keeps. */
export interface Counter {
  readonly child: string;
  readonly count: number;
  readonly added: readonly number[];
}

interface Adding {
  readonly number: number;
}

export type ChildKind = "saver" | "lazy" | "ticker";

/** One child of a play. */
export interface ChildPlan {
  readonly supervisor: string;
  readonly id: string;
  /** `s1/a`. */
  readonly name: string;
  readonly kind: ChildKind;
  readonly place: Place;
  /** Started in the middle of the play, or there from the beginning. */
  readonly isDeclared: boolean;
}

/** How the logic of their processes is called. */
export const childKeys: ReadonlySet<string> = new Set<ChildKind>(["saver", "lazy", "ticker"]);

const tickMs = 700;

/** One for all nodes of a play. */
export class ChildLogics {
  readonly byKind: Readonly<Record<ChildKind, DurableLogic>>;

  constructor(stage: Stage) {
    this.byKind = { saver: saver(stage), lazy: lazy(stage), ticker: ticker(stage) };
  }

  specOf({ id, name, kind, place }: ChildPlan): PlacedChild {
    return placedChild(this.byKind[kind], { id, place, input: { child: name, count: 0, added: [] } });
  }
}

function saver(stage: Stage): DurableLogic {
  const logic = server("saver", {
    init: (start: Counter) => {
      stage.begins(self(), start, true);
      return ok(start);
    },
    calls: {
      value: (state: Counter) => {
        stage.turn(self(), state);
        return replyWith(state, state);
      },
      add: async (state: Counter, { number }: Adding) => {
        const pid = self();
        stage.turn(pid, state);
        const next = { ...state, count: state.count + 1, added: [...state.added, number] };
        await saveCheckpoint(next);
        stage.note({ type: "lasts", child: state.child, pid: stage.label(pid), number });
        return replyWith(next.count, next);
      },
    },
    casts: castsOf(stage),
    info: (state: Counter) => {
      stage.begins(self(), state, false);
      return noReply(state);
    },
  });
  return durable(logic, { key: "saver", version: 1, onRestored: { type: "restored" } });
}

function lazy(stage: Stage): DurableLogic {
  const logic = server("lazy", {
    init: (start: Counter) => {
      stage.begins(self(), start, true);
      return ok(start);
    },
    calls: {
      value: (state: Counter) => {
        stage.turn(self(), state);
        return replyWith(state, state);
      },
      add: (state: Counter) => {
        stage.turn(self(), state);
        const next = { ...state, count: state.count + 1 };
        return replyWith(next.count, next);
      },
    },
    casts: castsOf(stage),
    info: (state: Counter) => {
      stage.begins(self(), state, false);
      return noReply(state);
    },
  });
  return durable(logic, { key: "lazy", version: 1, onRestored: { type: "restored" } });
}

function castsOf(stage: Stage) {
  return {
    poke: (state: Counter) => {
      stage.turn(self(), state);
      return noReply(state);
    },
    crash: (state: Counter): never => {
      stage.turn(self(), state);
      throw new Error("as asked");
    },
  };
}

type TickerEvent =
  | { readonly type: "poke" | "crash" | "restored" }
  | { readonly type: "value" | "add"; readonly replyTo?: Ref };

function ticker(stage: Stage): DurableLogic {
  const answered = (replyTo: Ref | undefined, value: unknown): void => {
    if (replyTo !== undefined) reply(replyTo, value);
  };
  const machine = setup({
    types: {} as { context: Counter; events: TickerEvent; input: Counter },
  }).createMachine({
    id: "ticker",
    context: ({ input }) => input,
    entry: ({ context }) => stage.begins(self(), context, true),
    on: {
      poke: { actions: ({ context }) => stage.turn(self(), context) },
      restored: { actions: ({ context }) => stage.begins(self(), context, false) },
      value: {
        actions: ({ context, event }) => {
          stage.turn(self(), context);
          answered(event.replyTo, context);
        },
      },
      add: {
        actions: ({ context, event }) => {
          stage.turn(self(), context);
          answered(event.replyTo, context.count);
        },
      },
      crash: {
        actions: ({ context }) => {
          stage.turn(self(), context);
          throw new Error("as asked");
        },
      },
    },
    initial: "waiting",
    states: {
      waiting: {
        after: {
          [tickMs]: {
            target: "waiting",
            reenter: true,
            actions: [
              ({ context }) => stage.turn(self(), context),
              assign({ count: ({ context }) => context.count + 1 }),
            ],
          },
        },
      },
    },
  });
  return durable(machine, { key: "ticker", version: 1, onRestored: { type: "restored" } });
}

/** What a snapshot of any of them holds. */
export function counterOf(key: string, snapshot: unknown): Counter {
  return (key === "ticker" ? (snapshot as { context: Counter }).context : snapshot) as Counter;
}

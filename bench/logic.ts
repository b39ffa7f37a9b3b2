// XState logic that runs unchanged on both sides of a comparison: in a process of ours and in a raw XState actor.
import { type ActorLogic, assign, fromTransition, setup } from "xstate";

export type CountEvent =
  | { readonly type: "add"; readonly by: number }
  | { readonly type: "tell"; readonly told: () => void };

/** Counts, and tells when everything before was handled. */
export const countingTransition = fromTransition(
  (state: { count: number }, event: CountEvent) => {
    if (event.type === "add") return { count: state.count + event.by };
    if (event.type === "tell") event.told();
    return state;
  },
  { count: 0 },
);

/** The same as a machine with `assign`. */
export const countingMachine = setup({
  types: { context: {} as { count: number }, events: {} as CountEvent },
}).createMachine({
  context: { count: 0 },
  initial: "counting",
  states: {
    counting: {
      on: {
        add: { actions: assign({ count: ({ context, event }) => context.count + event.by }) },
        tell: { actions: ({ event }) => event.told() },
      },
    },
  },
});

type CountSnapshot = {
  readonly status: "active";
  readonly output: undefined;
  readonly error: undefined;
  count: number;
};

/** The least logic that XState runs: no helper of XState around it, and no new state. */
export const bareCounter: ActorLogic<CountSnapshot, CountEvent, undefined> = {
  transition: (snapshot, event) => {
    if (event.type === "add") snapshot.count += event.by;
    else if (event.type === "tell") event.told();
    return snapshot;
  },
  getInitialSnapshot: () => ({ status: "active", output: undefined, error: undefined, count: 0 }),
  getPersistedSnapshot: (snapshot) => snapshot,
};

export interface Ball {
  readonly type: "ball";
  readonly left: number;
}

/** Who gets the ball next is told later, since everybody has to be there first. */
export interface Player {
  next: (ball: Ball) => void;
  readonly done: () => void;
}

/** Passes a ball on until it has no passes left. */
export const passingTransition = fromTransition(
  (player: Player, event: Ball) => {
    // A stop comes here as an event too.
    if (event.type !== "ball") return player;
    if (event.left === 0) player.done();
    else player.next({ type: "ball", left: event.left - 1 });
    return player;
  },
  ({ input }: { input: Player }) => input,
);

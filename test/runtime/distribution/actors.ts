// The processes that tests of several nodes talk to.
import { noReply, ok, type Ref, reply, replyWith, server, stopWith } from "../../../runtime/index.ts";

/** Anything; a payload of type unknown would count as none. */
type Echoed = object | string | number;

interface CounterState {
  readonly total: number;
}

/** Counts, waits, fails and stops on request. */
export const counter = server("counter", {
  init: (input: { readonly start: number } | undefined) => ok<CounterState>({ total: input?.start ?? 0 }),
  calls: {
    bump: (state: CounterState, { by }: { readonly by: number }) =>
      replyWith(state.total + by, { total: state.total + by }),
    echo: (state: CounterState, value: Echoed) => replyWith(value, state),
    hang: (state: CounterState) => noReply(state),
    fail: (): never => {
      throw new Error("asked to fail");
    },
    stop: (state: CounterState, reason: string) => stopWith(reason, state),
  },
  casts: {
    add: (state: CounterState, { by }: { readonly by: number }) => noReply({ total: state.total + by }),
  },
});

/** Keeps the tag of each caller, and answers when it is told to. */
export const clerk = server("clerk", {
  init: () => ok<readonly Ref[]>([]),
  calls: {
    ask: (waiting: readonly Ref[], _: number, from: Ref) => noReply([...waiting, from]),
    count: (waiting: readonly Ref[]) => replyWith(waiting.length, waiting),
  },
  casts: {
    answer: (waiting: readonly Ref[], value: string) => {
      for (const from of waiting) reply(from, value);
      return noReply<readonly Ref[]>([]);
    },
  },
});

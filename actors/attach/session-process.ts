// The process of an attached shell: which message has its session do what, and when it ends.
import {
  type ExitReason,
  noReply,
  ok,
  type Pid,
  type Received,
  replyWith,
  server,
  stopWith,
} from "../../runtime/index.ts";
import type { LocalValue } from "../../runtime/process/data.ts";
import type { Head } from "./channel.ts";
import type { ClientMessage } from "./frames.ts";
import { type Ending, Session, type SessionInput } from "./session.ts";
import type { Result } from "./shell.ts";

interface Arrived {
  readonly from: string;
  readonly head: Head;
  readonly message: ClientMessage | undefined;
}

interface State {
  readonly session: Session;
  /** Why it ends, once it does. */
  readonly ending: Ending | undefined;
}

/** The name that the process of a shell holds. */
export function sessionName(session: string): string {
  return `attach.session.${session}`;
}

export const attachSession = server("attach.session", {
  init: async ({ value: input }: LocalValue<SessionInput>) => {
    const session = new Session(input);
    await session.start();
    return ok<State>({ session, ending: undefined });
  },
  calls: {
    /** Who has the shell, and how. */
    who: (state: State) => {
      const { session, from, mode, line } = state.session.input;
      return replyWith({ session, from, mode, carrier: line.carrier.kind }, state);
    },
  },
  casts: {
    frame: async (state: State, { from, head, message }: Arrived) => {
      // The name is part of the subject, and the broker lets nobody use another's.
      if (from !== state.session.input.from) return noReply(state);
      return next(state, await state.session.receive(head, message));
    },
    printed: (state: State) => next(state, state.session.printed()),
    result: (state: State, result: Result) => next(state, state.session.result(result)),
    /** The carrier has no connection any more. */
    disconnected: (state: State) =>
      next(state, {
        why: "lost",
        text: "The shell is closed, because the connection was lost. The node goes on.",
      }),
  },
  info: async (state, message) => {
    const { session } = state;
    if (message.type === "beat") return next(state, session.beat());
    if (message.type === "deadline") session.expire(Number(message.id));
    if (message.type === "sys.exit") {
      const { from, reason } = message as Received & { readonly from: Pid; readonly reason: ExitReason };
      await session.evaluatorEnded(from, reason);
    }
    return noReply(state);
  },
  terminate: ({ session, ending }) =>
    session.end(ending ?? { why: "stopping", text: "The node closes its shells, or stops." }),
  formatState: ({ session }) => {
    const { session: id, from, mode } = session.input;
    return { session: id, from, mode };
  },
});

function next(state: State, ending: Ending | undefined) {
  return ending === undefined ? noReply(state) : stopWith("normal", { ...state, ending });
}

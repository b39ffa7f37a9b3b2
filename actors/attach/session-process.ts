// The process of an attached shell: which message has its session do what, and when it ends.
import type { Carrier } from "../../runtime/carrier.ts";
import { noReply, ok, replyWith, server, stopWith } from "../../runtime/index.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { ExitMessage } from "../../runtime/process/system-message.ts";
import type { Head } from "./channel.ts";
import type { ClientMessage } from "./frames.ts";
import { type Ending, Session, type SessionInput } from "./session.ts";
import type { Result } from "./shell.ts";

/** A frame, and the way that it came. */
interface Arrived {
  readonly carrier: Carrier;
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
  // Other nodes and tools may send to any process: only what cannot travel was said on this node.
  casts: {
    frame: async (state: State, arrived: LocalValue<Arrived>) => {
      if (!(arrived instanceof LocalValue)) return noReply(state);
      const { carrier, from, head, message } = arrived.value;
      const { from: owner, line } = state.session.input;
      // The name is part of the subject, and the broker lets nobody use another's. Two ways may have one name for two people.
      if (from !== owner || carrier !== line.carrier) return noReply(state);
      return next(state, await state.session.receive(head, message));
    },
    printed: (state: State) => next(state, state.session.printed()),
    result: (state: State, result: LocalValue<Result>) =>
      result instanceof LocalValue ? next(state, state.session.result(result.value)) : noReply(state),
  },
  info: async (state, message) => {
    const { session } = state;
    if (message.type === "beat") return next(state, session.beat());
    if (message.type === "deadline") session.expire(Number(message.id));
    if (message instanceof ExitMessage) await session.evaluatorEnded(message.from, message.reason);
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

// The process around a supervisor's children: every request, exit and retry is one message, dealt with one after the other.
import type { NativeLogic } from "../logic/logic.ts";
import { server } from "../logic/server.ts";
import {
  type Awaitable,
  type CastResult,
  type InitResult,
  noReply,
  type Reply,
  replyWith,
  stopWith,
} from "../logic/server-result.ts";
import { trapExit } from "../process/acting.ts";
import { currentProcess } from "../process/current.ts";
import { LocalValue } from "../process/data.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import { ExitMessage, RetryMessage } from "../process/system-message.ts";
import type {
  ChildCount,
  ChildInfo,
  ChildSpecData,
  DeleteChild,
  RestartChild,
  StartChild,
  SupervisorProtocol,
  TerminateChild,
} from "./admin.ts";
import { conduct, type Steps } from "./steps.ts";

/** What a supervisor does with its children. The methods that give an exit reason ask the supervisor to end with it. */
export interface Children {
  startChild(request: unknown): Steps<StartChild>;
  terminateChild(target: string | Pid<Protocol>): Steps<TerminateChild>;
  restartChild(id: string): Steps<RestartChild>;
  deleteChild(id: string): DeleteChild;
  whichChildren(): readonly ChildInfo[];
  countChildren(): ChildCount;
  childSpec(id: string): ChildSpecData | undefined;
  childExited(pid: Pid<Protocol>, reason: ExitReason): Steps<ExitReason | undefined>;
  /** The next attempt for a child whose restart had failed. */
  retry(key: string | number): Steps<ExitReason | undefined>;
  stopAll(): Steps<void>;
}

/** The logic of a supervisor whose children `begin` makes, and starts, inside of its process. */
export function supervisorServer<Input>(
  name: string,
  begin: (input: Input) => Awaitable<InitResult<Children>>,
): NativeLogic<SupervisorProtocol, Input> {
  const logic = server(name, {
    init: (input: Input) => {
      trapExit(true);
      return begin(input);
    },
    calls: {
      start_child: (children: Children, request: unknown) =>
        answer(children, children.startChild(request instanceof LocalValue ? request.value : request)),
      terminate_child: (children: Children, target: string | Pid<Protocol>) =>
        answer(children, children.terminateChild(target)),
      restart_child: (children: Children, id: string) => answer(children, children.restartChild(id)),
      delete_child: (children: Children, id: string) => replyWith(children.deleteChild(id), children),
      which_children: (children: Children) => replyWith(children.whichChildren(), children),
      count_children: (children: Children) => replyWith(children.countChildren(), children),
      get_childspec: (children: Children, id: string) => replyWith(children.childSpec(id), children),
    },
    info: (children: Children, message) => {
      if (message instanceof ExitMessage)
        return goOn(children, children.childExited(message.from, message.reason));
      if (message instanceof RetryMessage) return goOn(children, children.retry(message.key));
      return unknown(children, message.type);
    },
    terminate: (children: Children) => conduct(children.stopAll()),
    formatState: (children: Children) => children.countChildren(),
  });
  return {
    ...(logic as unknown as NativeLogic<SupervisorProtocol, Input>),
    childDefaults: { type: "supervisor" },
  };
}

/**
 * Asks for the next attempt of a child that could not be started. Everybody else has a turn first: what keeps it from
 * starting, such as an orphan that still holds its name, may be about to end.
 */
export function retryLater(key: string | number): void {
  const supervisor = currentProcess();
  const retry = new RetryMessage(key);
  supervisor.kernel.world.turns.afterIo(() => supervisor.deliver(retry));
}

function answer<R>(children: Children, work: Steps<R>): Awaitable<Reply<R, Children>> {
  const value = conduct(work);
  return value instanceof Promise
    ? value.then((settled) => replyWith(settled, children))
    : replyWith(value, children);
}

function goOn(children: Children, work: Steps<ExitReason | undefined>): Awaitable<CastResult<Children>> {
  const next = (reason: ExitReason | undefined): CastResult<Children> =>
    reason === undefined ? noReply(children) : stopWith(reason, children);
  const reason = conduct(work);
  return reason instanceof Promise ? reason.then(next) : next(reason);
}

function unknown(children: Children, message: string): CastResult<Children> {
  const { kernel, pid, name } = currentProcess();
  kernel.events.emit("message_unhandled", { pid, name, message });
  return noReply(children);
}

// The process around a supervisor's children: every request, exit and retry is one message, dealt with one after the other.
import type { NativeLogic } from "../logic/logic.ts";
import { server } from "../logic/server.ts";
import { type CastResult, type InitResult, noReply, replyWith, stopWith } from "../logic/server-result.ts";
import { trapExit } from "../process/acting.ts";
import { currentProcess } from "../process/current.ts";
import { LocalValue } from "../process/data.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import { ExitMessage } from "../process/system-message.ts";
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

type Awaitable<T> = T | Promise<T>;

/** What a supervisor does with its children. The methods that give an exit reason ask the supervisor to end with it. */
export interface Children {
  startChild(request: unknown): Promise<StartChild>;
  terminateChild(target: string | Pid<Protocol>): Promise<TerminateChild>;
  restartChild(id: string): Promise<RestartChild>;
  deleteChild(id: string): DeleteChild;
  whichChildren(): readonly ChildInfo[];
  countChildren(): ChildCount;
  childSpec(id: string): ChildSpecData | undefined;
  childExited(pid: Pid<Protocol>, reason: ExitReason): Promise<ExitReason | undefined>;
  /** The next attempt for a child whose restart had failed. */
  retry(key: string | number): Promise<ExitReason | undefined>;
  stopAll(): Promise<void>;
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
      start_child: async (children: Children, request: unknown) =>
        replyWith(
          await children.startChild(request instanceof LocalValue ? request.value : request),
          children,
        ),
      terminate_child: async (children: Children, target: string | Pid<Protocol>) =>
        replyWith(await children.terminateChild(target), children),
      restart_child: async (children: Children, id: string) =>
        replyWith(await children.restartChild(id), children),
      delete_child: (children: Children, id: string) => replyWith(children.deleteChild(id), children),
      which_children: (children: Children) => replyWith(children.whichChildren(), children),
      count_children: (children: Children) => replyWith(children.countChildren(), children),
      get_childspec: (children: Children, id: string) => replyWith(children.childSpec(id), children),
    },
    casts: {
      retry: (children: Children, key: string | number) => goOn(children, children.retry(key)),
    },
    info: (children: Children, message) =>
      message instanceof ExitMessage
        ? goOn(children, children.childExited(message.from, message.reason))
        : unknown(children, message.type),
    terminate: (children: Children) => children.stopAll(),
    formatState: (children: Children) => children.countChildren(),
  });
  return {
    ...(logic as unknown as NativeLogic<SupervisorProtocol, Input>),
    childDefaults: { type: "supervisor" },
  };
}

async function goOn(
  children: Children,
  work: Promise<ExitReason | undefined>,
): Promise<CastResult<Children>> {
  const reason = await work;
  return reason === undefined ? noReply(children) : stopWith(reason, children);
}

function unknown(children: Children, message: string): CastResult<Children> {
  const { kernel, pid, name } = currentProcess();
  kernel.events.emit("message_unhandled", { pid, name, message });
  return noReply(children);
}

// The table of runtime events: every name with its measurements and metadata. Logs, metrics and tools read from here.
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ChildSpecData } from "../supervision/child-spec.ts";

export interface RuntimeEvents {
  /** A process ended for a reason that is no orderly end. */
  process_crashed: {
    readonly pid: Pid;
    readonly name: string | undefined;
    /** What kind of process it is: the logic's name. */
    readonly logic: string;
    readonly reason: ExitReason;
    /** The message it was handling, by its type. */
    readonly lastMessage: string | undefined;
    /** The state before that message, as the logic shows it. */
    readonly state: unknown;
    /** Who waited for an answer. */
    readonly client: Pid | undefined;
  };
  /** A mailbox passed its high-water mark. */
  mailbox_long: { readonly pid: Pid; readonly name: string | undefined; readonly messages: number };
  /** A machine's `log` action. */
  machine_logged: {
    readonly pid: Pid;
    readonly name: string | undefined;
    readonly values: readonly unknown[];
  };
  /** A bounded mailbox was full and its policy applied. */
  mailbox_overflow: {
    readonly pid: Pid;
    readonly name: string | undefined;
    readonly policy: string;
    readonly dropped: string | undefined;
  };
  /** A message or a reply had nobody to go to any more. */
  reply_dropped: { readonly ref: number };
  /** A server got a message that it has no handler for. */
  message_unhandled: { readonly pid: Pid; readonly name: string | undefined; readonly message: string };
  /** Something failed that no process could be blamed for. */
  unattributed_failure: { readonly reason: ExitReason };
  supervisor_child_started: {
    readonly supervisor: string;
    readonly child: string;
    readonly pid: Pid | undefined;
  };
  /** A child ended by itself. `error` is true for a permanent child and for an accident. */
  supervisor_child_exited: {
    readonly supervisor: string;
    readonly child: string;
    readonly spec: ChildSpecData;
    readonly pid: Pid;
    readonly reason: ExitReason;
    readonly error: boolean;
  };
  /** A child was started again, or the attempt was made: `restarts` counts those within the window, this one included. */
  supervisor_child_restarted: {
    readonly supervisor: string;
    readonly child: string;
    readonly reason: ExitReason;
    readonly restarts: number;
    readonly restartsLeft: number;
    readonly pid: Pid | undefined;
  };
  supervisor_start_failed: {
    readonly supervisor: string;
    readonly child: string;
    readonly reason: ExitReason;
  };
  supervisor_child_stopped: {
    readonly supervisor: string;
    readonly child: string;
    readonly pid: Pid | undefined;
    readonly reason: ExitReason;
  };
  /** A child ended for another reason than the one it was told to stop with. */
  supervisor_shutdown_error: {
    readonly supervisor: string;
    readonly child: string;
    readonly reason: ExitReason;
  };
  supervisor_gave_up: {
    readonly supervisor: string;
    readonly child: string;
    readonly reason: ExitReason;
    readonly maxRestarts: number;
    readonly withinMs: number;
  };
  application_started: { readonly application: string };
  application_stopped: { readonly application: string; readonly reason: ExitReason };
  /** A subscriber of events threw and was let go. */
  subscriber_failed: { readonly reason: ExitReason };
}

export type RuntimeEventName = keyof RuntimeEvents;
export type RuntimeEvent = {
  [N in RuntimeEventName]: { readonly name: N; readonly data: RuntimeEvents[N] };
}[RuntimeEventName];
export type EventSubscriber = (event: RuntimeEvent) => void;

// The table of runtime events: what each means, measures and tells. Logs, metrics, traces and their documentation read from it.
import type { ChildSpecData } from "../supervision/child-spec.ts";
import { type EventData, type EventDefinition, event, field, measure } from "./event-definition.ts";
import { ownershipEvents } from "./ownership-events.ts";

const named = {
  pid: field.pid("The process"),
  name: field.optionalText("The name that it is registered under"),
};
const kept = { supervisor: field.label("The supervisor's name"), child: field.text("The child's id") };
const restartKey = ["supervisor", "child"] as const;

export const events = {
  process_crashed: event({
    means: "A process ended for a reason that is no orderly end.",
    level: "error",
    metadata: {
      ...named,
      logic: field.label("What kind of process it is: the logic's name"),
      reason: field.reason("Why it ended"),
      lastMessage: field.optionalText("The message that it was handling, by its type"),
      state: field.data("The state before that message, as the logic shows it"),
      client: field.optionalPid("Who waited for an answer"),
    },
  }),
  mailbox_long: event({
    means: "A mailbox passed its high-water mark.",
    level: "warn",
    measurements: { messages: measure("{message}", "Messages in the mailbox") },
    metadata: named,
  }),
  mailbox_overflow: event({
    means: "A bounded mailbox was full, and its policy applied.",
    level: "warn",
    metadata: {
      ...named,
      policy: field.label("What gave way: kill, dropNewest or dropOldest"),
      dropped: field.optionalText("The message that was dropped, by its type"),
    },
  }),
  long_turn: event({
    means: "A process held everybody up: one turn of it took long.",
    level: "warn",
    measurements: { turnMs: measure("ms", "How long the turn took") },
    metadata: { ...named, logic: field.label("What kind of process it is: the logic's name") },
    span: { is: "whole", span: "process.turn", took: "turnMs" },
  }),
  event_loop_lag: event({
    means: "The event loop was held up: timers and input came late.",
    level: "warn",
    measurements: { lagMs: measure("ms", "How late they came") },
    metadata: {},
  }),
  heap_high: event({
    means: "The program's memory is nearly used up.",
    level: "error",
    measurements: {
      usedBytes: measure("By", "Bytes of the heap in use"),
      limitBytes: measure("By", "Bytes that the heap may grow to"),
    },
    metadata: {},
  }),
  machine_logged: event({
    means: "A machine's log action.",
    level: "info",
    metadata: { ...named, values: field.data<readonly unknown[]>("What it logged") },
  }),
  handler_failed: event({
    means: "A handler of an event manager failed, and was removed.",
    level: "error",
    metadata: {
      ...named,
      handler: field.text("The handler's id"),
      reason: field.reason("How it failed"),
      state: field.data("The handler's state before that"),
    },
  }),
  node_up: event({
    means: "A session with another node stands.",
    level: "info",
    metadata: {
      peer: field.label("The other node"),
      incarnation: field.number("Its incarnation"),
      hidden: field.boolean("True for a tool, which is no member"),
    },
  }),
  node_down: event({
    means: "The session with another node has ended; all links, monitors and calls over it have been told.",
    level: "warn",
    metadata: {
      peer: field.label("The other node"),
      incarnation: field.number("Its incarnation"),
      hidden: field.boolean("True for a tool, which is no member"),
      why: field.label("Why the session ended"),
    },
  }),
  carrier_connected: event({
    means: "The way to other nodes is there again.",
    level: "info",
    metadata: { place: field.label("Where it leads"), why: field.text("What has happened") },
  }),
  carrier_lost: event({
    means: "The way to other nodes is lost; every session over it has ended, and it is tried again.",
    level: "error",
    metadata: { place: field.label("Where it leads"), why: field.text("What has happened") },
  }),
  name_conflict: event({
    means: "Another node has the name of this one.",
    level: "error",
    metadata: {
      peer: field.label("The name"),
      host: field.text("The machine that the other one runs on"),
      osPid: field.number("The number of its OS process"),
      mustLeave: field.boolean("True where the other one keeps the name, and this node leaves"),
    },
  }),
  membership_trouble: event({
    means: "Membership does not work as it should, and goes on.",
    level: "warn",
    metadata: { why: field.text("What is wrong") },
  }),
  signals_dropped: event({
    means: "Signals to another node could not be sent and are lost.",
    level: "warn",
    measurements: { signals: measure("{signal}", "Signals that are lost") },
    metadata: { peer: field.label("The other node"), why: field.label("Why they could not be sent") },
  }),
  signals_refused: event({
    means: "Another node sent what it may not send, or what makes no sense; it was dropped.",
    level: "warn",
    measurements: { signals: measure("{signal}", "Signals or frames that were dropped") },
    metadata: { peer: field.label("The other node"), why: field.label("What was wrong with them") },
  }),
  message_unhandled: event({
    means: "A server got a message that it has no handler for.",
    level: "warn",
    metadata: { ...named, message: field.text("The message, by its type") },
  }),
  reply_dropped: event({
    means: "A reply had nobody to go to any more.",
    level: "debug",
    metadata: { ref: field.number("The number of the reference that it was for") },
  }),
  unattributed_failure: event({
    means: "Something failed that no process could be blamed for.",
    level: "error",
    metadata: { reason: field.reason("What failed") },
  }),
  supervisor_child_started: event({
    means: "A supervisor started a child for the first time.",
    level: "debug",
    metadata: { ...kept, pid: field.optionalPid("The child, unless it declined to run") },
  }),
  supervisor_child_exited: event({
    means: "A child ended by itself.",
    level: "warn",
    quiet: { where: "the child was to end", when: ({ error }) => !error },
    metadata: {
      ...kept,
      spec: field.data<ChildSpecData>("What the supervisor knows of the child"),
      pid: field.pid("The child"),
      reason: field.reason("Why it ended"),
      error: field.boolean("True for a permanent child, and for an accident"),
    },
    span: {
      is: "begin",
      span: "supervisor.restart",
      key: restartKey,
      // Nobody starts the others again.
      when: ({ error, spec }) => error && spec.restart !== "temporary",
    },
  }),
  supervisor_child_restarted: event({
    means: "A supervisor started a child again.",
    level: "warn",
    measurements: {
      restarts: measure("{restart}", "Restarts within the window, this one included"),
      restartsLeft: measure("{restart}", "Restarts that are left within the window"),
    },
    metadata: {
      ...kept,
      reason: field.reason("Why it had ended"),
      pid: field.optionalPid("The new child, unless it declined to run"),
    },
    span: { is: "end", span: "supervisor.restart", key: restartKey, failed: false },
  }),
  supervisor_start_failed: event({
    means: "A child did not start.",
    level: "error",
    metadata: { ...kept, reason: field.reason("Why it did not") },
  }),
  supervisor_child_stopped: event({
    means: "A supervisor stopped a child.",
    level: "debug",
    metadata: { ...kept, pid: field.optionalPid("The child"), reason: field.reason("What it ended with") },
  }),
  supervisor_shutdown_error: event({
    means: "A child ended for another reason than the one that it was told to stop with.",
    level: "error",
    metadata: { ...kept, reason: field.reason("What it ended with") },
  }),
  supervisor_gave_up: event({
    means: "A supervisor ended, because its children needed more restarts than it allows.",
    level: "error",
    measurements: {
      maxRestarts: measure("{restart}", "Restarts that it allows"),
      withinMs: measure("ms", "The window that they are counted in"),
    },
    metadata: { ...kept, reason: field.reason("Why the last child had ended") },
    span: { is: "end", span: "supervisor.restart", key: restartKey, failed: true },
  }),
  application_started: event({
    means: "An application has started.",
    level: "info",
    metadata: { application: field.label("The application's name") },
  }),
  application_stopped: event({
    means: "An application has stopped.",
    level: "info",
    metadata: { application: field.label("The application's name"), reason: field.reason("Why it stopped") },
  }),
  log_refused: event({
    means: "The log's destination takes no lines; they go to the other one, or are dropped.",
    level: "error",
    metadata: { reason: field.reason("How it failed") },
  }),
  log_lines_lost: event({
    means: "Lines of the log could not be written anywhere; now they can again.",
    level: "error",
    measurements: { lines: measure("{line}", "Lines that were lost") },
    metadata: {},
  }),
  subscriber_failed: event({
    means: "A subscriber of events threw, and was let go.",
    level: "error",
    metadata: { reason: field.reason("What it threw") },
  }),
  ...ownershipEvents,
} satisfies Readonly<Record<string, EventDefinition>>;

export type RuntimeEventName = keyof typeof events;
/** What each event carries, by its name. */
export type RuntimeEvents = { [N in RuntimeEventName]: EventData<(typeof events)[N]> };

/** An event of an application's own, as `defineEvents` names it. */
export interface ApplicationEvent {
  readonly name: `${string}.${string}`;
  readonly data: Readonly<Record<string, unknown>>;
}

export type RuntimeEvent =
  | { [N in RuntimeEventName]: { readonly name: N; readonly data: RuntimeEvents[N] } }[RuntimeEventName]
  | ApplicationEvent;
/** The second value says what the table says of the event. */
export type EventSubscriber = (event: RuntimeEvent, definition: EventDefinition) => void;

// The coordinator: takes requests for completions, gives each attempt to a process of its own, and never waits on a provider.
import { enqueueActions, setup } from "xstate";
import {
  child,
  type ExitReason,
  exit,
  isPid,
  monitor,
  named,
  type Pid,
  type Ref,
  reply,
  type Supervisor,
  self,
  send,
  startChild,
  tryCall,
} from "../../runtime/index.ts";
import { reasonOfThrown } from "../../runtime/process/exit-reason.ts";
import { breakerOf } from "./circuit-breaker.ts";
import type { CompletionResult, EntryStatus } from "./complete.ts";
import { completionOrder } from "./completion.ts";
import {
  countAt,
  type Dispatch,
  type DispatchAction,
  type DispatchSettings,
  emptyDispatch,
  type Step,
  step,
} from "./dispatch.ts";
import { invalidOrder, noTries } from "./failure.ts";
import { breakerStatusMs } from "./limits.ts";
import { ownWorld } from "./own-world.ts";
import type { AttemptInput, AttemptLogic, AttemptOutcome } from "./request.ts";

type Start = Extract<DispatchAction, { readonly type: "start" }>;
type StartAttempt = (start: Start) => Promise<Pid>;

export type CoordinatorEvent =
  | { readonly type: "complete"; readonly replyTo?: Ref; readonly [field: string]: unknown }
  | { readonly type: "status"; readonly replyTo?: Ref }
  | { readonly type: "attempt_started"; readonly attempt: number; readonly pid: Pid }
  | { readonly type: "attempt_not_started"; readonly attempt: number; readonly reason: ExitReason }
  | {
      readonly type: "sys.down";
      readonly object: unknown;
      readonly reason: ExitReason;
      readonly output: unknown;
    }
  | { readonly type: "pause_over"; readonly job: number }
  | { readonly type: "deadline"; readonly job: number };

/** Where the processes of attempts live. */
const requests: Supervisor = named("llm.requests");

/** The coordinator that makes attempts with the logic that `attempts` has for an entry. */
export function llmCoordinator(attempts: ReadonlyMap<string, AttemptLogic>) {
  return coordinatorMachine.provide({
    actions: {
      startAttempt: (_, start) => startAside(start, (given) => startUnder(requests, attempts, given)),
    },
  });
}

const coordinatorSetup = setup({
  types: {
    context: {} as { readonly dispatch: Dispatch },
    events: {} as CoordinatorEvent,
    input: {} as DispatchSettings,
  },
  guards: {
    hasNoEntry: ({ context }) => context.dispatch.entries.length === 0,
    hasJobs: ({ context }) => context.dispatch.jobs.size > 0,
  },
  actions: {
    startAttempt: (_, _start: Start) => {},
    beginAttempt: (_, { pid }: { readonly pid: Pid }) => {
      monitor(pid, { output: true });
      send(pid, { type: "begin" });
    },
    stopAttempt: (_, { pid }: { readonly pid: Pid }) => exit(pid, "shutdown"),
    answer: (_, { to, result }: { readonly to: Ref; readonly result: CompletionResult }) => reply(to, result),
    tellStatus: ({ context }, { to }: { readonly to: Ref | undefined }) => {
      if (to !== undefined) tellStatus(context.dispatch, to);
    },
  },
});

const coordinatorMachine = coordinatorSetup.createMachine({
  id: "llm_coordinator",
  context: ({ input }) => ({ dispatch: emptyDispatch(input) }),
  initial: "idle",
  on: {
    status: { actions: { type: "tellStatus", params: ({ event }) => ({ to: event.replyTo }) } },
    "*": {
      actions: enqueueActions(({ context, event, enqueue }) => {
        const { state, actions } = stepOn(context.dispatch, event);
        enqueue.assign({ dispatch: state });
        for (const action of actions) {
          switch (action.type) {
            case "start":
              enqueue({ type: "startAttempt", params: action });
              break;
            case "begin":
              enqueue({ type: "beginAttempt", params: action });
              break;
            case "stop":
              enqueue({ type: "stopAttempt", params: action });
              break;
            case "answer": {
              const { failure, tries } = action;
              const result: CompletionResult = { ok: false, failure, tries };
              enqueue({ type: "answer", params: { to: action.replyTo, result } });
              break;
            }
            case "set_deadline":
              enqueue.raise(
                { type: "deadline", job: action.job },
                { delay: action.delayMs, id: timerId("deadline", action.job) },
              );
              break;
            case "set_pause":
              enqueue.raise(
                { type: "pause_over", job: action.job },
                { delay: action.delayMs, id: timerId("pause", action.job) },
              );
              break;
            case "clear_timers":
              enqueue.cancel(timerId("deadline", action.job));
              enqueue.cancel(timerId("pause", action.job));
              break;
          }
        }
      }),
    },
  },
  states: {
    idle: {
      always: [
        { guard: "hasNoEntry", target: "unconfigured" },
        { guard: "hasJobs", target: "working" },
      ],
    },
    working: { always: { guard: ({ context }) => context.dispatch.jobs.size === 0, target: "idle" } },
    /** Every request is answered with how to set a provider up. */
    unconfigured: {},
  },
});

/** What an event means for the requests, with the time and the chance that it needs. */
function stepOn(dispatch: Dispatch, event: CoordinatorEvent): Step {
  const { clock, random } = ownWorld();
  const nowMs = clock.now();
  switch (event.type) {
    case "complete":
      return admit(dispatch, event, nowMs);
    case "attempt_started":
      return step(dispatch, { type: "started", attempt: event.attempt, pid: event.pid });
    case "attempt_not_started": {
      const { attempt, reason } = event;
      return step(dispatch, { type: "not_started", attempt, reason, nowMs, random: random.next() });
    }
    case "sys.down": {
      if (!isPid(event.object)) break;
      const outcome = event.output as AttemptOutcome | undefined;
      const { object: pid, reason } = event;
      return step(dispatch, { type: "ended", pid, reason, outcome, nowMs, random: random.next() });
    }
    case "pause_over":
    case "deadline":
      return step(dispatch, { type: event.type, job: event.job });
  }
  return { state: dispatch, actions: [] };
}

function admit(
  dispatch: Dispatch,
  { type, replyTo, ...order }: Extract<CoordinatorEvent, { readonly type: "complete" }>,
  nowMs: number,
): Step {
  // Nobody would get the answer.
  if (replyTo === undefined) return { state: dispatch, actions: [] };
  const checked = completionOrder.safeParse(order);
  if (checked.success) return step(dispatch, { type: "asked", order: checked.data, replyTo, nowMs });
  const [issue] = checked.error.issues;
  const problem = `${issue?.path.join(".") || "the payload"}: ${issue?.message ?? "not accepted"}`;
  const failure = invalidOrder(problem);
  return { state: dispatch, actions: [{ type: "answer", replyTo, failure, tries: noTries }] };
}

/** Has an attempt started and tells the coordinator as a message, so that it is not held up. */
function startAside(start: Start, begin: StartAttempt): void {
  const coordinator = self();
  const { attempt } = start;
  begin(start)
    .then(
      (pid) => send(coordinator, { type: "attempt_started", attempt, pid }),
      (thrown: unknown) =>
        send(coordinator, { type: "attempt_not_started", attempt, reason: reasonOfThrown(thrown) }),
    )
    // Sending to a pid fails in one case only: the coordinator, in whose name it is sent, has ended meanwhile.
    .catch(() => {});
}

async function startUnder(
  supervisor: Supervisor,
  attempts: ReadonlyMap<string, AttemptLogic>,
  { entry, request, replyTo, timeoutMs, tries }: Start,
): Promise<Pid> {
  const logic = attempts.get(entry);
  if (logic === undefined) throw new Error(`There is no provider for entry "${entry}".`);
  const input: AttemptInput = {
    entry,
    request: request.reveal(),
    replyTo,
    coordinator: self(),
    timeoutMs,
    tries,
  };
  const started = await startChild(
    supervisor,
    child(logic, { id: `llm.request.${entry}`, restart: "temporary", input }),
  );
  if (started.ok && started.pid !== undefined) return started.pid as Pid;
  throw new Error(`The supervisor did not start it: ${started.ok ? "ignored" : started.error}.`);
}

function tellStatus(dispatch: Dispatch, to: Ref): void {
  const asking = dispatch.entries.map(async ({ name, kind }): Promise<EntryStatus> => {
    const answer = await tryCall(breakerOf(name), "status", undefined, { timeoutMs: breakerStatusMs });
    return {
      name,
      kind,
      breaker: answer.ok ? answer.value : undefined,
      running: countAt(dispatch, name, "running"),
      waiting: countAt(dispatch, name, "waiting", "pausing"),
    };
  });
  const total = (count: (entry: EntryStatus) => number, entries: readonly EntryStatus[]): number =>
    entries.reduce((sum, entry) => sum + count(entry), 0);
  Promise.all(asking)
    .then((entries) =>
      reply(to, {
        entries,
        running: total((entry) => entry.running, entries),
        waiting: total((entry) => entry.waiting, entries),
      }),
    )
    // Replying fails in one case only: the coordinator has ended meanwhile.
    .catch(() => {});
}

function timerId(what: "deadline" | "pause", job: number): string {
  return `${what}:${job}`;
}

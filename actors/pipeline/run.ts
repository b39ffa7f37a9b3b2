// One run: a machine that works through its plan and ends when it has the plan's result.
import { assign, setup } from "xstate";
import { type ExitReason, type Pid, type Ref, send, tellEvent } from "../../runtime/index.ts";
import type { Clock } from "../../runtime/world.ts";
import { pipelineEvents } from "./events.ts";
import type { Operations } from "./plan.ts";
import type { ProgressLimits } from "./progress.ts";
import { type ResultMessage, type RunContext, type RunInput, RunSteps } from "./run-steps.ts";

type RunEvent =
  | { readonly type: "sys.down"; readonly ref: Ref; readonly reason: ExitReason; readonly output: unknown }
  | { readonly type: "retry"; readonly id: string }
  /** Nobody wants the result any more. */
  | { readonly type: "cancel" }
  /** Somebody else wants the progress and the result from now on. */
  | { readonly type: "attach"; readonly reader: Pid; readonly resultTo: Pid };

/** Defines the machine of a run over the operations that its steps may want. It must trap exits, since its steps are linked. */
export function pipelineRun(operations: Operations, limits: ProgressLimits, clock: Clock) {
  const steps = new RunSteps(operations, limits, clock);
  return setup({
    types: { context: {} as RunContext, events: {} as RunEvent, input: {} as RunInput },
    guards: { isOver: ({ context }) => context.result !== undefined },
    actions: {
      begin: assign(({ context }) => steps.begin(context)),
      tellOver: ({ context }) => steps.tellOver(context),
      tellCancelled: ({ context: { input } }) => tellEvent(pipelineEvents.run_cancelled, { run: input.id }),
      stopSteps: ({ context }) => steps.stop(context),
      tellResult: ({ context: { input, result } }) => {
        if (result === undefined) return;
        send(input.resultTo, { type: "pipeline.result", run: input.id, result } satisfies ResultMessage);
      },
    },
  }).createMachine({
    id: "pipeline.run",
    context: ({ input }) => steps.plan(input),
    initial: "working",
    states: {
      working: {
        entry: "begin",
        always: { guard: "isOver", target: "over" },
        on: {
          "sys.down": { actions: assign(({ context, event }) => steps.settle(context, event)) },
          cancel: "cancelled",
          retry: { actions: assign(({ context, event }) => steps.retry(context, event.id)) },
          attach: {
            actions: assign({
              input: ({ context, event }) => ({
                ...context.input,
                reader: event.reader,
                resultTo: event.resultTo,
              }),
            }),
          },
        },
      },
      over: { type: "final", entry: ["tellOver", "tellResult", "stopSteps"] },
      cancelled: { type: "final", entry: ["tellCancelled", "stopSteps"] },
    },
  });
}

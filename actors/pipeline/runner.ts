// The pipeline runner: the machine that takes runs on, until it is told to drain.
import { assign, setup } from "xstate";
import { type ExitReason, type Ref, reply, type StartChild } from "../../runtime/index.ts";
import {
  RunDesk,
  type RunnerOptions,
  type RunnerStatus,
  type RunRequest,
  type WantedRuns,
} from "./run-desk.ts";
import type { RunResult } from "./run-steps.ts";

type RunnerEvent =
  | (RunRequest & { readonly type: "run"; readonly replyTo: Ref })
  | { readonly type: "status"; readonly replyTo: Ref }
  | { readonly type: "drain" }
  | { readonly type: "launched"; readonly id: string; readonly outcome: StartChild }
  | { readonly type: "pipeline.result"; readonly run: string; readonly result: RunResult }
  | { readonly type: "sys.down"; readonly ref: Ref; readonly reason: ExitReason };

/** Defines the runner. */
export function pipelineRunner(options: RunnerOptions) {
  const desk = new RunDesk(options);
  return setup({
    types: { context: {} as { readonly runs: WantedRuns }, events: {} as RunnerEvent },
    actions: {
      tellStatus: ({ context, event }, { state }: { readonly state: RunnerStatus["state"] }) => {
        if (event.type !== "status") return;
        reply(event.replyTo, { state, runs: Object.keys(context.runs) } satisfies RunnerStatus);
      },
    },
  }).createMachine({
    id: "pipeline.runner",
    context: { runs: {} },
    initial: "accepting",
    on: {
      launched: {
        actions: assign({
          runs: ({ context, event }) => desk.launched(context.runs, event.id, event.outcome),
        }),
      },
      "pipeline.result": {
        actions: assign({ runs: ({ context, event }) => desk.answer(context.runs, event.run, event.result) }),
      },
      "sys.down": { actions: assign({ runs: ({ context, event }) => desk.lost(context.runs, event) }) },
    },
    states: {
      accepting: {
        on: {
          run: {
            actions: assign({
              runs: ({ context, event: { id, plan, reader, replyTo } }) =>
                desk.accept(context.runs, { id, plan, reader }, replyTo),
            }),
          },
          drain: "draining",
          status: { actions: { type: "tellStatus", params: { state: "accepting" } } },
        },
      },
      draining: {
        on: {
          run: {
            actions: ({ event }) =>
              reply(event.replyTo, { ok: false, step: "", reason: "draining" } satisfies RunResult),
          },
          status: { actions: { type: "tellStatus", params: { state: "draining" } } },
        },
      },
    },
  });
}

// What happens with runs and their steps, as events that logs, metrics and traces hear of.
import { defineEvents, event, field, measure } from "../../runtime/index.ts";

const run = { run: field.text("The run's id") };
const step = {
  ...run,
  step: field.text("The step's id"),
  operation: field.label("The operation that does its work"),
};
const around = { span: "pipeline.run", key: ["run"] } as const;
const key = ["run", "step"] as const;

export const pipelineEvents = defineEvents("pipeline", {
  run_began: event({
    means: "A run began, or began again where it was lost.",
    level: "info",
    metadata: run,
    span: { is: "begin", ...around },
  }),
  run_finished: event({
    means: "A run has its result.",
    level: "info",
    measurements: { steps: measure("{step}", "Steps that it took") },
    metadata: run,
    span: { is: "end", ...around, failed: false },
  }),
  run_failed: event({
    means:
      "A run failed: a step failed too often, its deadline or its budget was over, or nobody knows whether an effect happened.",
    level: "error",
    metadata: { ...run, step: step.step, reason: field.reason("The code of the failure, with its words") },
    span: { is: "end", ...around, failed: true },
  }),
  run_cancelled: event({
    means:
      "A run ended here without a result: it was cancelled, or let go so that another owner goes on with it.",
    level: "info",
    metadata: run,
    span: { is: "end", ...around, failed: true },
  }),
  step_began: event({
    means: "A step of a run began.",
    level: "debug",
    metadata: step,
    span: { is: "begin", span: "pipeline.step", key, within: around },
  }),
  step_finished: event({
    means: "A step of a run is done.",
    level: "debug",
    metadata: step,
    span: { is: "end", span: "pipeline.step", key, failed: false },
  }),
  step_failed: event({
    means: "A step of a run failed; it is tried again while it may be.",
    level: "warn",
    metadata: { ...step, reason: field.reason("How it failed") },
    span: { is: "end", span: "pipeline.step", key, failed: true },
  }),
});

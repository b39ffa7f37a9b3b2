// A step of a run that is lost whenever it works: what a run comes to that cannot be brought to an end.
import type { Node } from "../../runtime/index.ts";
import type { Configuration } from "../../supervisors/config.ts";
import { stepsAtWork } from "./run-processes.ts";

/** Kills every step with this operation as soon as it works. */
export function loseSteps(node: Node, operation: string): void {
  node.subscribe(({ name, data }) => {
    if (name === "pipeline.step_began" && data.operation === operation) setImmediate(() => strike(node));
  });
}

/** Where a step is lost once its run fails. */
export function withoutRetries(configuration: Configuration): Configuration {
  const { values } = configuration;
  return { ...configuration, values: { ...values, pipeline: { ...values.pipeline, max_restarts: 0 } } };
}

/** The event comes right before the step is there. */
function strike(node: Node): void {
  const [step] = stepsAtWork(node);
  if (step === undefined) setImmediate(() => strike(node));
  else node.exit(step, "kill");
}

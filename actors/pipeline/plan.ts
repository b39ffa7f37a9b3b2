// A plan: which steps a run takes and which of them wait for which. Steps may be added while the run goes on.
import type { StepContext } from "../runs/step-context.ts";

export type { StepContext };

export interface Step {
  /** Unique in its run, and the same each time the run is planned. */
  readonly id: string;
  /** The operation that does the work, by name. */
  readonly operation: string;
  /** Data for the operation. */
  readonly input: unknown;
  /** Steps that must be done before; `"rest"` waits until every other step is. */
  readonly after?: readonly string[] | "rest";
}

export interface Plan {
  readonly steps: readonly Step[];
  /** The step whose output is the run's. */
  readonly result: string;
}

/** What an operation gives back: its output, and the steps that it found to be needed. */
export interface StepOutcome {
  readonly output: unknown;
  readonly steps?: readonly Step[];
  /**
   * Ends the run: the step is not done, and trying it again by itself would lead nowhere. A person who goes on with the run has it
   * begun again; `output` and `steps` are nothing then.
   */
  readonly failure?: StepFailure;
}

export interface StepFailure {
  /** A word of one's own; one with an exit code, such as `no_provider`, ends the command with that. */
  readonly code: string;
  /** For people, in a sentence. */
  readonly message: string;
}

/** Does the work of one step, in a process of its own. What it throws ends that process, and the step is tried again. */
// biome-ignore lint/suspicious/noExplicitAny: every operation knows its own input, and plans bring it as data.
export type Operation = (input: any, context: StepContext) => Promise<StepOutcome>;

export type Operations = Readonly<Record<string, Operation>>;

/** What is wrong with a plan's steps, in words; undefined when nothing is. */
export function problemOfSteps(
  steps: readonly Step[],
  known: ReadonlySet<string>,
  operations: Operations,
): string | undefined {
  const ids = new Set(known);
  for (const { id, operation } of steps) {
    if (ids.has(id)) return `Two steps have the id "${id}".`;
    ids.add(id);
    if (!Object.hasOwn(operations, operation)) {
      return `Step "${id}" wants the operation "${operation}". Known are: ${Object.keys(operations).join(", ")}.`;
    }
  }
  for (const { id, after } of steps) {
    if (after === undefined || after === "rest") continue;
    const missing = after.find((other) => !ids.has(other));
    if (missing !== undefined) return `Step "${id}" waits for "${missing}", which is no step of the run.`;
  }
  return undefined;
}

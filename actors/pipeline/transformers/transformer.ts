// What a transformer of a pipeline is: a pure function from what steps came to before to a result of its own.
import type { PipelineValue } from "../language/check.ts";
import type { Flow, ResultDocument, StepRecord } from "../record.ts";

export interface Given {
  /** What it works on; undefined where nothing was done before it. */
  readonly latest: StepRecord | undefined;
  /** All steps before it, in their order. */
  readonly records: readonly StepRecord[];
  /** As they were checked: those that are left out have their fallback, or are not there. */
  readonly parameters: Readonly<Record<string, PipelineValue>>;
  readonly flow: Flow;
}

export type Transformed =
  | { readonly ok: true; readonly result: ResultDocument }
  | {
      readonly ok: false;
      readonly code: "nothing_to_transform" | "usage";
      /** What there was, and what to write in its place. */
      readonly message: string;
    };

/** Never throws, whatever it is given, and changes nothing of that. */
export type Transformer = (given: Given) => Transformed;

export function made(result: ResultDocument): Transformed {
  return { ok: true, result };
}

/** @param wanted what is missing, as in "no code"; @param remedy a sentence */
export function nothingToTransform(
  { latest }: Pick<Given, "latest">,
  word: string,
  wanted: string,
  remedy: string,
): Transformed {
  const message =
    latest === undefined
      ? `${word} has no result before it to work on. ${remedy}`
      : `${word} finds ${wanted} in what step ${latest.step} (${latest.word}) came to${became(latest)}. ${remedy}`;
  return { ok: false, code: "nothing_to_transform", message };
}

function became({ status, result }: StepRecord): string {
  if (status !== "done") return `, since it ${status === "failed" ? "failed" : "was skipped"}`;
  return result === null ? ", which has no result" : "";
}

/** Undefined where it is left out. */
export function textOfParameter({ parameters }: Pick<Given, "parameters">, name: string): string | undefined {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  return value === undefined ? undefined : String(value);
}

// What a step of a pipeline came to, and what it hands on to the steps behind it. Plain data, as it is kept with the run.
import type { Remembered } from "../runs/step-context.ts";

/** A result as its JSON Schema has it: its first key is `schema`, such as "aiex.explanation/1". */
export type ResultDocument = Readonly<Record<string, unknown>>;

/** What a step works on. */
export type Target =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "text"; readonly name: string; readonly text: string };

/** What a step hands on. */
export interface Flow {
  readonly target: Target;
  /** Files as they would be, by path: what earlier steps proposed and did not write. */
  readonly texts: Readonly<Record<string, string>>;
  /** What earlier steps found, for the prompts of later ones. Secrets are masked in it. */
  readonly found: readonly Remembered[];
}

export interface StepRecord {
  /** From 1. */
  readonly step: number;
  /** Such as "analyze". */
  readonly word: string;
  readonly status: "done" | "skipped" | "failed";
  /** Why it was skipped or failed, in a sentence; null where it was done. */
  readonly reason: string | null;
  /** That of a failure. */
  readonly code: string | null;
  readonly result: ResultDocument | null;
  /** Times that it was done: more than one with `while:` alone. */
  readonly rounds: number;
  /** Those of a fan-out, in the order of their names. */
  readonly parts: readonly PartRecord[];
  readonly warnings: readonly string[];
  readonly flow: Flow;
}

/** One part of a fan-out, which is a run of its own. What it came to stands in the result of the step. */
export interface PartRecord {
  /** A path, or a path with the name of a function. */
  readonly name: string;
  readonly run: string;
  /** The node that ended it; null where that is not known. */
  readonly node: string | null;
  readonly status: "done" | "failed";
  readonly reason: string | null;
}

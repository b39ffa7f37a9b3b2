// The results that a result holds: those of the parts of a fan-out, of the steps that were combined, of a pipeline within a pipeline.
import { isRecord, isWhole } from "../../runtime/wire/shape.ts";
import { nestedResultsMax } from "./limits.ts";
import type { ResultDocument } from "./record.ts";

export interface Contained {
  /** The step that made it; null where that is not known. */
  readonly step: number | null;
  /** The word of that step. */
  readonly operation: string | null;
  /** Of the part of a fan-out, such as a path. */
  readonly name: string | null;
  /** Null where there is none: it failed, or it was left out. */
  readonly result: ResultDocument | null;
  /** Why there is none. */
  readonly reason: string | null;
}

export type Held = "parts" | "combined" | "pipeline";

/** Which kind of results a document holds; undefined for one that is a result itself. */
export function heldBy({ schema }: ResultDocument): Held | undefined {
  return typeof schema === "string" && holders.has(schema) ? holders.get(schema) : undefined;
}

/** The results that it holds, as they stand in it: one level of them. */
export function containedIn(document: ResultDocument): readonly Contained[] {
  switch (heldBy(document)) {
    case "parts":
      return recordsIn(document.parts).map((part) => ({ step: null, operation: null, ...namedOf(part) }));
    case "combined":
      return [...recordsIn(document.results), ...recordsIn(document.failed)].map((one) => ({
        ...stepOf(one),
        ...namedOf(one),
      }));
    case "pipeline":
      return recordsIn(document.steps).map((one) => ({ ...stepOf(one), ...namedOf(one) }));
    case undefined:
      return [];
  }
}

/** The results that hold no others, in order, each with the nearest name and step; `document` itself where it holds none. */
export function leavesOf(document: ResultDocument): readonly Contained[] {
  return leavesBelow({ step: null, operation: null, name: null, result: document, reason: null }, 0);
}

function leavesBelow(held: Contained, depth: number): readonly Contained[] {
  if (held.result === null || heldBy(held.result) === undefined) return [held];
  if (depth >= nestedResultsMax) return [];
  return containedIn(held.result).flatMap(({ step, operation, name, ...one }) =>
    leavesBelow(
      {
        ...one,
        step: step ?? held.step,
        operation: operation ?? held.operation,
        name: name ?? held.name,
      },
      depth + 1,
    ),
  );
}

function stepOf({
  step,
  operation,
}: Readonly<Record<string, unknown>>): Pick<Contained, "step" | "operation"> {
  return { step: isWhole(step) && step > 0 ? step : null, operation: textOrNull(operation) };
}

function namedOf({
  name,
  result,
  reason,
}: Readonly<Record<string, unknown>>): Pick<Contained, "name" | "result" | "reason"> {
  return { name: textOrNull(name), result: isRecord(result) ? result : null, reason: textOrNull(reason) };
}

/** What is no list holds nothing, and what is no record in one is passed over. */
export function recordsIn(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

const holders: ReadonlyMap<string, Held> = new Map([
  ["aiex.parts/1", "parts"],
  ["aiex.combined/1", "combined"],
  ["aiex.pipeline/1", "pipeline"],
]);

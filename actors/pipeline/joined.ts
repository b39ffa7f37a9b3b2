// The results of several steps as one, in the order of the steps: what a parallel pipeline comes to, and what its transformers work on.
import type { ResultDocument, StepRecord } from "./record.ts";

/** The last step that has something to work on: what was saved goes on as it was. */
export function lastResult(records: readonly StepRecord[]): StepRecord | undefined {
  const done = records.filter(({ status, result }) => status === "done" && result !== null);
  return done.findLast(({ result }) => result?.schema !== "aiex.saved/1") ?? done.at(-1);
}

/** A record of all results; that of the only one where there is one. */
export function joined(records: readonly StepRecord[], last: StepRecord | undefined): StepRecord | undefined {
  const result = joinedResult(records);
  return last === undefined || result === null ? last : { ...last, result };
}

/** Null where there is none. What was put together already stands for what it was made of. */
export function joinedResult(records: readonly StepRecord[]): ResultDocument | null {
  const done = records.filter(
    ({ status, result }) => status === "done" && result !== null && result.schema !== "aiex.saved/1",
  );
  const start = done.findLastIndex(({ result }) => isJoint(result));
  const own = start === -1 ? done : done.slice(start);
  const [first] = own;
  if (first === undefined) return null;
  if (own.length === 1) return first.result;
  const results = own.map(({ step, word, result }) => ({ step, operation: word, result }));
  return { schema: "aiex.combined/1", results };
}

const jointSchemas: ReadonlySet<unknown> = new Set([
  ...["aiex.combined/1", "aiex.insights/1", "aiex.page/1", "aiex.code/1"],
]);

function isJoint(result: ResultDocument | null): boolean {
  return jointSchemas.has(result?.schema);
}

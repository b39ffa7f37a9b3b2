// The results of several steps as one, in the order of the steps: what a parallel pipeline comes to, and what its transformers work on.
import type { CombinedDocument } from "./documents.ts";
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
  const results = own.flatMap(({ step, word, result }) =>
    result === null ? [] : [{ step, operation: word, name: null, result }],
  );
  const [first] = results;
  if (first === undefined || results.length === 1) return first?.result ?? null;
  return { schema: "aiex.combined/1", results, failed: [] } satisfies CombinedDocument;
}

const jointSchemas: ReadonlySet<unknown> = new Set([
  ...["aiex.combined/1", "aiex.insights/1", "aiex.page/1", "aiex.code/1"],
]);

function isJoint(result: ResultDocument | null): boolean {
  return jointSchemas.has(result?.schema);
}

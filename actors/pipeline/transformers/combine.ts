// Puts results together: those of all steps before, or those of the parts of a split.
import { type Contained, containedIn, heldBy, leavesOf } from "../contained.ts";
import type { CombinedDocument } from "../documents.ts";
import type { ResultDocument, StepRecord } from "../record.ts";
import { analysisOf, mergedAnalysis } from "./analyses.ts";
import { type Given, made, nothingToTransform, type Transformed, type Transformer } from "./transformer.ts";

export const combineResults: Transformer = (given) => {
  const results = given.records.flatMap(({ step, word, status, result }) => {
    const isResult = status === "done" && result !== null && !passedOver.has(result.schema) && word !== own;
    return isResult ? [{ step, operation: word, name: null, result }] : [];
  });
  if (results.length > 0)
    return made({ schema: "aiex.combined/1", results, failed: [] } satisfies CombinedDocument);
  return nothingToTransform(given, own, "no results", "Put it behind the steps whose results it joins.");
};

const own = "combine_results";

/** What was read and what was written is no result, and what an earlier step has combined stands in the list already. */
const passedOver: ReadonlySet<unknown> = new Set(["aiex.loaded/1", "aiex.saved/1"]);

/** Analyses become one report; other results stand beside each other, with the names of their parts. */
export const merge: Transformer = (given) => {
  const { latest } = given;
  const result = latest === undefined ? null : partsOf(latest);
  if (latest === undefined || result === null)
    return nothingToTransform(given, "merge", "no parts", "Put it behind split and the steps for each part.");
  const leaves = leavesOf(result);
  const done = leaves.flatMap((leaf) => (leaf.result === null ? [] : [{ ...leaf, result: leaf.result }]));
  const failed = leaves.filter((leaf) => leaf.result === null);
  if (done.length === 0)
    return nothingToTransform(
      given,
      "merge",
      "no part with a result",
      "Look at why each of them failed or was skipped.",
    );
  return mergedReports(done, failed, given) ?? made(combined(done, failed, latest));
};

type Done = Contained & { readonly result: ResultDocument };

function partsOf({ result }: StepRecord): ResultDocument | null {
  return result !== null && heldBy(result) === "parts" && containedIn(result).length > 0 ? result : null;
}

function mergedReports(
  done: readonly Done[],
  failed: readonly Contained[],
  { flow }: Given,
): Transformed | undefined {
  const names = new Set(done.map(({ name }) => name));
  // Two analyses of one part have looked for different things.
  if (names.size < done.length) return undefined;
  const parts = done.flatMap(({ name, result }) => {
    const report = analysisOf(result);
    return report === undefined ? [] : [{ name: name ?? report.input, report }];
  });
  if (parts.length < done.length) return undefined;
  const { target } = flow;
  const input = target.kind === "path" ? target.path : target.name;
  return made({ ...mergedAnalysis(parts, { input, failed: failed.map(nameOf) }) });
}

function combined(
  done: readonly Done[],
  failed: readonly Contained[],
  { step, word }: StepRecord,
): CombinedDocument {
  return {
    schema: "aiex.combined/1",
    results: done.map(({ name, result, ...by }) => ({
      ...{ step: by.step ?? step, operation: by.operation ?? word, name, result },
    })),
    failed: failed.map((one) => ({ name: nameOf(one), reason: one.reason })),
  };
}

function nameOf({ name, operation }: Contained): string {
  return name ?? operation ?? "a part without a name";
}

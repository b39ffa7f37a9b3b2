// What conditions can look at: the keys of a step's result, and what is derived of them. Nothing of a result is trusted to have its form.
import { isRecord } from "../../runtime/wire/shape.ts";
import { scoreOfAll } from "../analysis/score.ts";
import { severities } from "../analysis/words.ts";
import { type Contained, containedIn, heldBy, leavesOf, recordsIn } from "./contained.ts";
import { nestedResultsMax } from "./limits.ts";
import type { ResultDocument, StepRecord } from "./record.ts";

type Facts = Readonly<Record<string, unknown>>;

export type Fact =
  | { readonly isThere: true; readonly value: unknown }
  /** `names`: what there is where the path ends to be one. */
  | { readonly isThere: false; readonly names: readonly string[] };

/**
 * What stands at a path of names in what a step came to. A name alone is a derived fact first and a key of the result next; dots go
 * inside, into lists by number. Case does not count, nor does the difference of `-` and `_`.
 */
export function factAt(record: StepRecord, path: readonly string[]): Fact {
  const derived = derivedFacts(record);
  const [first = "", ...inside] = path;
  const fact = keyOf(derived, first);
  const own = valueAt(record.result ?? {}, path);
  // A list compares as the count that is derived of it, and can be looked into.
  if (inside.length === 0 && fact !== undefined && !(own.isThere && Array.isArray(own.value)))
    return { isThere: true, value: derived[fact] };
  if (own.isThere || fact === undefined)
    return own.isThere ? own : { ...own, names: namesOf(own, record, path) };
  return valueAt(derived[fact], inside);
}

/** What a step and its result come to, for conditions: described in `factWords`. */
function derivedFacts({ result, status, parts }: StepRecord): Facts {
  const facts = result === null ? {} : factsOf(result, 0);
  const held = result === null || heldBy(result) !== "parts" ? 0 : containedIn(result).length;
  return { ...facts, status, parts: Math.max(parts.length, held) };
}

function namesOf(
  { names }: Extract<Fact, { readonly isThere: false }>,
  record: StepRecord,
  path: readonly string[],
): readonly string[] {
  return path.length === 1 || keyOf(record.result ?? {}, path[0] ?? "") === undefined
    ? [...new Set([...Object.keys(derivedFacts(record)), ...Object.keys(record.result ?? {})])].filter(
        (name) => name !== "schema",
      )
    : names;
}

function valueAt(from: unknown, path: readonly string[]): Fact {
  let value = from;
  for (const name of path) {
    if (Array.isArray(value) && /^\d{1,9}$/.test(name) && Number(name) < value.length) {
      value = value[Number(name)];
      continue;
    }
    if (!isRecord(value)) return { isThere: false, names: [] };
    const key = keyOf(value, name);
    if (key === undefined) return { isThere: false, names: Object.keys(value) };
    value = value[key];
  }
  return { isThere: true, value };
}

function keyOf(record: Facts, name: string): string | undefined {
  if (Object.hasOwn(record, name)) return name;
  const wanted = plain(name);
  return Object.keys(record).find((key) => plain(key) === wanted);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

function factsOf(document: ResultDocument, depth: number): Facts {
  if (depth > nestedResultsMax) return {};
  switch (heldBy(document)) {
    case "parts":
      return factsOfParts(document, depth);
    case "combined":
    case "pipeline":
      // As a condition would look for them: what came last goes first.
      return Object.assign({}, ...resultsOf(containedIn(document)).map((one) => factsOf(one, depth + 1)));
    case undefined:
      return factsOfResult(document);
  }
}

function factsOfResult(document: ResultDocument): Facts {
  switch (document.schema) {
    case "aiex.analysis/1":
      return analysisFacts(document);
    case "aiex.insights/1":
      return issueFacts(countsOf(recordsIn(document.insights)));
    case "aiex.refactoring/1":
    case "aiex.comments/1":
      return { ...editFacts(document), ...checkFacts(document) };
    case "aiex.generation/1":
    case "aiex.test_generation/1":
      return { written: typeof document.path === "string", ...checkFacts(document) };
    default:
      return {};
  }
}

type Counts = Readonly<Record<(typeof severities)[number], number>>;

function analysisFacts({ totals, files, complete, quality, quality_score }: ResultDocument): Facts {
  const found = isRecord(totals) && isRecord(totals.findings) ? totals.findings : {};
  const counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const severity of severities) counts[severity] = numberOr(found[severity], 0);
  const models = recordsIn(files).flatMap(({ model }) => (isRecord(model) ? recordsIn(model.findings) : []));
  return {
    ...{ quality: numberOr(quality, null), quality_score: numberOr(quality_score, null) },
    ...{ complete: complete === true, files: recordsIn(files).length, findings: counts },
    ...{ model_issues: models.length, ...issueFacts(counts) },
  };
}

function issueFacts(counts: Counts): Facts {
  const { error: errors, warning: warnings, info: infos, hint: hints } = counts;
  return {
    ...{ issues: errors + warnings + infos + hints, errors, warnings, infos, hints },
    severity: severities.find((severity) => counts[severity] > 0) ?? "none",
  };
}

function countsOf(judged: readonly Facts[]): Counts {
  const counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { severity } of judged) {
    const known = severities.find((one) => one === severity);
    if (known !== undefined) counts[known] += 1;
  }
  return counts;
}

function editFacts({ files }: ResultDocument): Facts {
  const edited = recordsIn(files);
  return {
    changes: edited.length,
    added: sum(edited.map(({ added }) => numberOr(added, 0))),
    removed: sum(edited.map(({ removed }) => numberOr(removed, 0))),
    applied: edited.length > 0 && edited.every(({ applied }) => applied === true),
  };
}

/** What the project's own checks said, where they were asked. */
function checkFacts({ verification, coverage }: ResultDocument): Facts {
  const measured = isRecord(coverage) ? { coverage: numberOr(coverage.measured, null) } : {};
  return isRecord(verification) ? { passed: verification.passed === true, ...measured } : measured;
}

/** Counts are added up, what holds for all has to hold for each, and of shares the lowest counts; a score is weighed by lines. */
function factsOfParts(document: ResultDocument, depth: number): Facts {
  const all = resultsOf(containedIn(document)).map((one) => factsOf(one, depth + 1));
  const together: Record<string, unknown> = {};
  for (const facts of all)
    for (const [name, value] of Object.entries(facts)) {
      const before = together[name];
      together[name] = Object.hasOwn(together, name) ? joined(name, before, value) : value;
    }
  return { ...together, ...scoreOfParts(document) };
}

function joined(name: string, one: unknown, other: unknown): unknown {
  if (name === "severity") return severities.find((word) => word === one || word === other) ?? "none";
  if (typeof one === "boolean") return one && other === true;
  if (isRecord(one) && isRecord(other))
    return Object.fromEntries(Object.keys(one).map((key) => [key, joined(key, one[key], other[key])]));
  if (typeof one !== "number" || typeof other !== "number") return one ?? other;
  return shares.has(name) ? Math.min(one, other) : one + other;
}

const shares: ReadonlySet<string> = new Set(["quality", "quality_score", "coverage"]);

function scoreOfParts(document: ResultDocument): Facts {
  const files = resultsOf(leavesOf(document))
    .filter(({ schema }) => schema === "aiex.analysis/1")
    .flatMap((analysis) => recordsIn(analysis.files));
  const score = scoreOfAll(
    files.flatMap(({ quality, metrics }) => {
      const codeLines = isRecord(metrics) ? numberOr(metrics.codeLines, 0) : 0;
      return typeof quality === "number" ? [{ quality, codeLines }] : [];
    }),
  );
  return score === null ? {} : { ...score };
}

function resultsOf(contained: readonly Contained[]): readonly ResultDocument[] {
  return contained.flatMap(({ result }) => (result === null ? [] : [result]));
}

function numberOr<Other>(value: unknown, other: Other): number | Other {
  return typeof value === "number" && Number.isFinite(value) ? value : other;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export interface FactWord {
  readonly name: string;
  /** Of which results. */
  readonly of: string;
  readonly summary: string;
}

/** For people: what is derived, in the order in which they are told of it. */
export const factWords: readonly FactWord[] = [
  { name: "quality", of: "analyze", summary: "The score of the code, from 0 to 1" },
  { name: "quality_score", of: "analyze", summary: "The same from 0 to 10" },
  { name: "issues", of: "analyze, insights", summary: "How many findings there are" },
  {
    name: "errors",
    of: "analyze, insights",
    summary: "How many of them are errors; so with warnings, infos, hints",
  },
  {
    name: "severity",
    of: "analyze, insights",
    summary: "The gravest of them: error, warning, info, hint or none",
  },
  { name: "model_issues", of: "analyze", summary: "How many findings a model has made" },
  { name: "files", of: "analyze", summary: "How many files it is about" },
  { name: "complete", of: "analyze", summary: "Whether every file was read as a whole" },
  { name: "changes", of: "refactor", summary: "How many files it would change, or has changed" },
  { name: "added", of: "refactor", summary: "How many lines it adds" },
  { name: "removed", of: "refactor", summary: "How many lines it takes away" },
  { name: "applied", of: "refactor", summary: "Whether all of it was written into the files" },
  { name: "written", of: "generate, test_generate", summary: "Whether the file was written" },
  { name: "passed", of: "what is verified", summary: "Whether the project's own checks passed" },
  { name: "coverage", of: "test_generate", summary: "The share of lines that the tests run through" },
  { name: "parts", of: "every step", summary: "How many parts it was done for" },
  { name: "status", of: "every step", summary: "done, skipped or failed" },
];

// Whether a condition of a step holds, given what the steps before it came to. What cannot be told does not hold, and is warned of.
import { nearest } from "../../runtime/nearest.ts";
import { type Fact, factAt } from "./facts.ts";
import type { PipelineCondition, PipelineValue } from "./language/check.ts";
import { gravities, shareOfPercent } from "./language/compared.ts";
import type { Operator } from "./language/specification.ts";
import { pipelineWordOf } from "./language/vocabulary.ts";
import { namesToldMax, toldCharactersMax } from "./limits.ts";
import type { StepRecord } from "./record.ts";

export interface Looked {
  readonly holds: boolean;
  /** What is wrong with what was asked, in words; whoever is strict takes it for an error. */
  readonly warning?: string;
}

export interface LookedAt {
  /** What the step would work on; undefined where nothing was done yet. */
  readonly latest: StepRecord | undefined;
  /** All steps before, in their order. */
  readonly records: readonly StepRecord[];
}

/**
 * The path is looked for in the latest result, then in an earlier step that it begins with, by its word or its number. Where it is not
 * there, or what is there cannot be compared so, the condition is not met: that of `unless` neither, so that nothing is done of which
 * nobody knows whether it is wanted.
 */
export function conditionHolds(condition: PipelineCondition, given: LookedAt): Looked {
  const { word, path, operator, value } = condition;
  const fact = factFor(path, given);
  if (!fact.isThere) return { holds: false, warning: unknownPath(path, fact.names, given) };
  const compared = comparedWith(fact.value, operator, value);
  const shown = path.join(".");
  if (compared.answer === undefined)
    return { holds: false, warning: `${told(shown)} ${compared.problem}, so the condition is not met.` };
  const holds = word === "unless" ? !compared.answer : compared.answer;
  const warning = outOfRange(path, fact.value, value);
  return warning === undefined ? { holds } : { holds, warning };
}

function factFor(path: readonly string[], { latest, records }: LookedAt): Fact {
  const here: Fact = latest === undefined ? { isThere: false, names: [] } : factAt(latest, path);
  if (here.isThere) return here;
  const [first = "", ...inside] = path;
  const named = stepsCalled(first, records);
  if (named.length === 0) return here;
  // A step alone is what became of it.
  const wanted = inside.length === 0 ? ["status"] : inside;
  const facts = named.map((record) => factAt(record, wanted));
  return facts.findLast(({ isThere }) => isThere) ?? facts.at(-1) ?? here;
}

function stepsCalled(name: string, records: readonly StepRecord[]): readonly StepRecord[] {
  return records.filter((record) => isStepCalled(record, name));
}

/** Whether a condition means this step where its path begins with that name: by its number, or by its word, however that is written. */
export function isStepCalled({ step, word }: Pick<StepRecord, "step" | "word">, name: string): boolean {
  if (/^\d+$/.test(name)) return step === Number(name);
  const given = name.toLowerCase().replaceAll("-", "_");
  return word === (pipelineWordOf(given)?.name ?? given);
}

type Compared =
  | { readonly answer: boolean }
  /** As the sentence about the path goes on. */
  | { readonly answer: undefined; readonly problem: string };

function comparedWith(actual: unknown, operator: Operator, value: PipelineValue): Compared {
  if (operator === "~") return { answer: contains(actual, String(value).toLowerCase()) };
  if (actual === null || actual === undefined) return comparedNothing(operator, value);
  const left = Array.isArray(actual) ? actual.length : actual;
  if (typeof left === "number") return comparedNumber(left, operator, value);
  if (typeof left === "boolean") return comparedFlag(left, operator, value);
  if (typeof left === "string") return comparedText(left, operator, value);
  const keys = Object.keys(left).slice(0, namesToldMax).map(told).join(", ");
  return cannot(`holds other values: name one of ${keys}`);
}

function comparedNothing(operator: Operator, value: PipelineValue): Compared {
  if (typeof value === "string" && isSame(operator)) {
    const isNothing = ["null", "none"].includes(value.toLowerCase());
    return { answer: isNothing === (operator === "==") };
  }
  return cannot("has no value here");
}

function comparedNumber(left: number, operator: Operator, value: PipelineValue): Compared {
  const right = numberOf(value);
  if (right !== undefined) return { answer: ordered(left - right, operator) };
  if (isSame(operator)) return { answer: (String(left) === String(value)) === (operator === "==") };
  return cannot(`is a number, and ${toldValue(value)} is none`);
}

/** A number, or a percentage. */
function numberOf(value: PipelineValue): number | undefined {
  if (typeof value !== "string") return typeof value === "number" ? value : undefined;
  return shareOfPercent(value);
}

function comparedFlag(left: boolean, operator: Operator, value: PipelineValue): Compared {
  if (!isSame(operator)) return cannot("is true or false, and is compared with == or != alone");
  const isEqual = String(left) === String(value).toLowerCase();
  return { answer: isEqual === (operator === "==") };
}

function comparedText(left: string, operator: Operator, value: PipelineValue): Compared {
  const right = String(value);
  const [gravity, other] = [gravities.get(left.toLowerCase()), gravities.get(right.toLowerCase())];
  if (gravity !== undefined && other !== undefined) return { answer: ordered(gravity - other, operator) };
  if (isSame(operator))
    return { answer: (left.toLowerCase() === right.toLowerCase()) === (operator === "==") };
  return cannot(`is the text ${told(left)}, and is compared with ==, != or ~ alone`);
}

function ordered(difference: number, operator: Operator): boolean {
  switch (operator) {
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
    case "==":
      return difference === 0;
    case "!=":
      return difference !== 0;
    case "~":
      return false;
  }
}

/** A list holds what one of its elements holds, and a record what one of its values does. */
function contains(actual: unknown, wanted: string, depth = 0): boolean {
  if (typeof actual === "string") return actual.toLowerCase().includes(wanted);
  if (typeof actual === "number" || typeof actual === "boolean") return String(actual).includes(wanted);
  if (actual === null || typeof actual !== "object" || depth > heldDepthMax) return false;
  return Object.values(actual).some((one) => contains(one, wanted, depth + 1));
}

/** A list of records of texts, and one level more: what is deeper is another result's. */
const heldDepthMax = 3;

function isSame(operator: Operator): boolean {
  return operator === "==" || operator === "!=";
}

/** A quality above 1 is that of the other scale. */
function outOfRange(path: readonly string[], actual: unknown, value: PipelineValue): string | undefined {
  if (path.at(-1) !== "quality" || typeof actual !== "number" || typeof value !== "number" || value <= 1)
    return undefined;
  return `quality goes from 0 to 1, and is compared with ${value}. Did you mean quality_score, which goes from 0 to 10?`;
}

function unknownPath(
  path: readonly string[],
  names: readonly string[],
  { latest, records }: LookedAt,
): string {
  const shown = path.join(".");
  const start = `There is no ${told(shown)}`;
  const end = "so the condition is not met.";
  if (latest === undefined && records.length === 0) return `${start} before the first result, ${end}`;
  const elsewhere = records.findLast(
    (record) => record !== latest && factAt(record, path).isThere && record.result !== null,
  );
  if (elsewhere !== undefined)
    return `${start} in the latest result, ${end} Step ${elsewhere.step} has it: write ${elsewhere.word}.${shown}.`;
  const where = placeOf(path, { latest, records });
  const meant = nearest(path.at(-1) ?? "", names);
  const listed = names.slice(0, namesToldMax).map(told).join(", ");
  const rest = names.length > namesToldMax ? ` and ${names.length - namesToldMax} more` : "";
  const there = names.length === 0 ? "" : ` There is ${listed}${rest}.`;
  const guess = meant === undefined ? "" : ` Did you mean ${told([...path.slice(0, -1), meant].join("."))}?`;
  return `${start}${where}, ${end}${guess}${there}`;
}

function placeOf([first = "", ...inside]: readonly string[], { latest, records }: LookedAt): string {
  const named = inside.length === 0 ? undefined : stepsCalled(first, records).at(-1);
  const record = named ?? latest;
  if (record === undefined) return "";
  const made = ` in what step ${record.step} (${told(record.word)}) came to`;
  return record.status === "done"
    ? made
    : `${made}, since it ${record.status === "failed" ? "failed" : "was skipped"}`;
}

function cannot(problem: string): Compared {
  return { answer: undefined, problem };
}

function toldValue(value: PipelineValue): string {
  return typeof value === "string" ? told(JSON.stringify(value)) : String(value);
}

function told(text: string): string {
  return text.length > toldCharactersMax ? `${text.slice(0, toldCharactersMax)}...` : text;
}

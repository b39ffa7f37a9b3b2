// Plans the run of a pipeline: which of its steps wait for which, by the mode. Pure.
import { promptsOfWords } from "./asked-words.ts";
import { isStepCalled } from "./conditions.ts";
import type { PipelineStep } from "./language/check.ts";
import { pipelineWordOf } from "./language/vocabulary.ts";
import type { Plan, Step } from "./plan.ts";
import type { EndWork, PipelineWork, StepWork } from "./step-work.ts";

/** The step whose output is a `PipelineOutcome`. */
export const endStep = "end";

/** The id of the step of the run that does a step of the pipeline. */
export function stepIdOf(step: number): string {
  return String(step);
}

/** The output of the plan is a `PipelineOutcome`. */
export function planOfPipeline(work: PipelineWork): Plan {
  const units = unitsOf(streamed(work));
  const steps: Step[] = [];
  const places: Place[] = [];
  for (const unit of units) {
    const place = placeOf(unit, places, work);
    places.push(place);
    const { step, segment } = unit;
    const input: StepWork = {
      ...{ step, segment, sees: place.sees, after: place.after, joins: place.joins },
      ...{ begin: work.begin, terms: work.terms, prompts: promptsFor([step, ...segment], work) },
    };
    steps.push({
      ...{ id: stepIdOf(step.number), operation: "pipeline.step", input },
      after: place.waitsFor.map(stepIdOf),
    });
  }
  const end: EndWork = {
    ...{ spec: work.spec, mode: work.terms.mode, begin: work.begin },
    steps: units.map(({ step: { number, word } }) => ({ step: number, word })),
  };
  const last: Step = { id: endStep, operation: "pipeline.end", input: end, after: steps.map(({ id }) => id) };
  return { steps: [...steps, last], result: endStep };
}

/** A step, with those that it does for each part. */
interface Unit {
  readonly step: PipelineStep;
  readonly segment: readonly PipelineStep[];
}

interface Place extends Pick<StepWork, "sees" | "after" | "joins"> {
  readonly unit: Unit;
  readonly waitsFor: readonly number[];
}

const joiningWords: ReadonlySet<string> = new Set(["save", "load", "split", "merge", "combine_results"]);

/** Whether a folder is put together again in front of it: what it does, or the file that it writes, is one and not one for each file. */
function isJoining({ word, parameters }: PipelineStep): boolean {
  return joiningWords.has(word) || parameters.output !== undefined;
}

/** The number of a split that nobody has written. */
const impliedSplit = 0;

/** A folder goes through a pipeline file by file where it is streamed, and through nothing else in it. */
function streamed({ steps, begin, terms, isOneFile }: PipelineWork): readonly PipelineStep[] {
  if (terms.mode !== "streaming" || begin.target.kind !== "path" || isOneFile === true) return steps;
  const [first] = steps;
  if (first === undefined || isJoining(first)) return steps;
  const split: PipelineStep = {
    ...{ number: impliedSplit, word: "split", conditions: [], parameters: { by: "file" }, timesMax: 1 },
  };
  return [split, ...steps];
}

function segmentEnd(steps: readonly PipelineStep[], start: number): number {
  const joint = steps.findIndex((step, index) => index > start && isJoining(step));
  return joint === -1 ? steps.length : joint;
}

function unitsOf(steps: readonly PipelineStep[]): readonly Unit[] {
  const units: Unit[] = [];
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index];
    if (step === undefined) break;
    if (step.word !== "split") {
      units.push({ step, segment: [] });
      continue;
    }
    const end = step.number === impliedSplit ? segmentEnd(steps, index) : endOfSplit(steps, index);
    units.push({ step, segment: steps.slice(index + 1, end) });
    index = end - 1;
  }
  return units;
}

/** The index of the `merge` that belongs to a `split`, or behind the last step. */
function endOfSplit(steps: readonly Pick<PipelineStep, "word">[], start: number): number {
  let depth = 0;
  for (let index = start; index < steps.length; index += 1) {
    if (steps[index]?.word === "split") depth += 1;
    if (steps[index]?.word === "merge") depth -= 1;
    if (depth === 0) return index;
  }
  return steps.length;
}

function placeOf(unit: Unit, places: readonly Place[], { terms: { mode } }: PipelineWork): Place {
  const before = places.map(({ unit: { step } }) => step.number);
  const previous = before.at(-1) ?? null;
  const { step } = unit;
  const isOperation = pipelineWordOf(step.word)?.group === "operation" || step.word === "split";
  if (mode === "parallel" && !isOperation && step.word !== "load")
    return { unit, waitsFor: before, sees: before, after: lastLoad(places), joins: step.word !== "merge" };
  if (mode === "parallel") {
    const load = lastLoad(places);
    const waitsFor = unique([...looksAt(unit, places), ...(load === null ? [] : [load])]);
    return { unit, waitsFor, sees: sight(waitsFor, places), after: load, joins: false };
  }
  if (mode === "conditional" && step.conditions.length > 0) {
    const waitsFor = looksAt(unit, places);
    return { unit, waitsFor, sees: sight(waitsFor, places), after: waitsFor.at(-1) ?? null, joins: false };
  }
  if (mode === "conditional") {
    // Who puts results together waits for all branches; everybody else goes on from the last one.
    const waitsFor = isOperation ? before.slice(-1) : before;
    return { unit, waitsFor, sees: sight(waitsFor, places), after: previous, joins: false };
  }
  return { unit, waitsFor: before.slice(-1), sees: before, after: previous, joins: false };
}

/** Steps that its conditions are about: those that they name, and the one before where they name none. In order. */
function looksAt({ step }: Unit, places: readonly Place[]): readonly number[] {
  const seen = step.conditions.flatMap(({ path: [name = ""] }) => {
    const named = places.findLast(({ unit: { step: one } }) =>
      isStepCalled({ step: one.number, word: one.word }, name),
    );
    const meant = named ?? places.at(-1);
    return meant === undefined ? [] : [meant.unit.step.number];
  });
  return unique(seen);
}

/** Those, and all that those have seen. */
function sight(waitsFor: readonly number[], places: readonly Place[]): readonly number[] {
  const seen = places.filter(({ unit }) => waitsFor.includes(unit.step.number)).flatMap(({ sees }) => sees);
  return unique([...seen, ...waitsFor]);
}

function lastLoad(places: readonly Place[]): number | null {
  return places.findLast(({ unit }) => unit.step.word === "load")?.unit.step.number ?? null;
}

function unique(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}

function promptsFor(steps: readonly PipelineStep[], { prompts }: PipelineWork): StepWork["prompts"] {
  const names: ReadonlySet<string> = promptsOfWords(steps);
  return Object.fromEntries(Object.entries(prompts).filter(([name]) => names.has(name)));
}

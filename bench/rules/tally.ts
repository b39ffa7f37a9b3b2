// Counts judgements: how much of what was planted is found, and how much of what is said is right.
import type { Judgement } from "./judge.ts";

export interface Tally {
  readonly name: string;
  readonly cases: number;
  readonly defects: number;
  readonly clean: number;
  readonly found: number;
  /** Errors and warnings that no reviewer would have written. */
  readonly falseAlarms: number;
  /** Infos and hints besides. */
  readonly remarks: number;
  /** Found of planted; null where nothing was planted. */
  readonly recall: number | null;
  /** Found of found and false alarms together; null where nothing was said. */
  readonly precision: number | null;
}

export function tally(name: string, judgements: readonly Judgement[]): Tally {
  const defects = judgements.filter(isDefect).length;
  const found = judgements.filter(({ hit }) => hit !== null).length;
  const falseAlarms = sum(judgements.map((judgement) => judgement.falseAlarms.length));
  return {
    name,
    cases: judgements.length,
    defects,
    clean: judgements.length - defects,
    found,
    falseAlarms,
    remarks: sum(judgements.map(({ remarks }) => remarks)),
    recall: share(found, defects),
    precision: share(found, found + falseAlarms),
  };
}

/** One tally for each value of `keyOf`, in the order of the first appearance; where that is null, the judgement counts nowhere. */
export function tallyBy(
  judgements: readonly Judgement[],
  keyOf: (judgement: Judgement) => string | null,
): readonly Tally[] {
  const groups = new Map<string, Judgement[]>();
  for (const judgement of judgements) {
    const key = keyOf(judgement);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), judgement]);
  }
  return [...groups].map(([name, group]) => tally(name, group));
}

export function isDefect({ of }: Judgement): boolean {
  return of.category !== null;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

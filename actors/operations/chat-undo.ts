// Takes back what a model has changed in a conversation: one change at a time, the last one first.
import type { StepContext } from "../pipeline/plan.ts";
import { settled } from "./changed-files.ts";

/** A change of a conversation that stands. Plain data, kept with the run. */
interface MadeChange {
  /** The id of its set, whichever run of the conversation has made it: a fork takes back what was made before it, too. */
  readonly set: string;
  readonly path: string;
}

/** What came of taking the last change back. */
export interface TakenBack {
  /** For the person. */
  readonly told: string;
  /** For the model; left out where nothing was taken back. */
  readonly noted?: string;
}

interface Undone extends TakenBack {
  readonly left: readonly MadeChange[];
}

const madeKey = "changes made";
const undoneKey = "undone";

/** Once, however often it is said of the same change. */
export async function noteChange(context: StepContext, change: MadeChange): Promise<void> {
  const made = await madeIn(context);
  if (made.some(({ set }) => set === change.set)) return;
  await context.note(madeKey, [...made, change], "run");
}

/** One change for each step that asks, however often it is tried. */
export async function takeBackLast(context: StepContext): Promise<TakenBack> {
  const undone = ((await context.recall(undoneKey)) as Undone | undefined) ?? (await takenBack(context));
  await context.note(undoneKey, undone);
  await context.note(madeKey, undone.left, "run");
  const { told, noted } = undone;
  return { told, ...(noted === undefined ? {} : { noted }) };
}

async function takenBack(context: StepContext): Promise<Undone> {
  const made = await madeIn(context);
  const last = made.at(-1);
  if (last === undefined)
    return { told: "There is nothing to take back: no change of this conversation is left.", left: made };
  const { set, path } = last;
  const back = await settled(context, { key: `undo ${set}`, set, how: "take_back" });
  if (!back.ok) return { told: back.message, left: made };
  const left = made.slice(0, -1);
  const more = left.length === 0 ? "" : ` ${left.length} more can be taken back.`;
  return {
    told: `The last change is taken back: ${path} is as it was before it.${more}`,
    noted: `(The person has taken back the last change of ${JSON.stringify(path)}: the file is as it was before it.)`,
    left,
  };
}

async function madeIn(context: StepContext): Promise<readonly MadeChange[]> {
  return ((await context.recall(madeKey, "run")) as readonly MadeChange[] | undefined) ?? [];
}

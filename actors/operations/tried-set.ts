// A set of changes that is in place while it is tried out, and is taken back where it does not pass. Which one that is lasts with the
// run: whoever goes on with it finds the files as they were before, and not some try of an attempt that was lost.
import type { StepContext } from "../runs/step-context.ts";
import type { FileChange, SettleRequest } from "../workspace/access.ts";
import type { Refusal } from "./ask-model.ts";
import { applied, settled } from "./changed-files.ts";

/** Which set is in place. */
interface Tried {
  /** The how manieth of the step it is. */
  readonly number: number;
  /** Its id. Left out by earlier programs, which took no two steps of a run for such that change files. */
  readonly set?: string;
  /** True while a formatter may be at its files: what they are then belongs to it. */
  readonly isFormatting: boolean;
}

type Done = { readonly ok: true } | Refusal;

const triedKey = "tried";
const countKey = "tries";

/** Puts changes in place. `number` tells this try from all others of the step. */
export async function tryOut(
  context: StepContext,
  { title, changes }: { readonly title: string; readonly changes: readonly FileChange[] },
): Promise<{ readonly ok: true; readonly number: number } | Refusal> {
  const number = (((await context.recall(countKey)) as number | undefined) ?? 0) + 1;
  await context.note(countKey, number);
  const set = `${context.key}/${keyOf(number)}`;
  await context.note(triedKey, { number, set, isFormatting: false } satisfies Tried);
  const done = await applied(context, { key: keyOf(number), set, title, changes });
  if (done.ok) return { ok: true, number };
  await context.note(triedKey, null);
  return done;
}

/** While `work` is done, the files of the set may become others: those are its own then. */
export async function whileFormatting<Value>(
  context: StepContext,
  work: () => Promise<Value>,
): Promise<{ readonly ok: true; readonly value: Value } | Refusal> {
  const tried = await triedIn(context);
  if (tried === undefined) return { ok: true, value: await work() };
  await context.note(triedKey, { ...tried, isFormatting: true } satisfies Tried);
  const value = await work();
  const adopted = await adopt(context, tried);
  return adopted.ok ? { ok: true, value } : adopted;
}

/** Has every file be as it was before the set that is in place; nothing where there is none. */
export async function takeBack(context: StepContext): Promise<Done> {
  const tried = await triedIn(context);
  if (tried === undefined) return { ok: true };
  const adopted = tried.isFormatting ? await adopt(context, tried) : ({ ok: true } as const);
  if (!adopted.ok) return adopted;
  const back = await settledTry(context, tried, "take_back");
  if (back.ok) await context.note(triedKey, null);
  return back;
}

/** The set that is in place stays. */
export async function keep(context: StepContext): Promise<void> {
  await context.note(triedKey, null);
}

async function adopt(context: StepContext, tried: Tried): Promise<Done> {
  const adopted = await settledTry(context, tried, "adopt");
  if (adopted.ok) await context.note(triedKey, { ...tried, isFormatting: false } satisfies Tried);
  return adopted;
}

async function triedIn(context: StepContext): Promise<Tried | undefined> {
  return ((await context.recall(triedKey)) as Tried | null | undefined) ?? undefined;
}

async function settledTry(
  context: StepContext,
  { number, set = `${context.run}/${keyOf(number)}` }: Tried,
  how: SettleRequest["how"],
): Promise<Done> {
  const done = await settled(context, { key: `${how} ${number}`, set, how });
  if (done.ok) return done;
  return {
    ...done,
    message: `What was tried out is still in your files, and could not be taken back. ${done.message}`,
  };
}

function keyOf(number: number): string {
  return `try ${number}`;
}

// Has files of a run's workspace changed: all of them as one set, which is an effect of the run and can be taken back with `aiex undo`.
import { FileError } from "../../runtime/file-system.ts";
import { blobHash } from "../../runtime/store/blob-guard.ts";
import { effectDone, type StepContext } from "../runs/step-context.ts";
import type { AppliedSet, FileChange, OwnerAway, Settled, SettleRequest } from "../workspace/access.ts";
import type { Refusal, Sent } from "./ask-model.ts";
import { present } from "./services.ts";

/** A text that is to be in place of another one, or of no file (null). */
export interface TextChange {
  /** Below the root of the workspace. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
}

export interface ChangedSet {
  /** Tells the effects of a step apart; the same each time the step is tried. */
  readonly key: string;
  /** The id of the set: the same each time the step is tried, and that of no other set of any run. */
  readonly set: string;
  /** One line for people. */
  readonly title: string;
  readonly changes: readonly FileChange[];
}

/**
 * The bytes of a file that was read as `text`, or why it is not what it was. The text does not say how its bytes were written, and their
 * hash does.
 * @throws what asking throws where the workspace's owner ends meanwhile: the step is then tried again
 */
export async function changeOf(
  context: StepContext,
  { path, before, after }: TextChange,
): Promise<{ readonly ok: true; readonly change: FileChange } | Refusal> {
  const now = await present(context, await context.workspace.hash(path));
  if (!now.ok) return { ok: false, code: now.code, message: now.message };
  if (before === null) return { ok: true, change: textChange({ path, mark: "", after, hash: now.hash }) };
  const mark = markOf(before, now.hash);
  if (mark !== undefined) return { ok: true, change: textChange({ path, mark, after, hash: now.hash }) };
  const message = `${JSON.stringify(path)} is no longer what the model was shown, or is no UTF-8. Nothing was changed. Try again.`;
  return { ok: false, code: "changed_since", message };
}

/** What stands before a text in the bytes that have a hash; undefined where they are those of another text. */
export function markOf(text: string, hash: string | null): string | undefined {
  return ["", byteOrderMark].find((mark) => blobHash(encoded(mark + text)) === hash);
}

/** @param hash of the file as it is; null where there is none */
export function textChange({
  path,
  mark,
  after,
  hash,
}: Pick<TextChange, "path" | "after"> & {
  readonly mark: string;
  readonly hash: string | null;
}): FileChange {
  const bytes = encoded(mark + after);
  return { path, before: hash, after: blobHash(bytes), bytes };
}

/** What a step that is tried again finds it has done already: what it sent and asked is not sent and asked again. */
export interface ChangedBefore<Result> {
  readonly result: Result;
  /** Times that the model was asked. */
  readonly rounds: number;
  readonly files: Sent["files"];
}

/** Undefined where nothing was changed, or the files are something else by now. */
export async function changedBefore<Result>(
  context: StepContext,
): Promise<ChangedBefore<Result> | undefined> {
  const noted = (await context.recall(changeKey)) as Noted<Result> | undefined;
  if (noted === undefined) return undefined;
  for (const { path, after } of noted.changes) {
    const now = await present(context, await context.workspace.hash(path));
    if (!now.ok || now.hash !== after) return undefined;
  }
  if (noted.isSet === true) await changedAlready(context);
  return noted;
}

/** Changes files as one set, once, however often the step is tried; `becomes` is what the step comes to with it. */
export async function changed<Result>(
  context: StepContext,
  { title, changes }: Pick<ChangedSet, "title" | "changes">,
  becomes: ChangedBefore<Result>,
): Promise<{ readonly ok: true } | Refusal> {
  // Written down before, since a step that is tried again reads the files as they are then.
  await noteChanged(context, changes, becomes, true);
  return applied(context, { key: changeKey, set: `${context.key}/${changeKey}`, title, changes });
}

/**
 * Writes down that a set happened of which the files show that it did: whoever applied it was lost before that was written. Nothing is
 * done for one of which it is known.
 */
async function changedAlready(context: StepContext): Promise<void> {
  await context.effect<AppliedSet>({
    ...{ key: changeKey, kind: "file_write", about: null },
    verify: async () => "done",
    perform: async () => ({ ok: true, isNew: false }),
  });
}

/** Writes down what a step comes to with these changes of files. */
export async function noteChanged<Result>(
  context: StepContext,
  changes: Noted<Result>["changes"],
  becomes: ChangedBefore<Result>,
  isSet = false,
): Promise<void> {
  const files = changes.map(({ path, after }) => ({ path, after }));
  const noted: Noted<Result> = { ...becomes, changes: files, isSet };
  await context.note(changeKey, noted);
}

interface Noted<Result> extends ChangedBefore<Result> {
  /** True where they are the one set of their step, and not one of several that were tried out. */
  readonly isSet?: boolean;
  readonly changes: readonly { readonly path: string; readonly after: string | null }[];
}

const changeKey = "change";

/** Has a set applied once, however often the step is tried. */
export async function applied(
  context: StepContext,
  { key, set: id, title, changes }: ChangedSet,
): Promise<{ readonly ok: true } | Refusal> {
  const set = { id, run: context.changesRun, title, changes };
  let away: OwnerAway | undefined;
  const answer = await context
    .effect<AppliedSet>({
      key,
      kind: "file_write",
      about: { files: changes.map(({ path, before, after }) => ({ path, before, after })) },
      // A set that is there already is applied no second time; nor are files changed that are as they would be, whatever its id.
      unknown: "repeat",
      perform: async () => {
        const given = await context.workspace.applyAll(set);
        if (given.ok || given.code !== "workspace_away") return given;
        away = given;
        throw new FileError("file_failed", "change", changes[0]?.path ?? "", { because: given.message });
      },
    })
    .catch((error: unknown) => {
      if (away === undefined) throw error;
      return away;
    });
  if (answer === effectDone) return { ok: true };
  const done = await present<AppliedSet>(context, answer);
  if (done.ok) return { ok: true };
  return { ok: false, code: codes[done.code], message: `${done.message} Nothing was changed.` };
}

/** Has one set adopted or taken back by the owner of the files, once, however often the step is tried. */
export async function settled(
  context: StepContext,
  { key, set, how }: SettleRequest & { readonly key: string },
): Promise<{ readonly ok: true } | Refusal> {
  let away: OwnerAway | undefined;
  const answer = await context
    .effect<Settled>({
      ...{ key, kind: "file_write", about: { set, how } },
      // The owner does it once.
      unknown: "repeat",
      perform: async () => {
        const given = await context.workspace.settle({ set, how });
        if (given.ok || given.code !== "workspace_away") return given;
        away = given;
        throw new FileError("file_failed", "change", set, { because: given.message });
      },
    })
    .catch((error: unknown) => {
      if (away === undefined) throw error;
      return away;
    });
  if (answer === effectDone) return { ok: true };
  const done = await present<Settled>(context, answer);
  return done.ok ? done : { ok: false, code: codes[done.code], message: done.message };
}

const byteOrderMark = "\uFEFF";

const codes = { changed_since: "changed_since", denied: "file_denied", failed: "file_failed" } as const;

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

// A file that a model is to make: where it may go, and how it gets there.
import type { StepContext } from "../runs/step-context.ts";
import type { Refusal } from "./ask-model.ts";
import { type ChangedBefore, changed, changeOf } from "./changed-files.ts";
import { isBelow } from "./refactor.ts";
import { present } from "./services.ts";

export interface Target {
  /** Below the root of the workspace. */
  readonly path: string;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
}

/** Why nothing may be written there; undefined where it may. Asked before anything is paid for. */
export async function targetRefusal(
  context: StepContext,
  { path, force }: Target,
): Promise<Refusal | undefined> {
  const shown = JSON.stringify(path);
  if (!isBelow(path)) {
    const message = `${shown} is no path below the project's directory, and files are made only there. Name it so, or set workspace.project_dir.`;
    return { ok: false, code: "outside_root", message };
  }
  const now = await present(context, await context.workspace.hash(path));
  if (!now.ok) return { ok: false, code: now.code, message: now.message };
  if (now.hash === null || force) return undefined;
  const message = `${shown} is there already. Name another file with --output, or replace it with --force: \`aiex undo\` brings it back.`;
  return { ok: false, code: "file_exists", message };
}

/** Writes the file, unless one has appeared there meanwhile; `becomes` is what the step comes to with it. */
export async function written<Result>(
  context: StepContext,
  target: Target,
  {
    text,
    title,
    becomes,
  }: { readonly text: string; readonly title: string; readonly becomes: ChangedBefore<Result> },
): Promise<{ readonly ok: true } | Refusal> {
  const refusal = await targetRefusal(context, target);
  if (refusal !== undefined) return refusal;
  const made = await changeOf(context, { path: target.path, before: null, after: text });
  return made.ok ? changed(context, { title, changes: [made.change] }, becomes) : made;
}

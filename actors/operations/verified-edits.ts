// Edits of files that stay only where the owner's own checks pass with them, or are shown with what those say of them.
import type { StepContext } from "../runs/step-context.ts";
import { isBelow } from "../workspace/below.ts";
import type { RewrittenFile } from "../writing/rewrite.ts";
import type { Concluding, Refusal, Unsound } from "./ask-model.ts";
import { noteChanged } from "./changed-files.ts";
import { appliedTo, type Edited, type EditJob, rootedPath, wantedEdits } from "./edited-files.ts";
import { sentText } from "./sent-file.ts";
import { keep } from "./tried-set.ts";
import { inPlace, readyToVerify, type Trial, type Tried, triedOut } from "./verification.ts";
import type { Verification } from "./verification-result.ts";

interface VerifiedEdits extends Edited {
  readonly verification: Verification | null;
}

/** What a person answers where the edits that they chose do not pass. */
const keepChoices = { keep: "keep", back: "take back" } as const;

/** Why edits cannot be verified; undefined where they can, and nothing is in place that an earlier attempt has left. */
export async function verifyingRefusal(
  context: StepContext,
  { file, text }: { readonly file: string; readonly text?: string | undefined },
): Promise<Refusal | undefined> {
  if (text !== undefined) {
    const message =
      "--verify runs your checks with the changes in place, and a text that is no file has none.";
    return { ok: false, code: "usage", message };
  }
  if (isBelow(file)) return readyToVerify(context, false);
  const message = `${JSON.stringify(file)} is not named by its path below the project's directory, and --verify changes files only there. Name it so, or set workspace.project_dir.`;
  return { ok: false, code: "outside_root", message };
}

/** Tries out what the model wants, or what a person chooses of it. `title`: one line for people. */
export async function verifiedEdits<Result extends VerifiedEdits>(
  result: Result,
  { isLast, tell, ...job }: Omit<EditJob<Result>, "earlier"> & Concluding,
  title: string,
): Promise<{ readonly ok: true; readonly result: Result } | Unsound | Refusal> {
  const { input, material, context } = job;
  if (result.files.length === 0 || material.before !== undefined) return { ok: true, result };
  const edits = await wantedEdits(job, undefined);
  if (!edits.ok) return edits;
  if (edits.changes.length === 0) return { ok: true, result };
  const { rounds: round } = material;
  const isAsked = input.mode === "interactive";
  const trial: Trial = {
    title,
    round,
    changes: edits.changes,
    keeps: input.mode !== "preview",
    isLast,
    tell,
  };
  const tried = await triedOut(context, trial);
  if (!tried.ok) return tried;
  const { passed } = tried.verification;
  if (!passed && !isAsked && !isLast) return { ok: false, problem: tried.problem, output: tried.output };
  const stays =
    !passed && isAsked && (await wantsToKeep(context, tried)) ? await inPlace(context, trial, tried) : tried;
  if (!stays.ok) return stays;
  const { verification, changes } = stays;
  const wanted = edits.wanted.map((file) => formatted(file, stays.files));
  const { files } = appliedTo(result, wanted, material);
  const { kept } = verification;
  if (!kept && input.mode === "preview") context.chain?.proposed(wanted);
  const becomes: Result = {
    ...{ ...result, verification, run: kept ? context.changesRun : null },
    files: kept ? files : files.map((file) => ({ ...file, applied: false })),
  };
  if (kept) {
    const sent = material.files.map(({ path, masked }) => ({ path, masked }));
    await noteChanged(context, changes, { result: becomes, rounds: round, files: sent });
    await keep(context);
  }
  return { ok: true, result: becomes };
}

async function wantsToKeep(context: StepContext, { problem, verification }: Tried): Promise<boolean> {
  const choice = await context.ask({
    key: "keep what does not pass",
    text: `Your checks do not pass with it: ${problem} Keep the changes all the same?`,
    choices: Object.values(keepChoices),
    about: verification,
  });
  return choice === keepChoices.keep;
}

/** As the formatter has left it, with secrets hidden where they were. */
function formatted(file: RewrittenFile, tried: Tried["files"]): RewrittenFile {
  const own = tried.find(({ path }) => path === rootedPath(file.path));
  if (own === undefined || own.text === file.text) return file;
  const sent = sentText(file.path, own.text);
  return { path: file.path, text: own.text, lines: sent.ok ? sent.file.lines : file.lines };
}

// A file that a model is to make: what is asked and told of it, how its answer is checked, where it may go, and how it gets there.
import { z } from "zod";
import type { Language } from "../analysis/languages.ts";
import type { StepContext } from "../runs/step-context.ts";
import { isBelow } from "../workspace/below.ts";
import { answeredFile } from "../writing/answered-file.ts";
import { remarksCharactersMax } from "../writing/limits.ts";
import type { Checked, Concluding, Job, Refusal, Unsound } from "./ask-model.ts";
import { type ChangedBefore, changed, changeOf, noteChanged } from "./changed-files.ts";
import { problemCharactersMax, roundsDefault, verifyRoundsMax } from "./limits.ts";
import type { SentFile } from "./sent-file.ts";
import { present } from "./services.ts";
import { faultIn } from "./sound-code.ts";
import { keep } from "./tried-set.ts";
import { readyToVerify, triedOut } from "./verification.ts";
import { type CoverageFound, type Goal, verification } from "./verification-result.ts";

/** What every operation that makes a file is given. */
export const madeFileInput = {
  output: z
    .string()
    .min(1)
    .optional()
    .describe("The path of the new file; left out where none is to be written"),
  force: z.boolean().default(false).describe("Whether a file that is there may be replaced"),
  verify: z
    .boolean()
    .default(false)
    .describe("Whether the owner's own checks decide if the file stays; takes an output"),
};

/** What every one of them tells of its file. */
export const madeFileResult = {
  path: z.string().nullable().describe("The file that was written; null where none was"),
  code: z.string().describe("The whole file"),
  remarks: z.string().describe("What the model says of it"),
  run: z
    .string()
    .nullable()
    .describe("The run whose changes `aiex undo` takes back; null where no file was written"),
  verification: verification.nullable().describe("What the checks came to; null where none were asked for"),
};

type MadeInput = z.output<z.ZodObject<typeof madeFileInput>>;
type MadeResult = z.infer<z.ZodObject<typeof madeFileResult>> & {
  /** Left out by what has no goal for it. */
  readonly coverage?: CoverageFound | null;
};

/** What an operation has in hand that makes a file. */
export interface Making<Result> {
  /** What the model is shown. */
  readonly files: readonly SentFile[];
  /** Null for a page of Markdown. */
  readonly language: Language | null;
  /** Answers that were looked at. */
  rounds: number;
  /** What an earlier attempt has written already. */
  readonly before?: ChangedBefore<Result>;
}

/** Times that the model is asked for a file. */
export function roundsOfMade({ verify }: MadeInput): number {
  return verify ? verifyRoundsMax : roundsDefault + 1;
}

/** @param path where it is to be, or would be: some rules judge by it */
export async function checkedFile<Result>(
  answer: string,
  {
    material,
    tools,
    path,
  }: Pick<Job<unknown, Making<Result>>, "material" | "tools"> & { readonly path: string },
  resultOf: (made: MadeResult) => Result,
): Promise<Checked<Result>> {
  const { language, before } = material;
  material.rounds += 1;
  // The answers are known, and that the last of them was good.
  if (before !== undefined)
    return material.rounds < before.rounds ? { ok: false, problem: "" } : { ok: true, result: before.result };
  const answered = answeredFile(answer, { language: language?.id ?? null });
  if (!answered.ok) return { ok: false, problem: answered.problem };
  const fault = await faultIn({ path, language, before: null, after: answered.text }, tools);
  if (fault !== undefined) return { ok: false, problem: fault.slice(0, problemCharactersMax) };
  const remarks = answered.remarks.slice(0, remarksCharactersMax);
  return {
    ok: true,
    result: resultOf({ path: null, code: answered.text, remarks, run: null, verification: null }),
  };
}

/** Writes the file where it was asked for, and takes it back where checks were asked for and fail. `title`: one line for people. */
export async function concludedFile<Result extends MadeResult>(
  result: Result,
  {
    input: { output, force, verify },
    material,
    context,
    ...how
  }: Job<MadeInput, Making<Result>> & Concluding & { readonly goal?: Goal | undefined },
  title: string,
): Promise<{ readonly ok: true; readonly result: Result } | Unsound | Refusal> {
  if (output === undefined || material.before !== undefined) return { ok: true, result };
  const files = material.files.map(({ path, masked }) => ({ path, masked }));
  const { rounds } = material;
  if (verify)
    return verified(context, { path: output, force, ...how }, { title, becomes: { result, rounds, files } });
  const becomes: Result = { ...result, path: output, run: context.changesRun };
  const made = await written(
    context,
    { path: output, force },
    { text: result.code, title, becomes: { result: becomes, rounds, files } },
  );
  return made.ok ? { ok: true, result: becomes } : made;
}

interface Target {
  /** Below the root of the workspace. */
  readonly path: string;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
}

/** Why it cannot be made as it was asked for; undefined where it can. Asked before anything is paid for. */
export async function makingRefusal(
  context: StepContext,
  { output, force, verify }: MadeInput,
  { measures = false }: { readonly measures?: boolean } = {},
): Promise<Refusal | undefined> {
  if (output === undefined) {
    if (!verify) return undefined;
    const message =
      "--verify runs your checks with the file in its place. Say with --output where that is to be.";
    return { ok: false, code: "usage", message };
  }
  // First what an attempt that was lost has tried out there.
  const notReady = verify ? await readyToVerify(context, measures) : undefined;
  return notReady ?? targetRefusal(context, { path: output, force });
}

/** Why nothing may be written there; undefined where it may. */
async function targetRefusal(context: StepContext, { path, force }: Target): Promise<Refusal | undefined> {
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
async function written<Result>(
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

/**
 * Writes the file and has the owner's own checks say whether it stays. `becomes`: what the step comes to with the answer, before
 * anything is written.
 */
async function verified<Result extends MadeResult>(
  context: StepContext,
  { isLast, tell, goal, ...target }: Target & Concluding & { readonly goal?: Goal | undefined },
  { title, becomes }: { readonly title: string; readonly becomes: ChangedBefore<Result> },
): Promise<{ readonly ok: true; readonly result: Result } | Unsound | Refusal> {
  const refusal = await targetRefusal(context, target);
  if (refusal !== undefined) return refusal;
  const { result: given, rounds, files: sent } = becomes;
  const changes = [{ path: target.path, before: null, after: given.code }];
  const tried = await triedOut(context, { title, round: rounds, changes, keeps: true, isLast, goal, tell });
  if (!tried.ok) return tried;
  const { verification, coverage, isWanted, files, problem, output } = tried;
  if (!isWanted && !isLast) return { ok: false, problem, output };
  const code = files[0]?.text ?? given.code;
  const written = verification.passed ? { path: target.path, run: context.changesRun } : {};
  const measured = coverage === null ? {} : { coverage };
  const result: Result = { ...given, code, verification, ...measured, ...written };
  if (verification.passed) {
    await noteChanged(context, tried.changes, { result, rounds, files: sent });
    await keep(context);
  }
  return { ok: true, result };
}

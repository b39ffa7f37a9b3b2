// Refactors a file, or the files of a directory: the model answers with edits, which have to fit, to parse, and to leave the rest alone.
import { z } from "zod";
import type { StepContext } from "../runs/step-context.ts";
import { rewritingTokensMax } from "../writing/limits.ts";
import type { GatheredOr, ModelOperation } from "./ask-model.ts";
import { changedBefore } from "./changed-files.ts";
import {
  checkedEdits,
  concludedEdits,
  type Editing,
  editedInput,
  editedResult,
  gatheredFiles,
  shownFile,
} from "./edited-files.ts";
import { filesToldMax, roundsDefault, verifyRoundsMax } from "./limits.ts";
import { verification } from "./verification-result.ts";
import { verifiedEdits, verifyingRefusal } from "./verified-edits.ts";

const refactorTypes = ["all", "performance", "readability", "security"] as const;

const { file, text, mode } = editedInput;
const refactorInput = z.strictObject({
  ...{ file, text },
  type: z.enum(refactorTypes).default("all").describe("What is improved"),
  mode,
  verify: z.boolean().default(false).describe("Whether the owner's own checks say if the changes may stay"),
});

const refactoring = z.object({
  schema: z.literal("aiex.refactoring/1"),
  input: z.string(),
  type: z.enum(refactorTypes),
  ...editedResult,
  verification: verification.nullable().describe("What the checks came to; null where none were run"),
});

export type RefactorInput = z.output<typeof refactorInput>;
export type Refactoring = z.infer<typeof refactoring>;

export const refactor: ModelOperation<RefactorInput, Editing<Refactoring>, Refactoring> = {
  name: "refactor",
  verb: "refactors",
  input: refactorInput,
  result: refactoring,
  prompts: ["refactor", "verification"],
  outputTokensMax: rewritingTokensMax,
  roundsMax: ({ verify }) => (verify ? verifyRoundsMax : roundsDefault + 1),
  // What a person has chosen is theirs: no model is told what came of it.
  verifies: ({ verify, mode }) => verify && mode !== "interactive",
  title: ({ file }) => `Refactoring of ${file}`,
  tree: ({ file, text }) => (text === undefined ? file : undefined),
  gather: gathered,
  ask: ({ input: { type, file }, material: { files } }) => ({
    template: "refactor",
    values: { goal: type, path: file, count: files.length, files: files.map(shownFile).join("\n") },
  }),
  around: ({ file, text }) => (text === undefined ? { paths: [file], query: "" } : undefined),
  check: ({ text }, job) =>
    checkedEdits(text, job, {
      resultOf: (edited) => {
        const { file, type, mode } = job.input;
        return { schema: "aiex.refactoring/1", input: file, type, mode, verification: null, ...edited };
      },
    }),
  conclude: (result, job, how) => {
    const title = `Refactoring of ${job.input.file}`;
    return job.input.verify
      ? verifiedEdits(result, { ...job, ...how }, title)
      : concludedEdits(result, job, { title });
  },
  remember: ({ input, type, remarks, files }) => [
    { operation: "refactor", summary: [remarks, madeText(type, files)].join("\n"), paths: [input] },
  ],
  news: ({ files }) => ({ files: files.length }),
};

async function gathered(
  input: RefactorInput,
  context: StepContext,
): Promise<GatheredOr<Editing<Refactoring>>> {
  // What it has changed for good is no try that was lost.
  const isDone = (await changedBefore(context)) !== undefined;
  const refusal = input.verify && !isDone ? await verifyingRefusal(context, input) : undefined;
  return refusal ?? gatheredFiles(input, context);
}

/** What later operations are told: whether the files are what the remarks say of them. */
function madeText(type: Refactoring["type"], files: Refactoring["files"]): string {
  const goal = type === "all" ? "" : ` for ${type}`;
  if (files.length === 0) return `Nothing was worth a change${goal}.`;
  const shown = files.map(({ path, added, removed, applied }) => {
    return `${path} +${added} -${removed}${applied ? "" : " (proposed, and not applied)"}`;
  });
  const rest = files.length > filesToldMax ? `, and ${files.length - filesToldMax} more` : "";
  return `Changes${goal}: ${shown.slice(0, filesToldMax).join(", ")}${rest}`;
}

// Refactors a file, or the files of a directory: the model answers with edits, which have to fit, to parse, and to leave the rest alone.
import { z } from "zod";
import { rewritingTokensMax } from "../writing/limits.ts";
import type { ModelOperation } from "./ask-model.ts";
import {
  checkedEdits,
  concludedEdits,
  type Editing,
  editedInput,
  editedResult,
  gatheredFiles,
  shownFile,
} from "./edited-files.ts";
import { filesToldMax, roundsDefault } from "./limits.ts";

const refactorTypes = ["all", "performance", "readability", "security"] as const;

const { file, text, mode } = editedInput;
const refactorInput = z.strictObject({
  ...{ file, text },
  type: z.enum(refactorTypes).default("all").describe("What is improved"),
  mode,
});

const refactoring = z.object({
  schema: z.literal("aiex.refactoring/1"),
  input: z.string(),
  type: z.enum(refactorTypes),
  ...editedResult,
});

export type RefactorInput = z.output<typeof refactorInput>;
export type Refactoring = z.infer<typeof refactoring>;

export const refactor: ModelOperation<RefactorInput, Editing<Refactoring>, Refactoring> = {
  name: "refactor",
  verb: "refactors",
  input: refactorInput,
  result: refactoring,
  prompts: ["refactor"],
  outputTokensMax: rewritingTokensMax,
  roundsMax: () => roundsDefault + 1,
  title: ({ file }) => `Refactoring of ${file}`,
  tree: ({ file, text }) => (text === undefined ? file : undefined),
  gather: gatheredFiles,
  ask: ({ input: { type, file }, material: { files } }) => ({
    template: "refactor",
    values: { goal: type, path: file, count: files.length, files: files.map(shownFile).join("\n") },
  }),
  check: ({ text }, job) =>
    checkedEdits(text, job, {
      resultOf: (edited) => {
        const { file, type, mode } = job.input;
        return { schema: "aiex.refactoring/1", input: file, type, mode, ...edited };
      },
    }),
  conclude: (result, job) => concludedEdits(result, job, { title: `Refactoring of ${job.input.file}` }),
  remember: ({ input, type, remarks, files }) => [
    { operation: "refactor", summary: [remarks, madeText(type, files)].join("\n"), paths: [input] },
  ],
  news: ({ files }) => ({ files: files.length }),
};

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

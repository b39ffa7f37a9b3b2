// Writes comments of documentation into a file, or the files of a directory: edits that may change comments and docstrings alone, which
// the parsers vouch for by the lines of code and by the syntax tree.
import { z } from "zod";
import { commentForms } from "../writing/comment-forms.ts";
import { rewritingTokensMax } from "../writing/limits.ts";
import type { GatheredOr, ModelOperation, OperationTools } from "./ask-model.ts";
import {
  checkedEdits,
  concludedEdits,
  type Editing,
  editedInput,
  editedResult,
  gatheredFiles,
  shownFile,
} from "./edited-files.ts";
import { roundsDefault } from "./limits.ts";
import { compareBare } from "./services.ts";
import type { MadeCode } from "./sound-code.ts";

const commentsInput = z.strictObject(editedInput);

const commentsWritten = z.object({
  schema: z.literal("aiex.comments/1"),
  input: z.string(),
  ...editedResult,
});

export type CommentsInput = z.output<typeof commentsInput>;
export type CommentsWritten = z.infer<typeof commentsWritten>;

export const documentComments: ModelOperation<CommentsInput, Editing<CommentsWritten>, CommentsWritten> = {
  name: "document_comments",
  verb: "documents",
  input: commentsInput,
  result: commentsWritten,
  prompts: ["comments"],
  outputTokensMax: rewritingTokensMax,
  roundsMax: () => roundsDefault + 1,
  title: ({ file }) => `Comments for ${file}`,
  tree: ({ file, text }) => (text === undefined ? file : undefined),
  gather: async (input, context) => known(await gatheredFiles(input, context)),
  ask: ({ input: { file }, material: { files } }) => ({
    template: "comments",
    values: {
      ...{ path: file, count: files.length, files: files.map(shownFile).join("\n") },
      forms: commentForms(files.flatMap(({ language }) => language?.id ?? [])),
    },
  }),
  check: ({ text }, job) =>
    checkedEdits(text, job, {
      resultOf: (edited) => {
        const { file, mode } = job.input;
        return { schema: "aiex.comments/1", input: file, mode, ...edited };
      },
      judge: onlyComments,
    }),
  conclude: (result, job) =>
    concludedEdits(result, job, { title: `Comments for ${job.input.file}`, judge: onlyComments }),
  remember: ({ input, mode, remarks, files }) => {
    const written =
      files.length === 0 ? "It has the comments that it needs." : `Comments for ${files.length} files`;
    const isProposed = files.length > 0 && mode === "preview";
    const summary = `${remarks}\n${written}${isProposed ? " (proposed, and not written)" : ""}`.trim();
    return [{ operation: "document", summary, paths: [input] }];
  },
  news: ({ files }) => ({ files: files.length }),
};

/** What a comment is, is known of languages that are. */
function known(gathered: GatheredOr<Editing<CommentsWritten>>): GatheredOr<Editing<CommentsWritten>> {
  if (!gathered.ok || gathered.material.before !== undefined) return gathered;
  const strange = gathered.material.files.find(({ language }) => language === null);
  if (strange === undefined) return gathered;
  const message = `Nobody can tell in which language ${JSON.stringify(strange.path)} is written, so nobody can tell its comments from the rest. Name a file whose extension says it.`;
  return { ok: false, code: "unknown_language", message };
}

async function onlyComments(
  { path, language, before, after }: MadeCode,
  { parsers }: OperationTools,
): Promise<string | undefined> {
  if (language === null || before === null)
    return "It is no text of which anybody knows what its comments are.";
  const request = { id: path, language: language.id, before, after };
  const answer = await compareBare(after.length % parsers, request);
  const shown = JSON.stringify(path);
  if (!answer.ok) return `Nobody can tell whether only comments of ${shown} change: ${answer.reason}.`;
  if (answer.isSame) return undefined;
  const where = answer.line === null ? "" : `, on or near line ${answer.line} of the result`;
  return `It changes more of ${shown} than comments of documentation${where}. Every line of code stays as it is, and so does each comment that a tool obeys.`;
}

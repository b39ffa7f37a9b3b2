// Has a model write one new file to a person's requirements, in the language of where it goes or of what it goes with.
import { z } from "zod";
import { detectLanguage, type Language, languageById } from "../analysis/languages.ts";
import type { StepContext } from "../runs/step-context.ts";
import { answeredFile } from "../writing/answered-file.ts";
import { generatedTypes, idiomOf } from "../writing/idioms.ts";
import { remarksCharactersMax, requirementsCharactersMax, rewritingTokensMax } from "../writing/limits.ts";
import type { Checked, GatheredOr, Job, ModelOperation, Refusal } from "./ask-model.ts";
import { type ChangedBefore, changedBefore } from "./changed-files.ts";
import { problemCharactersMax, roundsDefault } from "./limits.ts";
import { targetRefusal, written } from "./made-file.ts";
import { type SentFile, sentFile } from "./sent-file.ts";
import { listFiles } from "./services.ts";
import { faultIn } from "./sound-code.ts";

const generateInput = z.strictObject({
  type: z.enum(generatedTypes).describe("What is written"),
  requirements: z
    .string()
    .trim()
    .min(1)
    .max(requirementsCharactersMax)
    .describe("What it has to do, in words"),
  context: z.string().min(1).optional().describe("A file that it goes with, which the model is shown"),
  output: z
    .string()
    .min(1)
    .optional()
    .describe("The path of the new file; left out where none is to be written"),
  force: z.boolean().default(false).describe("Whether a file that is there may be replaced"),
});

const generation = z.object({
  schema: z.literal("aiex.generation/1"),
  type: z.enum(generatedTypes),
  language: z.string().nullable().describe("Null for documentation, which is Markdown"),
  path: z.string().nullable().describe("The file that was written; null where none was"),
  code: z.string().describe("The whole file"),
  remarks: z.string().describe("What the model says of it"),
  run: z
    .string()
    .nullable()
    .describe("The run whose changes `aiex undo` takes back; null where no file was written"),
});

export type GenerateInput = z.output<typeof generateInput>;
export type Generation = z.infer<typeof generation>;

interface Generated {
  /** The file that it goes with, where there is one. */
  readonly files: readonly SentFile[];
  /** Null for a page of Markdown. */
  readonly language: Language | null;
  /** Answers that were looked at. */
  rounds: number;
  /** What an earlier attempt has written already. */
  readonly before?: ChangedBefore<Generation>;
}

type GenerateJob = Job<GenerateInput, Generated>;

export const generate: ModelOperation<GenerateInput, Generated, Generation> = {
  name: "generate",
  verb: "writes",
  input: generateInput,
  result: generation,
  prompts: ["generate"],
  outputTokensMax: rewritingTokensMax,
  roundsMax: () => roundsDefault + 1,
  title: ({ type, output }) => `Generation of a ${type}${output === undefined ? "" : `, ${output}`}`,
  gather: gathered,
  ask: ({ input: { type, requirements, output }, material: { files, language } }) => {
    const [file] = files;
    return {
      template: "generate",
      values: {
        ...{ kind: type, language: language?.name ?? "Markdown", requirements },
        ...{ idiom: idiomOf(type, language?.id ?? null), target: output, path: file?.path },
        code: file?.lines.join("\n"),
      },
    };
  },
  check: ({ text }, job) => checked(text, job),
  conclude: concluded,
};

async function gathered(
  { type, context: named, output, force }: GenerateInput,
  context: StepContext,
): Promise<GatheredOr<Generated>> {
  const before = await changedBefore<Generation>(context);
  if (before !== undefined) {
    const sent = before.files.map((file): SentFile => ({ ...file, language: null, lines: [], text: "" }));
    return { ok: true, material: { files: sent, language: null, rounds: 0, before } };
  }
  const refusal = output === undefined ? undefined : await targetRefusal(context, { path: output, force });
  if (refusal !== undefined) return refusal;
  const sent = named === undefined ? undefined : await sentFile(context, named);
  if (sent?.ok === false) return sent;
  const files = sent === undefined ? [] : [sent.file];
  const byOutput = output === undefined ? null : detectLanguage(output);
  if (type === "documentation") return { ok: true, material: { files, language: byOutput, rounds: 0 } };
  const language =
    byOutput ?? files[0]?.language ?? (output === undefined ? await prevailing(context) : null);
  if (language !== null) return { ok: true, material: { files, language, rounds: 0 } };
  return {
    ok: false,
    code: "unknown_language",
    message:
      "Nobody can tell in which language it is to be written. Name a file with --output whose extension says it, or one that it goes with, with --context.",
  };
}

/** The language that most files of the project are written in; null where there are none. */
async function prevailing(context: StepContext): Promise<Language | null> {
  const listing = await listFiles(context, ".");
  if (!listing.ok || listing.kind === "file") return null;
  const counts = new Map<Language["id"], number>();
  for (const { kind, path } of listing.entries) {
    const language = kind === "file" ? detectLanguage(path) : null;
    if (language !== null) counts.set(language.id, (counts.get(language.id) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return most === undefined ? null : languageById(most[0]);
}

async function checked(
  answer: string,
  { input, material, tools }: GenerateJob,
): Promise<Checked<Generation>> {
  const { language, before } = material;
  material.rounds += 1;
  // The answers are known, and that the last of them was good.
  if (before !== undefined)
    return material.rounds < before.rounds ? { ok: false, problem: "" } : { ok: true, result: before.result };
  const answered = answeredFile(answer, { language: language?.id ?? null });
  if (!answered.ok) return { ok: false, problem: answered.problem };
  const { type, output } = input;
  const path = output ?? `${type === "test" ? "test/" : ""}generated${language?.extensions[0] ?? ".md"}`;
  const fault = await faultIn({ path, language, before: null, after: answered.text }, tools);
  if (fault !== undefined) return { ok: false, problem: fault.slice(0, problemCharactersMax) };
  const remarks = answered.remarks.slice(0, remarksCharactersMax);
  return {
    ok: true,
    result: {
      ...{ schema: "aiex.generation/1", type, language: language?.id ?? null, path: null },
      ...{ code: answered.text, remarks, run: null },
    },
  };
}

async function concluded(
  result: Generation,
  { input, material, context }: GenerateJob,
): Promise<{ readonly ok: true; readonly result: Generation } | Refusal> {
  const { output, force, type } = input;
  if (output === undefined || material.before !== undefined) return { ok: true, result };
  const becomes: Generation = { ...result, path: output, run: context.run };
  const files = material.files.map(({ path, masked }) => ({ path, masked }));
  const made = await written(
    context,
    { path: output, force },
    {
      text: result.code,
      title: `Generation of a ${type}, ${output}`,
      becomes: { result: becomes, rounds: material.rounds, files },
    },
  );
  return made.ok ? { ok: true, result: becomes } : made;
}

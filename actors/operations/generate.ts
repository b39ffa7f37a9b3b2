// Has a model write one new file to a person's requirements, in the language of where it goes or of what it goes with.
import { z } from "zod";
import { detectLanguage, type Language, languageById } from "../analysis/languages.ts";
import type { StepContext } from "../runs/step-context.ts";
import { generatedTypes, idiomOf } from "../writing/idioms.ts";
import { requirementsCharactersMax, rewritingTokensMax } from "../writing/limits.ts";
import type { Checked, GatheredOr, Job, ModelOperation } from "./ask-model.ts";
import { changedBefore } from "./changed-files.ts";
import { requirementsToldCharactersMax } from "./limits.ts";
import {
  checkedFile,
  concludedFile,
  type Making,
  madeFileInput,
  madeFileResult,
  makingRefusal,
  roundsOfMade,
} from "./made-file.ts";
import { type SentFile, sentFile } from "./sent-file.ts";
import { listFiles } from "./services.ts";

const generateInput = z.strictObject({
  type: z.enum(generatedTypes).describe("What is written"),
  requirements: z
    .string()
    .trim()
    .min(1)
    .max(requirementsCharactersMax)
    .describe("What it has to do, in words"),
  context: z.string().min(1).optional().describe("A file that it goes with, which the model is shown"),
  ...madeFileInput,
});

const generation = z.object({
  schema: z.literal("aiex.generation/1"),
  type: z.enum(generatedTypes),
  language: z.string().nullable().describe("Null for documentation, which is Markdown"),
  ...madeFileResult,
});

export type GenerateInput = z.output<typeof generateInput>;
export type Generation = z.infer<typeof generation>;

type Generated = Making<Generation>;
type GenerateJob = Job<GenerateInput, Generated>;

export const generate: ModelOperation<GenerateInput, Generated, Generation> = {
  name: "generate",
  verb: "writes",
  input: generateInput,
  result: generation,
  prompts: ["generate", "verification"],
  outputTokensMax: rewritingTokensMax,
  roundsMax: roundsOfMade,
  verifies: ({ verify }) => verify,
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
  conclude: (result, job, how) =>
    concludedFile(result, { ...job, ...how }, `Generation of a ${job.input.type}, ${job.input.output}`),
  around: ({ requirements, context }) => ({
    paths: context === undefined ? [] : [context],
    query: requirements,
  }),
  about: ({ context, output }) => [context, output].filter((path) => path !== undefined),
  remember: (
    { type, path, language, remarks, verification },
    { input: { requirements, context, output } },
  ) => {
    const paths = [path, context].filter((place) => place !== null && place !== undefined);
    if (verification?.passed === false) return [];
    // What was printed and goes with no file is about nothing that another operation could be asked about.
    if (paths.length === 0) return [];
    const asked = requirements.slice(0, requirementsToldCharactersMax);
    const made = `It made a ${type} (${language ?? "Markdown"})${output === undefined ? ", which was printed" : ""}`;
    return [{ operation: "generate", summary: `${made}: ${asked}\n${remarks}`.trim(), paths }];
  },
};

async function gathered(
  { type, context: named, output, force, verify }: GenerateInput,
  context: StepContext,
): Promise<GatheredOr<Generated>> {
  const before = await changedBefore<Generation>(context);
  if (before !== undefined) {
    const sent = before.files.map((file): SentFile => ({ ...file, language: null, lines: [], text: "" }));
    return { ok: true, material: { files: sent, language: null, rounds: 0, before } };
  }
  const refusal = await makingRefusal(context, { output, force, verify });
  if (refusal !== undefined) return refusal;
  const sent = named === undefined ? undefined : await sentFile(context, named, { isNamed: true });
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

function checked(
  answer: string,
  { input: { type, output }, ...job }: GenerateJob,
): Promise<Checked<Generation>> {
  const { language } = job.material;
  const path = output ?? `${type === "test" ? "test/" : ""}generated${language?.extensions[0] ?? ".md"}`;
  return checkedFile(answer, { ...job, path }, (made) => ({
    ...{ schema: "aiex.generation/1", type, language: language?.id ?? null },
    ...made,
  }));
}

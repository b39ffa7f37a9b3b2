// Has a model write the tests of one file: with what its project tests with, and for the place where its tests belong.
import { z } from "zod";
import { type Language, languageById } from "../analysis/languages.ts";
import type { StepContext } from "../runs/step-context.ts";
import { rewritingTokensMax } from "../writing/limits.ts";
import { type ProjectSeen, tellingFiles, testFrameworkOf, testPathOf } from "../writing/test-place.ts";
import type { Checked, GatheredOr, Job, ModelOperation } from "./ask-model.ts";
import { changedBefore } from "./changed-files.ts";
import {
  checkedFile,
  concludedFile,
  type Making,
  madeFileInput,
  madeFileResult,
  makingRefusal,
  roundsOfMade,
} from "./made-file.ts";
import { type SentFile, sentFile, sentText } from "./sent-file.ts";
import { listFiles, readFile } from "./services.ts";
import { coverageFound } from "./verification-result.ts";

const testInput = z.strictObject({
  file: z.string().min(1).describe("The path of the file that is tested, or the name of the text"),
  text: z.string().optional().describe("What is tested in place of a file"),
  coverage: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("The share of its lines that the tests are to run through"),
  ...madeFileInput,
});

const testGeneration = z.object({
  schema: z.literal("aiex.test_generation/1"),
  file: z.string(),
  language: z.string(),
  framework: z.string().describe("What the tests are written with"),
  place: z.string().describe("Where the tests belong: their imports start there"),
  coverage: coverageFound.nullable().describe("Null where there was no goal"),
  ...madeFileResult,
});

export type TestInput = z.output<typeof testInput>;
export type TestGeneration = z.infer<typeof testGeneration>;

interface Tested extends Making<TestGeneration> {
  readonly language: Language;
  readonly framework: string;
  readonly place: string;
}

type TestJob = Job<TestInput, Tested>;

export const testGenerate: ModelOperation<TestInput, Tested, TestGeneration> = {
  name: "test_generate",
  verb: "writes tests for",
  input: testInput,
  result: testGeneration,
  prompts: ["test-generate", "verification"],
  outputTokensMax: rewritingTokensMax,
  roundsMax: roundsOfMade,
  verifies: ({ verify }) => verify,
  title: ({ file }) => `Tests for ${file}`,
  gather: gathered,
  ask: ({ input: { file, coverage }, material: { files, language, framework, place } }) => ({
    template: "test-generate",
    values: {
      ...{ path: file, language: language.name, framework, target: place },
      coverage: coverage === undefined ? undefined : Math.round(coverage * 100),
      code: files.map(({ lines }) => lines.join("\n")).join("\n"),
    },
  }),
  check: ({ text }, job) => checked(text, job),
  conclude: (result, job, how) => {
    const { file, coverage: share } = job.input;
    const goal = share === undefined ? undefined : { path: file, share };
    return concludedFile(result, { ...job, ...how, goal }, `Tests for ${file}`);
  },
  around: ({ file, text }) => (text === undefined ? { paths: [file], query: "" } : undefined),
  remember: ({ file, path, framework, remarks, verification }) => {
    if (verification?.passed === false) return [];
    const where = path === null ? "printed" : `written to ${path}`;
    const summary = `Tests with ${framework}, ${where}. ${remarks}`.trim();
    return [{ operation: "test_generate", summary, paths: path === null ? [file] : [file, path] }];
  },
};

async function gathered(input: TestInput, context: StepContext): Promise<GatheredOr<Tested>> {
  const { file, output, force, verify, coverage } = input;
  const before = await changedBefore<TestGeneration>(context);
  if (before !== undefined) {
    const { language, framework, place } = before.result;
    const files = before.files.map((sent): SentFile => ({ ...sent, language: null, lines: [" "], text: "" }));
    const known = languageById(language);
    if (known !== null)
      return { ok: true, material: { files, language: known, framework, place, rounds: 0, before } };
  }
  const refusal = await makingRefusal(
    context,
    { output, force, verify },
    { measures: coverage !== undefined },
  );
  if (refusal !== undefined) return refusal;
  const sent =
    input.text === undefined ? await sentFile(context, file, { isNamed: true }) : sentText(file, input.text);
  if (!sent.ok) return sent;
  const { language } = sent.file;
  if (language === null) {
    const message = `Nobody can tell in which language ${JSON.stringify(file)} is written. Name a file whose extension says it.`;
    return { ok: false, code: "unknown_language", message };
  }
  const seen = await projectSeen(context);
  const place = output ?? testPathOf(file, language.id, seen);
  const framework = testFrameworkOf(language.id, seen);
  return { ok: true, material: { files: [sent.file], language, framework, place, rounds: 0 } };
}

/** Names and settings alone, of which nothing is sent but what they lead to. */
async function projectSeen(context: StepContext): Promise<ProjectSeen> {
  const listing = await listFiles(context, ".");
  const entries = listing.ok && listing.kind === "directory" ? listing.entries : [];
  const paths = entries.filter(({ kind }) => kind === "file").map(({ path }) => path);
  const texts = new Map<string, string>();
  for (const path of tellingFiles) {
    if (!paths.includes(path)) continue;
    const read = await readFile(context, { path });
    if (read.ok && read.source.kind === "text") texts.set(path, read.source.text);
  }
  return { paths, texts };
}

function checked(answer: string, { input, ...job }: TestJob): Promise<Checked<TestGeneration>> {
  const { language, framework, place } = job.material;
  return checkedFile(answer, { ...job, path: place }, (made) => ({
    ...{ schema: "aiex.test_generation/1", file: input.file, language: language.id, framework, place },
    ...{ coverage: unmeasured(input.coverage), ...made },
  }));
}

/** What is known of the coverage before anything was run. */
function unmeasured(share: number | undefined): TestGeneration["coverage"] {
  return share === undefined ? null : { goal: share, measured: null, uncovered_lines: null };
}

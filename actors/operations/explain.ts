// Explains one file: a summary, and claims of which each names the lines that show it. Claims about lines that do not exist are dropped.
import { z } from "zod";
import { answerForm, brokenJsonIn, clipped, jsonIn, problemOf, withFew } from "../llm/answer-form.ts";
import type { Checked, Job, ModelOperation } from "./ask-model.ts";
import { isOnLines } from "./claim-lines.ts";
import {
  claimsMax,
  explanationTokensMax,
  paragraphCharactersMax,
  problemCharactersMax,
  titleCharactersMax,
} from "./limits.ts";
import { type SentFile, sentFile, sentText } from "./sent-file.ts";

const explainLevels = ["basic", "intermediate", "advanced"] as const;
const explainFocuses = ["comprehensive", "patterns", "architecture"] as const;

const explainInput = z.strictObject({
  file: z.string().min(1).describe("The path of the file, or the name of the text"),
  text: z.string().optional().describe("What is explained in place of a file"),
  level: z.enum(explainLevels).default("intermediate").describe("Whom it is explained to"),
  focus: z.enum(explainFocuses).default("comprehensive").describe("What it is explained for"),
});

const paragraph = clipped(paragraphCharactersMax);
const line = z.int().describe("The number of a line of the file");

const claim = z.object({
  title: clipped(titleCharactersMax).describe("What it is about, in a few words"),
  text: paragraph.describe("What there is to know, in one to four sentences"),
  from_line: line,
  to_line: line,
});

const answer = z.object({
  summary: paragraph.describe("What the file is for and how it goes about it"),
  claims: z.array(claim),
});

const explanation = z.object({
  schema: z.literal("aiex.explanation/1"),
  file: z.string(),
  language: z.string().nullable().describe("Null where it is none that is known"),
  lines: z.int().describe("How many lines the file has"),
  level: z.enum(explainLevels),
  focus: z.enum(explainFocuses),
  summary: z.string(),
  claims: z.array(
    z.object({ title: z.string(), text: z.string(), from_line: z.int().min(1), to_line: z.int().min(1) }),
  ),
  dropped: z.int().min(0).describe("Claims that were left out, because their lines do not exist"),
  complete: z.boolean().describe("False where the answer broke off and nobody could go on with it"),
});

export type ExplainInput = z.output<typeof explainInput>;
export type Explanation = z.infer<typeof explanation>;
export type Claim = Explanation["claims"][number];

interface Explained {
  readonly files: readonly [SentFile];
}

export const explain: ModelOperation<ExplainInput, Explained, Explanation> = {
  name: "explain",
  verb: "explains",
  input: explainInput,
  result: explanation,
  prompts: ["explain"],
  outputTokensMax: explanationTokensMax,
  title: ({ file }) => `Explanation of ${file}`,
  gather: async ({ file, text }, context) => {
    const sent = text === undefined ? await sentFile(context, file, { isNamed: true }) : sentText(file, text);
    return sent.ok ? { ok: true, material: { files: [sent.file] } } : sent;
  },
  ask: ({ input: { level, focus }, material }) => {
    const [{ path, language, lines }] = material.files;
    const values = { path, language: language?.name ?? "a language that is not known", level, focus };
    return {
      template: "explain",
      values: { ...values, count: lines.length, code: lines },
      form: answerForm("explanation", answer),
    };
  },
  check: ({ text, finish }, job) => checked(text, job, finish === "partial"),
  around: ({ file, text }) => (text === undefined ? { paths: [file], query: "" } : undefined),
  remember: ({ file, level, summary, claims }) => [
    {
      operation: "explain",
      summary: [`${summary} (explained at the level ${level})`, ...claims.map(claimText)].join("\n"),
      paths: [file],
    },
  ],
  news: ({ files: [{ lines }] }) => ({ lines: lines.length }),
};

function claimText({ title, from_line, to_line }: Claim): string {
  return `lines ${from_line} to ${to_line}: ${title}`;
}

function checked(
  text: string,
  { input, material }: Job<ExplainInput, Explained>,
  isPart: boolean,
): Checked<Explanation> {
  const found = isPart ? (jsonIn(text) ?? brokenJsonIn(text)) : jsonIn(text);
  if (found === undefined) return { ok: false, problem: "It is no JSON document." };
  const read = answer.safeParse(withFew(found.value, "claims", claimsMax));
  if (!read.success) return { ok: false, problem: problemOf(read.error, problemCharactersMax) };
  const [{ path, language, lines }] = material.files;
  const { summary, claims } = read.data;
  const kept = claims.filter((claim) => isOnLines(claim, lines.length) && claim.text.trim() !== "");
  if (summary.trim() === "") return { ok: false, problem: "It has no summary." };
  if (kept.length === 0) {
    return {
      ok: false,
      problem: `None of its claims is about lines of the file: those are 1 to ${lines.length}, and from_line is not above to_line.`,
    };
  }
  const { level, focus } = input;
  return {
    ok: true,
    result: {
      ...{ schema: "aiex.explanation/1", file: path, language: language?.id ?? null, lines: lines.length },
      ...{ level, focus, summary, claims: kept, dropped: claims.length - kept.length },
      complete: !isPart,
    },
  };
}

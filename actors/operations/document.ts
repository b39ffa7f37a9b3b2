// Documents one file: a page in Markdown whose sections name what the file has. A page about what is not there is asked for again.
import { z } from "zod";
import type { Checked, Job, ModelOperation } from "./ask-model.ts";
import { harmlessMarkdown, withoutFence } from "./harmless-markdown.ts";
import { documentationTokensMax, strangersToldMax } from "./limits.ts";
import { type SentFile, sentFile, sentText } from "./sent-file.ts";

const documentInput = z.strictObject({
  file: z.string().min(1).describe("The path of the file, or the name of the text"),
  text: z.string().optional().describe("What is documented in place of a file"),
});

const documentation = z.object({
  schema: z.literal("aiex.documentation/1"),
  file: z.string(),
  language: z.string().nullable().describe("Null where it is none that is known"),
  title: z.string(),
  sections: z.array(z.string()).describe("Names of the file that have a section"),
  markdown: z.string().describe("The page; images, HTML and links to other places are escaped in it"),
  complete: z.boolean().describe("False where the answer broke off and nobody could go on with it"),
});

export type DocumentInput = z.output<typeof documentInput>;
export type Documentation = z.infer<typeof documentation>;

interface Documented {
  readonly files: readonly [SentFile];
}

export const document: ModelOperation<DocumentInput, Documented, Documentation> = {
  name: "document",
  verb: "documents",
  input: documentInput,
  result: documentation,
  prompts: ["document"],
  outputTokensMax: documentationTokensMax,
  title: ({ file }) => `Documentation of ${file}`,
  gather: async ({ file, text }, context) => {
    const sent = text === undefined ? await sentFile(context, file, { isNamed: true }) : sentText(file, text);
    return sent.ok ? { ok: true, material: { files: [sent.file] } } : sent;
  },
  ask: ({ material }) => {
    const [{ path, language, lines }] = material.files;
    const values = { path, language: language?.name ?? "a language that is not known", code: lines };
    return { template: "document", values };
  },
  around: ({ file, text }) => (text === undefined ? { paths: [file], query: "" } : undefined),
  check: ({ text, finish }, job) => checked(text, job, finish === "partial"),
  remember: ({ file, title, sections }) => [
    { operation: "document", summary: `${title}. It documents: ${sections.join(", ")}`, paths: [file] },
  ],
};

function checked(
  text: string,
  { material: { files } }: Job<DocumentInput, Documented>,
  isPart: boolean,
): Checked<Documentation> {
  const [{ path, language, lines }] = files;
  const page = withoutFence(text);
  const title = /^# +(\S.*)/.exec(page)?.[1]?.trim();
  if (title === undefined) {
    return { ok: false, problem: "It does not begin with a heading of the first level, such as `# Name`." };
  }
  const sections = headings(page);
  const code = lines.join("\n");
  const strangers = sections.filter((name) => !code.includes(name));
  if (strangers.length > 0) {
    const named = strangers.slice(0, strangersToldMax).map((name) => JSON.stringify(name));
    return {
      ok: false,
      problem: `It has sections about what does not stand in the file: ${named.join(", ")}. Headings of the second level in backquotes are names exactly as they stand there.`,
    };
  }
  return {
    ok: true,
    result: {
      ...{ schema: "aiex.documentation/1", file: path, language: language?.id ?? null, title, sections },
      ...{ markdown: `${harmlessMarkdown(page)}\n`, complete: !isPart },
    },
  };
}

/** The names in backquotes that sections have, code left out of account. */
function headings(page: string): string[] {
  const names: string[] = [];
  let isCode = false;
  for (const line of page.split("\n")) {
    if (/^ {0,3}(`{3,}|~{3,})/.test(line)) isCode = !isCode;
    const name = isCode ? undefined : /^## +`([^`]+)`\s*$/.exec(line)?.[1]?.trim();
    if (name !== undefined) names.push(name);
  }
  return names;
}

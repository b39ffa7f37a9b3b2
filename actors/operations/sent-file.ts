// A file as an operation sends it to a model: read from the run's workspace, secrets masked, every character visible, line by line.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { detectLanguage, type Language } from "../analysis/languages.ts";
import { plainText } from "../analysis/text-rules.ts";
import { reasons } from "../review/selection.ts";
import type { StepContext } from "../runs/step-context.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { maskSecrets } from "../workspace/masking.ts";
import type { SourceText } from "../workspace/source-text.ts";
import { readFile } from "./services.ts";

export interface SentFile {
  /** As it was named. */
  readonly path: string;
  /** Null where it is none that is known. */
  readonly language: Language | null;
  /** Its lines as they are sent. */
  readonly lines: readonly string[];
  /** Secrets that were masked in them. */
  readonly masked: number;
  /** All of it as it is on the disk, for who changes it; it is not sent. */
  readonly text: string;
}

export type SentFileAnswer =
  | { readonly ok: true; readonly file: SentFile }
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * @param isNamed true where the person named this very path: it may then lie outside of the project
 * @throws what reading throws where the workspace's owner ends meanwhile: the step is then tried again
 */
export async function sentFile(
  context: StepContext,
  path: string,
  { isNamed = false }: { readonly isNamed?: boolean } = {},
): Promise<SentFileAnswer> {
  const quoted = JSON.stringify(path);
  if (isConfidentialPath(path))
    return refused("confidential", `${quoted} is not sent. ${reasons.confidential}`);
  const read = await readFile(context, { path, isNamed, isForModel: true });
  if (!read.ok) return refused(read.code, read.message);
  // A link may be named like any file and lead to a key.
  if (isConfidentialPath(read.realPath)) {
    return refused("confidential", `${quoted} is not sent. ${reasons.confidential}`);
  }
  return sentSource(path, read.source);
}

/** A text that came with what was asked for. */
export function sentText(name: string, text: string): SentFileAnswer {
  const quoted = JSON.stringify(name);
  if (isConfidentialPath(name))
    return refused("confidential", `${quoted} is not sent. ${reasons.confidential}`);
  if (text.trim() === "") return refused("empty_file", `${quoted} is empty. Give some code.`);
  if (text.includes("\0")) return refused("binary_file", `${quoted} holds NUL bytes. Give source code.`);
  return sentOf(name, text);
}

function sentSource(path: string, source: SourceText): SentFileAnswer {
  const quoted = JSON.stringify(path);
  if (source.kind === "empty")
    return refused("empty_file", `${quoted} is empty. Name a file with code in it.`);
  if (source.kind === "binary") {
    return refused("binary_file", `${quoted} is a binary file. Name a file of source code.`);
  }
  if (source.cutShort !== undefined) {
    const setting =
      source.cutShort === "too_large" ? "workspace.max_file_size_mb" : "workspace.max_line_characters";
    return refused(
      "file_too_large",
      `${quoted} is larger than ${setting} allows, and a part of a file is not sent.`,
    );
  }
  return sentOf(path, source.text);
}

function sentOf(path: string, text: string): SentFileAnswer {
  const language = detectLanguage(path, text);
  return { ok: true, file: { path, language, ...shownLines(text, language !== null), text } };
}

/** A text as a model is shown it. */
function shownLines(text: string, isCode: boolean): Pick<SentFile, "lines" | "masked"> {
  const { text: safe, masked } = maskSecrets(plainText(text), { isCode });
  // What is invisible to a reader must not be read by a model as something else.
  const lines = sanitizeText(safe).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return { lines, masked };
}

function refused(code: string, message: string): Extract<SentFileAnswer, { readonly ok: false }> {
  return { ok: false, code, message };
}

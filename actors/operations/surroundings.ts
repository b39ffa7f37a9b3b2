// Pieces of a project around what was named, as they are sent: chosen by its index, read again through the guard, secrets masked.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { detectLanguage } from "../analysis/languages.ts";
import { plainText } from "../analysis/text-rules.ts";
import type { Piece } from "../context/packing/pack.ts";
import { estimateTokens } from "../llm/tokens.ts";
import type { StepContext } from "../runs/step-context.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { mask, maskSecrets } from "../workspace/masking.ts";
import { contextOf } from "./context-of.ts";
import { readFile } from "./services.ts";

/** What is asked of the index. */
export interface Around {
  /** Files and folders that it is about, as the run names them. */
  readonly paths: readonly string[];
  /** In words; may be empty. */
  readonly query: string;
  /** False where what was named is not sent itself, such as a folder of which a model is told the names. Default: true. */
  readonly isAround?: boolean;
}

/** Plain data. */
export interface Surroundings {
  /** For a variable of data; "" where there is nothing. No line of a piece can pass for the heading of one. */
  readonly text: string;
  readonly pieces: number;
  /** Below the root of the project. */
  readonly files: readonly string[];
  readonly tokens: number;
  readonly masked: number;
  /** Why there is nothing, in a sentence. */
  readonly problem?: string;
}

interface Shown {
  readonly path: string;
  readonly text: string;
  readonly masked: number;
}

/** The best of what `budgetTokens` hold: bodies are dropped before signatures. @throws as `contextOf` and `readFile` */
export async function surroundingsOf(
  context: StepContext,
  around: Around,
  budgetTokens: number,
): Promise<Surroundings> {
  const { root, pieces, problem } = await contextOf(context, { isAround: true, ...around, budgetTokens });
  const files = new Map<string, string | undefined>();
  const shown: Shown[] = [];
  let room = budgetTokens;
  for (const piece of pieces) {
    if (!files.has(piece.path)) files.set(piece.path, await textOf(context, root, piece.path));
    const text = files.get(piece.path);
    const one = text === undefined ? undefined : shownPiece(piece, text);
    const tokens = one === undefined ? 0 : estimateTokens(`${one.text}\n`);
    // The best file comes first: what does not fit is of the others.
    if (one === undefined || tokens > room) continue;
    room -= tokens;
    shown.push(one);
  }
  const text = shown.map((piece) => piece.text).join("\n");
  return {
    ...{ text, pieces: shown.length, files: [...new Set(shown.map(({ path }) => path))] },
    ...{ tokens: estimateTokens(text), masked: shown.reduce((sum, { masked }) => sum + masked, 0) },
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Undefined where it may not be sent, or is none any more. */
async function textOf(context: StepContext, root: string, path: string): Promise<string | undefined> {
  if (isConfidentialPath(path)) return undefined;
  const read = await readFile(context, { path, root, isForModel: true });
  // A link may be named like any file and lead to a key.
  if (!read.ok || isConfidentialPath(read.realPath) || read.source.kind !== "text") return undefined;
  return plainText(read.source.text);
}

/** Undefined where the file is not any more what the index knows of it: the lines would be others. */
function shownPiece({ path, fromLine, toLine, text, form }: Piece, file: string): Shown | undefined {
  const lines = file.split("\n");
  const isWhole = form === "whole";
  const cut = lines.slice(fromLine - 1, toLine).join("\n");
  if (isWhole && !isSameText(cut, text)) return undefined;
  // Secrets are found by what stands around them: what is cut out of a file is masked with all of it.
  const whole = isWhole ? file : `${file}\n${text}`;
  const masked = maskSecrets(whole, { isCode: detectLanguage(path, file) !== null }).text.split("\n");
  const own = isWhole ? masked.slice(fromLine - 1, toLine) : masked.slice(lines.length);
  const heading = `${JSON.stringify(path)}, lines ${fromLine} to ${toLine}${isWhole ? "" : ", signatures without their bodies"}:`;
  const body = sanitizeText(own.join("\n")).split("\n");
  return {
    path,
    text: [heading, ...body.map((line) => `| ${line}`)].join("\n"),
    masked: own.join("\n").split(mask).length - 1,
  };
}

/** What stands between two parts that were joined is not told. */
function isSameText(one: string, other: string): boolean {
  const bare = (text: string): string => text.replaceAll(/\s+/g, "");
  return bare(one) === bare(other);
}

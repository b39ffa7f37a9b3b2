// What the index of a project answers: what is in it, and context for a question.

import { estimateTokens } from "../../llm/tokens.ts";
import type { History } from "../history/history.ts";
import { type Compression, type PackCandidate, pack } from "../packing/pack.ts";
import type { IndexedFile } from "../retrieval/indexed-file.ts";
import type { ProjectIndex } from "../retrieval/project.ts";
import { type Candidate, rank } from "../retrieval/rank.ts";
import { indexLimits } from "./limits.ts";
import type { IndexReport, Packed, PackQuestion, PassedOver, WatchState } from "./question.ts";
import type { Refreshed } from "./refresh.ts";

export interface ReportParts {
  readonly root: string;
  readonly index: ProjectIndex;
  readonly passed: ReadonlyMap<string, PassedOver>;
  readonly refreshed: Pick<Refreshed, "parsed" | "known">;
  readonly elapsedMs: number;
  readonly watch: WatchState;
  readonly history: History | undefined;
}

export function reportOf(parts: ReportParts): IndexReport {
  const { root, index, passed, refreshed, elapsedMs, watch, history } = parts;
  const files = [...index.files.values()];
  const sum = (size: (file: IndexedFile) => number): number =>
    files.reduce((all, file) => all + size(file), 0);
  const uses = [...index.graph.uses.values()].flat();
  return {
    root,
    files: files.length,
    lines: sum(({ lines }) => lines),
    bytes: sum(({ bytes }) => bytes),
    parts: index.partCount,
    symbols: sum(({ symbols }) => symbols.length),
    imports: uses.filter(({ isImport }) => isImport).length,
    uses: uses.filter(({ names }) => names.length > 0).length,
    languages: tally(files.map(({ language }) => language)).map(([language, count]) => ({
      language,
      files: count,
    })),
    parsed: refreshed.parsed,
    known: refreshed.known,
    passedOver: tally([...passed.values()]).map(([reason, count]) => ({ reason, files: count })),
    elapsedMs,
    watch,
    ...(history === undefined ? {} : { history: { commits: history.commits } }),
  };
}

/** The most frequent first. */
function tally<Word>(words: readonly Word[]): [Word, number][] {
  const counts = new Map<Word, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([aWord, a], [bWord, b]) => b - a || (String(aWord) < String(bWord) ? -1 : 1));
}

export interface PackParts {
  readonly root: string;
  readonly index: ProjectIndex;
  readonly question: PackQuestion;
  /** Paths of the question below the root. */
  readonly paths: readonly string[];
  readonly compression: Compression;
  /** The lines of a file; undefined where it is not any more what the index says. */
  readonly linesOf: (file: IndexedFile) => Promise<readonly string[] | undefined>;
  readonly history: History | undefined;
}

/** Undefined where a file has changed since it was indexed: the index is to be brought up to date first. */
export async function packedOf(parts: PackParts): Promise<Packed | undefined> {
  const { root, index, question, paths, compression, history } = parts;
  const { budgetTokens, query, isAround = false } = question;
  const ranked = rank(index, { paths, query, history }).filter(({ isNamed }) => !(isAround && isNamed));
  const candidates = await candidatesOf(ranked, parts);
  if (candidates === undefined) return undefined;
  const { pieces, leftOut, tokens } = pack({ candidates, budgetTokens, compression });
  return {
    ...{ root, pieces, tokens, budgetTokens },
    leftOut: leftOut.slice(0, indexLimits.leftOutMax),
    leftOutCount: leftOut.length,
    files: index.files.size,
  };
}

async function candidatesOf(
  ranked: readonly Candidate[],
  { linesOf }: PackParts,
): Promise<PackCandidate[] | undefined> {
  const texts = new Map<IndexedFile, readonly string[]>();
  const candidates: PackCandidate[] = [];
  for (const { file, part, reasons } of ranked) {
    let lines = texts.get(file);
    if (lines === undefined) {
      if (texts.size >= indexLimits.packedFilesMax) continue;
      lines = await linesOf(file);
      if (lines === undefined) return undefined;
      texts.set(file, lines);
    }
    const place = file.parts[part];
    if (place === undefined) continue;
    const { line: fromLine, endLine: toLine, tokens } = place;
    const signatures = signaturesOf(file, fromLine, toLine);
    const signatureTokens = estimateTokens(signatures);
    const text = lines.slice(fromLine - 1, toLine).join("\n");
    if (text === "") continue;
    // A signature that is as long as what it stands for drops nothing.
    const isShorter = signatureTokens < tokens;
    candidates.push({
      ...{ path: file.path, fromLine, toLine, text, tokens, reasons },
      ...(isShorter ? { signatures, signatureTokens } : { signatures: "", signatureTokens: 0 }),
    });
  }
  return candidates;
}

/** One for each line, those inside of a class or module set in. */
function signaturesOf({ symbols }: IndexedFile, fromLine: number, toLine: number): string {
  return symbols
    .filter(({ line }) => line >= fromLine && line <= toLine)
    .map(({ kind, signature }) => (kind === "method" ? `  ${signature}` : signature))
    .join("\n");
}

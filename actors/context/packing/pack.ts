// Packs the parts that help most into a number of tokens: whole as long as they fit, then as signatures, then not at all.

/** What could be packed, the best first. */
export interface PackCandidate {
  readonly path: string;
  /** 1-based, both included. */
  readonly fromLine: number;
  readonly toLine: number;
  readonly text: string;
  /** Of `text`. */
  readonly tokens: number;
  /** What its definitions look like without their bodies; empty where it has none. */
  readonly signatures: string;
  readonly signatureTokens: number;
  readonly reasons: readonly string[];
}

export interface PackRequest {
  readonly candidates: readonly PackCandidate[];
  readonly budgetTokens: number;
  readonly compression: Compression;
}

export interface Compression {
  /** False: what does not fit as it is, is left out. */
  readonly isEnabled: boolean;
  /** The share of the budget that whole text may take before bodies are dropped, from 0 to 1. */
  readonly ratio: number;
}

/** `whole`: the lines as they are; `signatures`: what they define, without bodies. */
export type PieceForm = "whole" | "signatures";

export interface Piece {
  readonly path: string;
  readonly fromLine: number;
  readonly toLine: number;
  readonly text: string;
  readonly form: PieceForm;
  /** Why it is here, in words. */
  readonly reasons: readonly string[];
  readonly tokens: number;
}

export type LeftOut = Pick<PackCandidate, "path" | "fromLine" | "toLine" | "tokens" | "reasons">;

export interface Pack {
  /** Files in the order of their best piece, the pieces of a file by their lines. */
  readonly pieces: readonly Piece[];
  /** The best first. */
  readonly leftOut: readonly LeftOut[];
  readonly tokens: number;
}

/** Tokens of the line with the path and the lines that is put above a piece. */
const headingTokens = 16;

/**
 * Takes candidates in their order. Bodies are dropped before signatures: once whole text has taken its share of the budget, what
 * defines something comes as signatures, so that a few long bodies leave room to say what else there is. What the signatures then
 * leave over is filled with the best bodies again. The sum of the tokens is never above the budget.
 */
export function pack({ candidates, budgetTokens, compression }: PackRequest): Pack {
  const { isEnabled, ratio } = compression;
  const forms = new Map<PackCandidate, PieceForm>();
  const wholeMax = isEnabled ? budgetTokens * ratio : budgetTokens;
  let tokens = 0;
  for (const candidate of candidates) {
    const cost = candidate.tokens + headingTokens;
    if (tokens + cost > wholeMax) continue;
    forms.set(candidate, "whole");
    tokens += cost;
  }
  if (isEnabled) {
    for (const candidate of candidates) {
      const cost = candidate.signatureTokens + headingTokens;
      if (forms.has(candidate) || candidate.signatures === "" || tokens + cost > budgetTokens) continue;
      forms.set(candidate, "signatures");
      tokens += cost;
    }
    for (const candidate of candidates) {
      const form = forms.get(candidate);
      const had = form === "signatures" ? candidate.signatureTokens + headingTokens : 0;
      const more = candidate.tokens + headingTokens - had;
      if (form === "whole" || tokens + more > budgetTokens) continue;
      forms.set(candidate, "whole");
      tokens += more;
    }
  }
  const pieces = piecesOf(candidates, forms);
  const leftOut = candidates
    .filter((candidate) => !forms.has(candidate))
    .map(({ path, fromLine, toLine, tokens: size, reasons }) => ({
      path,
      fromLine,
      toLine,
      tokens: size,
      reasons,
    }));
  return { pieces, leftOut, tokens: pieces.reduce((sum, piece) => sum + piece.tokens, 0) };
}

function piecesOf(
  candidates: readonly PackCandidate[],
  forms: ReadonlyMap<PackCandidate, PieceForm>,
): Piece[] {
  const files = new Map<string, PackCandidate[]>();
  for (const candidate of candidates) {
    if (!forms.has(candidate)) continue;
    const known = files.get(candidate.path);
    if (known === undefined) files.set(candidate.path, [candidate]);
    else known.push(candidate);
  }
  return [...files.values()].flatMap((ofFile) => {
    const pieces: Piece[] = [];
    for (const candidate of ofFile.sort((a, b) => a.fromLine - b.fromLine)) {
      const piece = pieceOf(candidate, forms.get(candidate) ?? "whole");
      const last = pieces.at(-1);
      if (last !== undefined && isNext(last, piece)) pieces[pieces.length - 1] = joined(last, piece);
      else pieces.push(piece);
    }
    return pieces;
  });
}

function pieceOf(candidate: PackCandidate, form: PieceForm): Piece {
  const { path, fromLine, toLine, reasons } = candidate;
  const isWhole = form === "whole";
  const text = isWhole ? candidate.text : candidate.signatures;
  const tokens = (isWhole ? candidate.tokens : candidate.signatureTokens) + headingTokens;
  return { path, fromLine, toLine, text, form, reasons, tokens };
}

/** Signatures of one file read as one list; whole text is joined where nothing but blank lines is between. */
function isNext(last: Piece, next: Piece): boolean {
  return (
    last.form === next.form && (last.form === "signatures" || next.fromLine <= last.toLine + blankLinesMax)
  );
}

/** Between two parts of a file that belong to one piece. */
const blankLinesMax = 2;

function joined(last: Piece, next: Piece): Piece {
  const gap = last.form === "whole" ? "\n".repeat(Math.max(1, next.fromLine - last.toLine)) : "\n";
  return {
    ...last,
    toLine: next.toLine,
    text: last.text + gap + next.text,
    reasons: [...new Set([...last.reasons, ...next.reasons])],
    tokens: last.tokens + next.tokens - headingTokens,
  };
}

// What the index keeps of a file: what it defines, what it imports, and the words of each of its parts. Nothing of it depends on its path.
import type { Import } from "../import.ts";

export type SymbolKind = "function" | "method" | "class" | "type" | "constant" | "module";

export interface SketchSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  /** 1-based, both included. */
  readonly line: number;
  readonly endLine: number;
  /** What stands before its body, in one line. */
  readonly signature: string;
}

/** Lines that belong together: a function, a type, what stands between them. */
export interface SketchPart {
  /** 1-based, both included. */
  readonly line: number;
  readonly endLine: number;
  /** Of its text, as estimated. */
  readonly tokens: number;
  /** Pairs: the index of a word of the file, and how often it stands here. */
  readonly words: readonly number[];
}

export interface Sketch {
  readonly lines: number;
  /** In source order, outer before inner. */
  readonly symbols: readonly SketchSymbol[];
  readonly imports: readonly Import[];
  /** In order; together they are the whole file, without the blank lines around them. */
  readonly parts: readonly SketchPart[];
  /** Every word once, as it is written. */
  readonly words: readonly string[];
  /** The indices of the words that stand in code, and not only in comments and strings. */
  readonly code: readonly number[];
}

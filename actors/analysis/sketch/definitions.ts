// Finds the definitions of a tree, and what a script imports at its top, by looking at the nodes around definitions alone.
import type { SgNode } from "@ast-grep/napi";
import { type Import, importAt } from "../import.ts";
import { nestingMax, signatureCharactersMax, symbolsMax } from "./limits.ts";
import type { Defined, Shape } from "./shape.ts";
import type { SketchSymbol } from "./sketch.ts";

export interface Definitions {
  readonly symbols: readonly SketchSymbol[];
  /** Of JavaScript and TypeScript, types included. */
  readonly scriptImports: readonly Import[];
}

export function definitionsOf(root: SgNode, text: string, shape: Shape): Definitions {
  const walk = new Walk(text, shape);
  walk.into(root, 0, undefined);
  return { symbols: walk.symbols, scriptImports: walk.imports };
}

interface Lines {
  readonly line: number;
  readonly endLine: number;
  readonly start: number;
}

class Walk {
  readonly symbols: SketchSymbol[] = [];
  readonly imports: Import[] = [];
  readonly #text: string;
  readonly #shape: Shape;

  constructor(text: string, shape: Shape) {
    this.#text = text;
    this.#shape = shape;
  }

  /** `around`: the lines of what wraps the only definition in it. */
  into(node: SgNode, depth: number, around: Lines | undefined): void {
    for (const child of node.children()) {
      if (this.symbols.length >= symbolsMax) return;
      const kind = String(child.kind());
      // Most of what is exported is declared right there, which costs no look at anything else of it.
      const exported = kind === "export_statement" ? child.field("declaration") : null;
      if (exported !== null)
        this.#look(exported, String(exported.kind()), depth + 1, around ?? linesOf(child));
      else this.#look(child, kind, depth, around);
    }
  }

  #look(child: SgNode, kind: string, depth: number, around: Lines | undefined): void {
    this.#import(child, kind);
    const way = this.#shape.through[kind];
    const entry = this.#shape.defines[kind];
    const defined = typeof entry === "function" ? entry(child) : entry;
    if (defined !== undefined) this.#define(child, defined, depth, around);
    else if (way !== undefined && depth < nestingMax)
      this.into(child, depth + 1, way === "wraps" ? (around ?? linesOf(child)) : undefined);
  }

  #define(node: SgNode, defined: Defined, depth: number, around: Lines | undefined): void {
    const lines = around ?? linesOf(node);
    const body = defined.body === undefined ? node.field("body") : defined.body(node);
    const name = defined.name(node);
    if (name !== null && name !== "") {
      const end = body === null ? node.range().end.index : body.range().start.index;
      const signature = signatureOf(
        this.#text.slice(lines.start, Math.min(end, lines.start + signatureSourceMax)),
      );
      const kind = defined.kind === "function" && depth > 0 && this.#isMember ? "method" : defined.kind;
      this.symbols.push({ name, kind, line: lines.line, endLine: lines.endLine, signature });
    }
    if (defined.hasMembers !== true || body === null || depth >= nestingMax) return;
    const wasMember = this.#isMember;
    this.#isMember = defined.kind === "class";
    this.into(body, depth + 1, undefined);
    this.#isMember = wasMember;
  }

  #isMember = false;

  #import(node: SgNode, kind: string): void {
    if (kind !== "import_statement" && kind !== "export_statement") return;
    // `import a = require("./a")` has it one level down.
    const source =
      node.field("source") ?? (kind === "import_statement" ? node.child(1)?.field("source") : null) ?? null;
    const specifier = source === null ? "" : source.text().slice(1, -1);
    if (/^\.\.?(\/|$)/.test(specifier)) this.imports.push(importAt(node, specifier));
  }
}

/** Before the white space in it is taken together. */
const signatureSourceMax = signatureCharactersMax * 4;

function linesOf(node: SgNode): Lines {
  const { start, end } = node.range();
  return {
    line: start.line + 1,
    endLine: end.column === 0 && end.line > start.line ? end.line : end.line + 1,
    start: start.index,
  };
}

function signatureOf(source: string): string {
  const line = source
    .replace(/\s+/g, " ")
    .replace(/[\s={(:]+$/, "")
    .trim();
  return line.length <= signatureCharactersMax ? line : `${line.slice(0, signatureCharactersMax - 1)}…`;
}

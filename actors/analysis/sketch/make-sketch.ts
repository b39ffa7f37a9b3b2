// One request to one response: the sketch of a text. What its grammar cannot read has no definitions there, and its words all the same.

import type { SgNode } from "@ast-grep/napi";
import { estimateTokens } from "../../llm/tokens.ts";
import { hasGrammar, isNestedTooDeeply, openGrammar } from "../grammar.ts";
import type { Import } from "../import.ts";
import { importsOf } from "../imports.ts";
import { type Language, languageById } from "../languages.ts";
import { importsMax } from "../limits.ts";
import type { SketchesRequest, SketchesSuccess, SketchRequest, SketchSuccess } from "../protocol.ts";
import { plainText } from "../text-rules.ts";
import { definitionsOf } from "./definitions.ts";
import { erlangSymbols } from "./erlang.ts";
import { type Lines, partsOf } from "./parts.ts";
import { shapes } from "./shapes.ts";
import { skeletonOf } from "./skeleton.ts";
import type { Sketch, SketchPart, SketchSymbol } from "./sketch.ts";
import { type TextWords, wordsOf } from "./words.ts";

/** Never rejects for what a text may hold. */
export async function makeSketch({ id, language: named, text }: SketchRequest): Promise<SketchSuccess> {
  const language = languageById(named);
  return { id, ok: true, sketch: await sketchOf(plainText(text), language) };
}

export async function makeSketches({ id, sketches: texts }: SketchesRequest): Promise<SketchesSuccess> {
  const sketches: Sketch[] = [];
  for (const { language, text } of texts)
    sketches.push(await sketchOf(plainText(text), languageById(language)));
  return { id, ok: true, sketches };
}

async function sketchOf(text: string, language: Language | null): Promise<Sketch> {
  const { symbols, imports } = await definitionsIn(text, language);
  const rows = text.split("\n");
  const words = wordsOf(text, language);
  return {
    lines: rows.at(-1) === "" ? rows.length - 1 : rows.length,
    symbols,
    imports,
    parts: withWords(rows, partsOf(rows, symbols), words),
    words: words.words,
    code: words.code,
  };
}

interface Found {
  readonly symbols: readonly SketchSymbol[];
  readonly imports: readonly Import[];
}

async function definitionsIn(text: string, language: Language | null): Promise<Found> {
  if (language === null) return { symbols: [], imports: [] };
  if (!hasGrammar(language)) return { symbols: erlangSymbols(text), imports: [] };
  const isScript = language.ruleFolders.includes("javascript");
  const opened = await openGrammar(language);
  if (!opened.ok) return { symbols: [], imports: [] };
  const read = (isScript ? treeOfSkeleton(text, opened.rootOf) : undefined) ?? treeOf(text, opened.rootOf);
  if (read === undefined) return { symbols: [], imports: [] };
  const { symbols, scriptImports } = definitionsOf(read.root, read.text, shapes[language.id]);
  const imports = isScript
    ? [...scriptImports, ...calledImports(text)].slice(0, importsMax)
    : importsOf(language, read.root, text);
  return { symbols, imports };
}

interface Read {
  readonly root: SgNode;
  readonly text: string;
}

type RootOf = (text: string) => SgNode;

function treeOf(text: string, rootOf: RootOf): Read | undefined {
  return isNestedTooDeeply(text) ? undefined : { root: rootOf(text), text };
}

/** Undefined where the skeleton is none, or not what the grammar expects: then the whole text tells. */
function treeOfSkeleton(text: string, rootOf: RootOf): Read | undefined {
  const skeleton = skeletonOf(text);
  const read = skeleton === undefined ? undefined : treeOf(skeleton, rootOf);
  return read?.root.find({ rule: { kind: "ERROR" } }) === null ? read : undefined;
}

/** Those of `require("./a")` and `import("./a")`, wherever they stand. */
function calledImports(text: string): Import[] {
  if (!/\b(?:require|import)\(/.test(text)) return [];
  const found = text.matchAll(/\b(?:require|import)\(\s*(["'])(\.\.?(?:\/[^"'\n]*)?)\1/g);
  return [...found].map(({ 2: specifier = "", index }) => {
    const before = text.slice(0, index);
    const start = before.lastIndexOf("\n") + 1;
    return { specifier, line: before.split("\n").length, column: index - start + 1 };
  });
}

function withWords(rows: readonly string[], parts: readonly Lines[], found: TextWords): SketchPart[] {
  const { at, lines, words } = found;
  const counts = new Int32Array(words.length);
  let next = 0;
  return parts.map(({ line, endLine }) => {
    const here: number[] = [];
    for (; next < at.length && (lines[next] ?? 0) <= endLine; next += 1) {
      const word = at[next] ?? 0;
      if (counts[word] === 0) here.push(word);
      counts[word] = (counts[word] ?? 0) + 1;
    }
    const pairs: number[] = [];
    for (const word of here) {
      pairs.push(word, counts[word] ?? 0);
      counts[word] = 0;
    }
    const text = rows.slice(line - 1, endLine).join("\n");
    return { line, endLine, tokens: estimateTokens(text), words: pairs };
  });
}

// The definitions of an Erlang file, from its tokens.
import { formsOf } from "../outlines/erlang-forms.ts";
import { tokensOf } from "../outlines/erlang-tokens.ts";
import { symbolsMax } from "./limits.ts";
import type { SketchSymbol } from "./sketch.ts";

const attributes: Readonly<Record<string, SketchSymbol["kind"]>> = {
  module: "module",
  record: "type",
  type: "type",
  opaque: "type",
  define: "constant",
};

export function erlangSymbols(text: string): SketchSymbol[] {
  const { tokens } = tokensOf(text);
  const forms = formsOf(tokens);
  const lineAt = (index: number) => tokens[Math.min(index, tokens.length - 1)]?.line ?? 1;
  const found: SketchSymbol[] = [];
  for (const { name, first, end } of forms.attributes) {
    const kind = attributes[name];
    const named = tokens[first + 3]?.text;
    if (kind === undefined || named === undefined) continue;
    found.push({
      name: named,
      kind,
      line: lineAt(first),
      endLine: lineAt(end),
      signature: `-${name}(${named})`,
    });
  }
  let last: { readonly key: string; readonly at: number } | undefined;
  for (const { name, arity, first, end } of forms.clauses) {
    const key = `${name}/${arity}`;
    const before = last?.key === key ? found[last.at] : undefined;
    if (last !== undefined && before !== undefined) found[last.at] = { ...before, endLine: lineAt(end) };
    else {
      last = { key, at: found.length };
      found.push({ name, kind: "function", line: lineAt(first), endLine: lineAt(end), signature: key });
    }
  }
  return found.sort((a, b) => a.line - b.line || b.endLine - a.endLine).slice(0, symbolsMax);
}

// Which other files a file needs before it can run, as it writes them: only those that can be part of a harmful cycle.
import type { SgNode } from "@ast-grep/napi";
import type { ParsedLanguage } from "./grammar.ts";
import type { Import } from "./import.ts";
import { includesOf } from "./imports/c.ts";
import { javascriptImports, typescriptImports } from "./imports/javascript.ts";
import { pythonImports } from "./imports/python.ts";
import { requiresOf } from "./imports/ruby.ts";
import { importsMax } from "./limits.ts";

type Reader = (root: SgNode, text: string) => Import[];

/** Go and Rust forbid such cycles or make nothing of them; Java, Elixir and Erlang bind names when they run. */
const readers: Partial<Readonly<Record<ParsedLanguage["id"], Reader>>> = {
  typescript: typescriptImports,
  tsx: typescriptImports,
  javascript: javascriptImports,
  python: pythonImports,
  ruby: requiresOf,
  c: includesOf,
  cpp: includesOf,
};

/** In the order of the text, at most `importsMax`. What runs only later, in a function, is left out. */
export function importsOf(language: ParsedLanguage, root: SgNode, text: string): Import[] {
  return readers[language.id]?.(root, text).slice(0, importsMax) ?? [];
}

// One import, as its file writes it.
import type { SgNode } from "@ast-grep/napi";

export interface Import {
  /** As it is written: `./a.js`, `..package.module`, `include/a.h`. */
  readonly specifier: string;
  /** What Python takes from the module: it may be a module, too. */
  readonly name?: string;
  /** 1-based, of the statement. */
  readonly line: number;
  readonly column: number;
}

export function importAt(statement: SgNode, specifier: string, name?: string): Import {
  const { line, column } = statement.range().start;
  const place = { line: line + 1, column: column + 1 };
  return name === undefined ? { specifier, ...place } : { specifier, name, ...place };
}

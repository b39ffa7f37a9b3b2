// The files of its own project that a file of C or C++ includes: those in quotes.
import type { SgNode } from "@ast-grep/napi";
import { type Import, importAt } from "../import.ts";

export function includesOf(root: SgNode, text: string): Import[] {
  if (!/#\s*include\s*"/.test(text)) return [];
  const found = root.findAll({ rule: { kind: "preproc_include", has: { kind: "string_literal" } } });
  return found.map((node) => importAt(node, node.field("path")?.text().slice(1, -1) ?? ""));
}

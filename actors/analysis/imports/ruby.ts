// The files that a Ruby file requires by their place when it is loaded.
import type { SgNode } from "@ast-grep/napi";
import { type Import, importAt } from "../import.ts";

export function requiresOf(root: SgNode, text: string): Import[] {
  if (!text.includes("require_relative")) return [];
  const calls = root.findAll({
    rule: {
      kind: "call",
      has: { field: "method", regex: "^require_relative$" },
      not: { inside: { any: [{ kind: "method" }, { kind: "singleton_method" }], stopBy: "end" } },
    },
  });
  return calls.flatMap((call) => {
    const given = /^\(?\s*(["'])([^"'#]+)\1\s*\)?$/.exec(call.field("arguments")?.text() ?? "");
    return given?.[2] === undefined ? [] : [importAt(call, given[2])];
  });
}

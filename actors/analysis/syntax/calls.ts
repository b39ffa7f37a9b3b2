// How a call of a declared function is found and spelled.
import type { Rule, SgNode } from "@ast-grep/napi";
import { alternatives } from "./alternatives.ts";

/** Calls of this kind whose callee is written in one of these ways. */
export function callsWritten(kind: string, spellings: readonly string[]): Rule {
  return { kind, has: { field: "function", regex: alternatives(spellings) } };
}

/** What stands in front of the arguments. */
export function calleeText(call: SgNode): string {
  return call.field("function")?.text() ?? "";
}

/** Matches the names of spellings with the number of arguments: `f` for `f/2`. */
export function namesAlone(spellings: readonly string[]): string {
  return alternatives(spellings.map((spelled) => spelled.replace(/\/\d+$/, "")));
}

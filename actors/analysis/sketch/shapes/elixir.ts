// How Elixir writes definitions: all of them are calls.
import type { SgNode } from "@ast-grep/napi";
import type { Defined, Shape } from "../shape.ts";

const modules: ReadonlySet<string> = new Set(["defmodule", "defprotocol", "defimpl"]);
const functions: ReadonlySet<string> = new Set([
  "def",
  "defp",
  "defmacro",
  "defmacrop",
  "defguard",
  "defguardp",
  "defdelegate",
]);

function call(node: SgNode): Defined | undefined {
  const word = node.field("target")?.text() ?? "";
  const isModule = modules.has(word);
  if (!isModule && !functions.has(word)) return undefined;
  const body = (of: SgNode): SgNode | null =>
    of.children().find((child) => child.kind() === "do_block") ?? null;
  return {
    kind: isModule ? "module" : "function",
    name: (of) =>
      nameIn(
        of
          .children()
          .find((child) => child.kind() === "arguments")
          ?.child(0) ?? null,
        isModule,
      ),
    body,
    hasMembers: isModule,
  };
}

/** `name` of `name`, `name(a, b)`, `(name(a)`, and of `name(a) when a > 0`. */
function nameIn(first: SgNode | null, isModule: boolean): string | null {
  const text = first?.text() ?? "";
  const found = (isModule ? /^[\w.]+/ : /^\(?\s*([\p{L}_][\p{L}\p{N}_]*[?!]?)/u).exec(text);
  return found === null ? null : (found[1] ?? found[0]);
}

export const elixirShape: Shape = { defines: { call }, through: {} };

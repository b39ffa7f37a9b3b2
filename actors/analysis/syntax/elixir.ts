// How Elixir writes what the metrics count. Its grammar knows few kinds: `def`, `if` and `case` are calls like any other.
import type { Rule, SgNode } from "@ast-grep/napi";
import type { Syntax } from "../structure.ts";
import { namesAlone } from "./calls.ts";
import { anyKind, partsOf } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

const withElse: Rule = { has: { kind: "do_block", has: { kind: "else_block" } } };

export const elixir: Syntax = {
  roles: [
    ["class", callOf("defmodule|defimpl|defprotocol")],
    [
      "declaration",
      { all: [callOf("def|defp|defmacro|defmacrop"), { any: [{ has: { kind: "do_block" } }, shortBody()] }] },
    ],
    ["lambda", { kind: "anonymous_function" }],
    ["if", callOf("if|unless")],
    ["else", { kind: "else_block", inside: { kind: "do_block", inside: callOf("if|unless") } }],
    [
      "else",
      {
        kind: "pair",
        has: { kind: "keyword", regex: "^else:" },
        inside: { kind: "keywords", inside: { kind: "arguments", inside: callOf("if|unless") } },
      },
    ],
    ["switch", { any: [callOf("case|cond|receive"), { all: [callOf("with"), withElse] }] }],
    // One clause always matches, or the code raises: n clauses are n - 1 decisions.
    ["branch", { kind: "stab_clause", follows: { kind: "stab_clause", stopBy: "end" } }],
    [
      "branch",
      {
        kind: "binary_operator",
        has: { field: "operator", regex: "^<-$" },
        inside: { kind: "arguments", inside: callOf("with") },
      },
    ],
    ["loop", callOf("for")],
    ["catch", anyKind("rescue_block", "catch_block")],
    ["logical", { kind: "binary_operator", has: { field: "operator", regex: "^(and|or|&&|\\|\\|)$" } }],
  ],
  comments: {
    any: [
      { kind: "comment" },
      {
        kind: "unary_operator",
        has: { kind: "call", has: { field: "target", regex: "^(doc|moduledoc|typedoc|shortdoc)$" } },
      },
    ],
  },
  nameOf(node) {
    const head = headOf(node);
    if (head === null) return moduleName(node);
    return `${nameOfHead(head)}/${argumentCount(head)}`;
  },
  parametersOf: (node) => {
    const head = headOf(node);
    return head === null ? 0 : argumentCount(head);
  },
  isListable: () => false,
  logical: binaryParts,
  unwrapped: unwrapperOf("block"),
  selfCall: (node) => elixir.nameOf(node),
  callsTo: (spellings) => ({
    kind: "call",
    has: { field: "target", kind: "identifier", regex: namesAlone(spellings) },
  }),
  spelling(call) {
    const around = call.parent();
    if (isHead(call)) return "";
    const isPiped = around?.field("operator")?.text() === "|>" && around.field("right")?.id() === call.id();
    return `${nameOfHead(call)}/${argumentCount(call) + (isPiped ? 1 : 0)}`;
  },
};

function callOf(targets: string): Rule {
  return { kind: "call", has: { field: "target", kind: "identifier", regex: `^(${targets})$` } };
}

/** `def f(x), do: x`. */
function shortBody(): Rule {
  return {
    has: {
      kind: "arguments",
      has: { kind: "keywords", has: { kind: "pair", has: { kind: "keyword", regex: "^do:" } } },
    },
  };
}

function argumentsOf(call: SgNode): SgNode[] {
  return partsOf(call.namedChildren().find((child) => child.kind() === "arguments"));
}

/** `f(a, b)` of `def f(a, b) when a > b`; null where the node is no definition of a function. */
function headOf(node: SgNode): SgNode | null {
  if (!/^defp?$|^defmacrop?$/.test(node.field("target")?.text() ?? "")) return null;
  const [first] = argumentsOf(node);
  if (first === undefined) return null;
  const isGuarded = first.kind() === "binary_operator" && first.field("operator")?.text() === "when";
  return isGuarded ? first.field("left") : first;
}

/** The head of a definition is written like a call, but calls nothing. */
function isHead(call: SgNode): boolean {
  const around = call.parent();
  const list = around?.field("operator")?.text() === "when" ? around.parent() : around;
  const definition = list?.kind() === "arguments" ? list.parent() : null;
  return definition !== null && definition !== undefined && headOf(definition)?.id() === call.id();
}

function nameOfHead(head: SgNode): string {
  return head.kind() === "call"
    ? (head.field("target")?.text() ?? head.text())
    : (head.field("operator")?.text() ?? head.text());
}

function argumentCount(head: SgNode): number {
  if (head.kind() === "binary_operator") return 2;
  return head.kind() === "call" ? argumentsOf(head).length : 0;
}

function moduleName(node: SgNode): string | null {
  return argumentsOf(node)[0]?.text() ?? null;
}

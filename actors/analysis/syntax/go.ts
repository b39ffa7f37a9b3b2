// How Go writes what the metrics count.
import type { Rule, SgNode } from "@ast-grep/napi";
import type { LogicalParts, Syntax } from "../structure.ts";
import { alternatives } from "./alternatives.ts";

const elseOfIf: NonNullable<Rule["inside"]> = { kind: "if_statement", field: "alternative" };

export const go: Syntax = {
  roles: [
    // Without a body it is written in assembler.
    [
      "declaration",
      {
        any: [{ kind: "function_declaration" }, { kind: "method_declaration" }],
        has: { field: "body", kind: "block" },
      },
    ],
    ["lambda", { kind: "func_literal" }],
    ["if", { kind: "if_statement", not: { inside: elseOfIf } }],
    ["elseIf", { kind: "if_statement", inside: elseOfIf }],
    ["else", { kind: "block", inside: elseOfIf }],
    [
      "switch",
      {
        any: [
          { kind: "expression_switch_statement" },
          { kind: "type_switch_statement" },
          { kind: "select_statement" },
        ],
      },
    ],
    ["branch", { any: [{ kind: "expression_case" }, { kind: "type_case" }, { kind: "communication_case" }] }],
    ["loop", { kind: "for_statement" }],
    ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\|)$" } }],
    [
      "jump",
      {
        any: [{ kind: "break_statement" }, { kind: "continue_statement" }, { kind: "goto_statement" }],
        has: { kind: "label_name" },
      },
    ],
  ],
  comments: { kind: "comment" },
  nameOf(node) {
    const name = node.field("name")?.text();
    if (name === undefined) return nameGivenBy(node);
    const type = receiverType(node);
    return type === null ? name : `${type}.${name}`;
  },
  parametersOf: (node) =>
    (node.field("parameters")?.namedChildren() ?? []).reduce((total, child) => total + namesIn(child), 0),
  isListable: () => true,
  logical(node): LogicalParts | null {
    const left = node.field("left");
    const right = node.field("right");
    const operator = node.field("operator");
    return left === null || right === null || operator === null
      ? null
      : { operator: operator.text(), left, right };
  },
  unwrapped(node) {
    let inner = node;
    while (inner.kind() === "parenthesized_expression") {
      const next = inner.namedChildren().find((child) => child.kind() !== "comment");
      if (next === undefined) break;
      inner = next;
    }
    return inner;
  },
  selfCall(node) {
    const name = node.field("name")?.text();
    if (name === undefined || node.kind() === "function_declaration") return name ?? null;
    const receiver = receiverOf(node)?.field("name")?.text();
    return receiver === undefined ? null : `${receiver}.${name}`;
  },
  callsTo: (spellings) => ({
    kind: "call_expression",
    has: { field: "function", regex: alternatives(spellings) },
  }),
  spelling: (call) => call.field("function")?.text() ?? "",
};

/** `s *Server` of `func (s *Server) Close()`; null for a function. */
function receiverOf(node: SgNode): SgNode | null {
  const declared = node.field("receiver")?.namedChildren() ?? [];
  return declared.find((child) => child.kind() === "parameter_declaration") ?? null;
}

/** `Server` of `(s *Server[T])`. */
function receiverType(node: SgNode): string | null {
  const type = receiverOf(node)?.field("type")?.text();
  return type === undefined ? null : type.replace(/^[\s(*]+|\[.*$|[\s)]+$/gs, "");
}

/** `a, b int` are two parameters, `int` alone is one without a name. */
function namesIn(declaration: SgNode): number {
  if (declaration.kind() === "comment") return 0;
  const names = declaration.namedChildren().filter((child) => child.kind() === "identifier");
  return Math.max(1, names.length);
}

/** The name that a variable or field around a function literal gives it, where it is the only value. */
function nameGivenBy(lambda: SgNode): string | null {
  const list = lambda.parent();
  if (list?.kind() === "literal_element") return keyOf(list);
  if (list?.kind() !== "expression_list" || list.namedChildren().length > 1) return null;
  const around = list.parent();
  switch (around?.kind()) {
    case "var_spec":
      return around.field("name")?.text() ?? null;
    case "short_var_declaration":
    case "assignment_statement":
      return around.field("left")?.text() ?? null;
    default:
      return null;
  }
}

function keyOf(element: SgNode): string | null {
  const pair = element.parent();
  return pair?.kind() === "keyed_element" ? (pair.field("key")?.text() ?? null) : null;
}

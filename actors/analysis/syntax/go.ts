// How Go writes what the metrics count.
import type { Rule, SgNode } from "@ast-grep/napi";
import type { Syntax } from "../structure.ts";
import { calleeText, callsWritten } from "./calls.ts";
import { givenName } from "./given-name.ts";
import { anyKind, isComment } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

const elseOfIf: NonNullable<Rule["inside"]> = { kind: "if_statement", field: "alternative" };

export const go: Syntax = {
  roles: [
    // Without a body it is written in assembler.
    [
      "declaration",
      {
        ...anyKind("function_declaration", "method_declaration"),
        has: { field: "body", kind: "block" },
      },
    ],
    ["lambda", { kind: "func_literal" }],
    ["if", { kind: "if_statement", not: { inside: elseOfIf } }],
    ["elseIf", { kind: "if_statement", inside: elseOfIf }],
    ["else", { kind: "block", inside: elseOfIf }],
    ["switch", anyKind("expression_switch_statement", "type_switch_statement", "select_statement")],
    ["branch", anyKind("expression_case", "type_case", "communication_case")],
    ["loop", { kind: "for_statement" }],
    ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\|)$" } }],
    [
      "jump",
      {
        ...anyKind("break_statement", "continue_statement", "goto_statement"),
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
  logical: binaryParts,
  unwrapped: unwrapperOf("parenthesized_expression"),
  selfCall(node) {
    const name = node.field("name")?.text();
    if (name === undefined || node.kind() === "function_declaration") return name ?? null;
    const receiver = receiverOf(node)?.field("name")?.text();
    return receiver === undefined ? null : `${receiver}.${name}`;
  },
  callsTo: (spellings) => callsWritten("call_expression", spellings),
  spelling: calleeText,
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
  if (isComment(declaration)) return 0;
  const names = declaration.namedChildren().filter((child) => child.kind() === "identifier");
  return Math.max(1, names.length);
}

/** The name that a variable or field around a function literal gives it, where it is the only value. */
function nameGivenBy(lambda: SgNode): string | null {
  const list = lambda.parent();
  const isOnly = list?.kind() === "expression_list" && list.namedChildren().length === 1;
  return list?.kind() === "literal_element" || isOnly ? givenName(list, namingFields) : null;
}

const namingFields = new Map([
  ["var_spec", "name"],
  ["short_var_declaration", "left"],
  ["assignment_statement", "left"],
  ["keyed_element", "key"],
]);

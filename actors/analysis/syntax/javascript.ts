// How JavaScript, TypeScript and TSX write what the metrics count: the three grammars share these node kinds.
import type { SgNode } from "@ast-grep/napi";
import type { LogicalParts, Syntax } from "../structure.ts";
import { alternatives } from "./alternatives.ts";

export const javascript: Syntax = {
  roles: [
    ["class", { any: [{ kind: "class_declaration" }, { kind: "class" }] }],
    [
      "declaration",
      {
        any: [
          { kind: "function_declaration" },
          { kind: "generator_function_declaration" },
          { kind: "method_definition" },
        ],
      },
    ],
    [
      "lambda",
      { any: [{ kind: "arrow_function" }, { kind: "function_expression" }, { kind: "generator_function" }] },
    ],
    ["if", { kind: "if_statement", not: { inside: { kind: "else_clause" } } }],
    ["elseIf", { kind: "if_statement", inside: { kind: "else_clause" } }],
    ["else", { kind: "else_clause", not: { has: { kind: "if_statement" } } }],
    ["switch", { kind: "switch_statement" }],
    ["branch", { kind: "switch_case" }],
    [
      "branch",
      {
        kind: "augmented_assignment_expression",
        has: { field: "operator", regex: "^(\\|\\||&&|\\?\\?)=$" },
      },
    ],
    [
      "loop",
      {
        any: [
          { kind: "for_statement" },
          { kind: "for_in_statement" },
          { kind: "while_statement" },
          { kind: "do_statement" },
        ],
      },
    ],
    ["catch", { kind: "catch_clause" }],
    ["ternary", { kind: "ternary_expression" }],
    ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\||\\?\\?)$" } }],
    [
      "jump",
      {
        any: [{ kind: "break_statement" }, { kind: "continue_statement" }],
        has: { kind: "statement_identifier" },
      },
    ],
  ],
  comments: { any: [{ kind: "comment" }, { kind: "hash_bang_line" }, { kind: "html_comment" }] },
  nameOf: (node) => node.field("name")?.text() ?? nameGivenBy(node),
  parametersOf(node) {
    const parameters = node.field("parameters");
    if (parameters === null) return node.field("parameter") === null ? 0 : 1;
    return parameters.namedChildren().filter((child) => isParameter(child)).length;
  },
  isListable: (lambda) =>
    nameGivenBy(lambda) !== null ||
    lambda.field("name") !== null ||
    lambda.field("body")?.kind() === "statement_block",
  logical(node): LogicalParts | null {
    const left = node.field("left");
    const right = node.field("right");
    const operator = node.field("operator");
    return left === null || right === null || operator === null
      ? null
      : { operator: operator.text(), left, right };
  },
  unwrapped: (node) => {
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
    if (name === undefined) return null;
    return node.kind() === "method_definition" ? `this.${name}` : name;
  },
  callsTo: (spellings) => ({
    kind: "call_expression",
    has: { field: "function", regex: alternatives(spellings) },
  }),
  spelling: (call) => call.field("function")?.text() ?? "",
};

function isParameter(node: SgNode): boolean {
  if (node.kind() === "comment") return false;
  return node.field("pattern")?.kind() !== "this";
}

/** The name that a variable, property or field around a function expression gives it. */
function nameGivenBy(lambda: SgNode): string | null {
  const around = lambda.parent();
  switch (around?.kind()) {
    case "variable_declarator":
    case "public_field_definition":
      return around.field("name")?.text() ?? null;
    case "field_definition":
      return around.field("property")?.text() ?? null;
    case "pair":
      return around.field("key")?.text() ?? null;
    case "assignment_expression":
      return around.field("left")?.text() ?? null;
    default:
      return null;
  }
}

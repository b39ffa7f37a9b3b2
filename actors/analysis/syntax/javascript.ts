// How JavaScript, TypeScript and TSX write what the metrics count: the three grammars share these node kinds.
import type { SgNode } from "@ast-grep/napi";
import type { Syntax } from "../structure.ts";
import { calleeText, callsWritten } from "./calls.ts";
import { givenName } from "./given-name.ts";
import { anyKind, partsOf } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

export const javascript: Syntax = {
  roles: [
    ["class", anyKind("class_declaration", "class")],
    ["declaration", anyKind("function_declaration", "generator_function_declaration", "method_definition")],
    ["lambda", anyKind("arrow_function", "function_expression", "generator_function")],
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
    ["loop", anyKind("for_statement", "for_in_statement", "while_statement", "do_statement")],
    ["catch", { kind: "catch_clause" }],
    ["ternary", { kind: "ternary_expression" }],
    ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\||\\?\\?)$" } }],
    [
      "jump",
      {
        ...anyKind("break_statement", "continue_statement"),
        has: { kind: "statement_identifier" },
      },
    ],
  ],
  comments: anyKind("comment", "hash_bang_line", "html_comment"),
  nameOf: (node) => node.field("name")?.text() ?? nameGivenBy(node),
  parametersOf(node) {
    const parameters = node.field("parameters");
    if (parameters === null) return node.field("parameter") === null ? 0 : 1;
    return partsOf(parameters).filter(isParameter).length;
  },
  isListable: (lambda) =>
    nameGivenBy(lambda) !== null ||
    lambda.field("name") !== null ||
    lambda.field("body")?.kind() === "statement_block",
  logical: binaryParts,
  unwrapped: unwrapperOf("parenthesized_expression"),
  selfCall(node) {
    const name = node.field("name")?.text();
    if (name === undefined) return null;
    return node.kind() === "method_definition" ? `this.${name}` : name;
  },
  callsTo: (spellings) => callsWritten("call_expression", spellings),
  spelling: calleeText,
};

/** `this` of `(this: Shape, one: number)` is none: nobody hands it over. */
function isParameter(node: SgNode): boolean {
  return node.field("pattern")?.kind() !== "this";
}

/** The name that a variable, property or field around a function expression gives it. */
function nameGivenBy(lambda: SgNode): string | null {
  return givenName(lambda, namingFields);
}

const namingFields = new Map([
  ["variable_declarator", "name"],
  ["public_field_definition", "name"],
  ["field_definition", "property"],
  ["pair", "key"],
  ["assignment_expression", "left"],
]);

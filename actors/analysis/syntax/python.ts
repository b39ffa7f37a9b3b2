// How Python writes what the metrics count.
import type { SgNode } from "@ast-grep/napi";
import type { Syntax } from "../structure.ts";
import { calleeText, callsWritten } from "./calls.ts";
import { anyKind, partsOf } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

export const python: Syntax = {
  roles: [
    ["class", { kind: "class_definition" }],
    ["declaration", { kind: "function_definition" }],
    ["lambda", { kind: "lambda" }],
    ["if", { kind: "if_statement" }],
    ["elseIf", { kind: "elif_clause" }],
    [
      "else",
      {
        kind: "else_clause",
        inside: anyKind("if_statement", "for_statement", "while_statement"),
      },
    ],
    ["switch", { kind: "match_statement" }],
    ["branch", { kind: "case_clause", not: { regex: "^case\\s+_\\s*:" } }],
    // A comprehension is one path for its loop and one for each of its conditions, and no structure to get lost in.
    ["branch", anyKind("for_in_clause", "if_clause")],
    ["loop", anyKind("for_statement", "while_statement")],
    ["catch", { kind: "except_clause" }],
    ["ternary", { kind: "conditional_expression" }],
    ["logical", { kind: "boolean_operator" }],
  ],
  comments: {
    any: [
      { kind: "comment" },
      // A string as a statement does nothing: it is documentation.
      {
        kind: "string",
        inside: { kind: "expression_statement", not: { has: { kind: "string", nthChild: 2 } } },
      },
    ],
  },
  nameOf: (node) => node.field("name")?.text() ?? null,
  parametersOf(node) {
    const parameters = partsOf(node.field("parameters")).filter(isParameter);
    const [first] = parameters;
    const isReceiver = first !== undefined && /^(self|cls)$/.test(first.text());
    return parameters.length - (isReceiver ? 1 : 0);
  },
  isListable: () => false,
  logical: binaryParts,
  unwrapped: unwrapperOf("parenthesized_expression"),
  selfCall(node, isMethod) {
    const name = node.field("name")?.text();
    if (name === undefined) return null;
    return isMethod ? `self.${name}` : name;
  },
  callsTo: (spellings) => callsWritten("call", spellings),
  spelling: calleeText,
};

const separators = new Set(["keyword_separator", "positional_separator"]);

function isParameter(node: SgNode): boolean {
  return !separators.has(String(node.kind()));
}

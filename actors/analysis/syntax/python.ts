// How Python writes what the metrics count.
import type { SgNode } from "@ast-grep/napi";
import type { LogicalParts, Syntax } from "../structure.ts";
import { alternatives } from "./alternatives.ts";

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
        inside: { any: [{ kind: "if_statement" }, { kind: "for_statement" }, { kind: "while_statement" }] },
      },
    ],
    ["switch", { kind: "match_statement" }],
    ["branch", { kind: "case_clause", not: { regex: "^case\\s+_\\s*:" } }],
    // A comprehension is one path for its loop and one for each of its conditions, and no structure to get lost in.
    ["branch", { any: [{ kind: "for_in_clause" }, { kind: "if_clause" }] }],
    ["loop", { any: [{ kind: "for_statement" }, { kind: "while_statement" }] }],
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
    const parameters = (node.field("parameters")?.namedChildren() ?? []).filter((child) =>
      isParameter(child),
    );
    const [first] = parameters;
    const isReceiver = first !== undefined && /^(self|cls)$/.test(first.text());
    return parameters.length - (isReceiver ? 1 : 0);
  },
  isListable: () => false,
  logical(node): LogicalParts | null {
    const left = node.field("left");
    const right = node.field("right");
    const operator = node.field("operator")?.text();
    if (left === null || right === null || operator === undefined) return null;
    return { operator: operator === "and" ? "&&" : "||", left, right };
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
  selfCall(node, isMethod) {
    const name = node.field("name")?.text();
    if (name === undefined) return null;
    return isMethod ? `self.${name}` : name;
  },
  callsTo: (spellings) => ({ kind: "call", has: { field: "function", regex: alternatives(spellings) } }),
  spelling: (call) => call.field("function")?.text() ?? "",
};

const separators = new Set(["comment", "keyword_separator", "positional_separator"]);

function isParameter(node: SgNode): boolean {
  return !separators.has(String(node.kind()));
}

// How Rust writes what the metrics count. What stands in a macro's brackets is not parsed, so it counts for nothing.
import type { SgNode } from "@ast-grep/napi";
import type { LogicalParts, Syntax } from "../structure.ts";
import { alternatives } from "./alternatives.ts";
import { givenName } from "./given-name.ts";
import { anyKind, partsOf } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

export const rust: Syntax = {
  roles: [
    ["class", anyKind("impl_item", "trait_item")],
    ["declaration", { kind: "function_item" }],
    ["lambda", { kind: "closure_expression" }],
    ["if", { kind: "if_expression", not: { inside: { kind: "else_clause" } } }],
    ["elseIf", { kind: "if_expression", inside: { kind: "else_clause" } }],
    ["else", { kind: "else_clause", not: { has: { kind: "if_expression" } } }],
    ["switch", { kind: "match_expression" }],
    // A match is exhaustive, so one arm is always taken: n arms are n - 1 decisions.
    ["branch", { kind: "match_arm", follows: { kind: "match_arm", stopBy: "end" } }],
    ["branch", { kind: "match_pattern", has: { field: "condition", regex: "." } }],
    ["branch", { kind: "let_declaration", has: { field: "alternative", kind: "block" } }],
    ["loop", anyKind("for_expression", "while_expression", "loop_expression")],
    ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\|)$" } }],
    ["logical", { kind: "let_chain" }],
    [
      "jump",
      {
        ...anyKind("break_expression", "continue_expression"),
        has: { kind: "label" },
      },
    ],
    // `let_chain` is one node for all of its `&&`: what stands behind the second has no other node to be counted by.
    [
      "branch",
      {
        ...anyKind(
          "let_condition",
          "identifier",
          "call_expression",
          "field_expression",
          "binary_expression",
          "unary_expression",
          "parenthesized_expression",
          "macro_invocation",
        ),
        nthChild: "n+3",
        inside: { kind: "let_chain" },
      },
    ],
  ],
  comments: anyKind("line_comment", "block_comment", "shebang"),
  nameOf(node) {
    switch (node.kind()) {
      case "impl_item":
        return implementedType(node);
      case "closure_expression":
        return nameGivenBy(node);
      default:
        return node.field("name")?.text() ?? null;
    }
  },
  parametersOf: (node) => partsOf(node.field("parameters")).filter(isParameter).length,
  isListable: (lambda) => nameGivenBy(lambda) !== null || lambda.field("body")?.kind() === "block",
  logical: (node) => (node.kind() === "let_chain" ? chainParts(node) : binaryParts(node)),
  unwrapped: unwrapperOf("parenthesized_expression"),
  selfCall(node, isMethod) {
    const name = node.field("name")?.text();
    if (name === undefined) return null;
    return isMethod ? `Self::${name}` : name;
  },
  callsTo: (spellings) => ({
    kind: "call_expression",
    has: {
      field: "function",
      regex: alternatives(spellings.map((spelled) => spelled.replace(/^Self::/, "")))
        .replace("^", "^(?:self\\.|[A-Za-z0-9_]+::)?")
        .replace(/\$$/, "(?:::<[^()]*>)?$"),
    },
  }),
  spelling(call) {
    const callee = call.field("function");
    const bare = callee?.kind() === "generic_function" ? callee.field("function") : callee;
    const text = bare?.text().replace(/^self\./, "Self::") ?? "";
    const type = /^(\w+)::\w+$/.exec(text)?.[1];
    if (type === undefined || type === "Self") return text;
    return type === typeAround(call) ? text.replace(type, "Self") : text;
  },
};

/** The receiver is none: a method reads as if it had no parameter for it. */
function isParameter(node: SgNode): boolean {
  if (node.kind() === "attribute_item" || node.kind() === "self_parameter") return false;
  return node.field("pattern")?.kind() !== "self";
}

/** `Server` of `impl<T> Handler for net::Server<T>`. */
function implementedType(node: SgNode): string | null {
  const type = node.field("type");
  const bare = type?.kind() === "generic_type" ? type.field("type") : type;
  return bare?.field("name")?.text() ?? bare?.text() ?? null;
}

function typeAround(call: SgNode): string | null {
  const around = call.ancestors().find((node) => node.kind() === "impl_item");
  return around === undefined ? null : implementedType(around);
}

function nameGivenBy(closure: SgNode): string | null {
  return givenName(closure, namingFields);
}

const namingFields = new Map([
  ["let_declaration", "pattern"],
  ["field_initializer", "field"],
  ["assignment_expression", "left"],
]);

function chainParts(chain: SgNode): LogicalParts | null {
  const parts = partsOf(chain);
  const [left] = parts;
  const right = parts.at(-1);
  return left === undefined || right === undefined ? null : { operator: "&&", left, right };
}

// How Ruby writes what the metrics count.
import type { Rule, SgNode } from "@ast-grep/napi";
import type { Syntax } from "../structure.ts";
import { alternatives } from "./alternatives.ts";
import { givenName } from "./given-name.ts";
import { anyKind } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

/** The methods that Ruby writes in place of a loop. Others that take a block, such as `map`, are functions of functions. */
const loops: Rule = {
  kind: "call",
  has: {
    field: "method",
    regex: "^(each|each_[a-z_]+|reverse_each|find_each|times|upto|downto|step|loop|cycle)$",
  },
};

const block = anyKind("block", "do_block");

export const ruby: Syntax = {
  roles: [
    ["class", anyKind("class", "module", "singleton_class")],
    ["declaration", anyKind("method", "singleton_method")],
    ["lambda", { kind: "lambda" }],
    ["lambda", { ...block, not: { inside: { any: [{ kind: "lambda" }, loops] } } }],
    ["if", anyKind("if", "unless", "if_modifier", "unless_modifier")],
    ["elseIf", { kind: "elsif" }],
    ["else", { kind: "else", inside: anyKind("if", "unless", "elsif") }],
    ["switch", anyKind("case", "case_match")],
    [
      "branch",
      {
        any: [
          anyKind("when", "if_guard", "unless_guard"),
          { kind: "in_clause", not: { regex: "^in\\s+_\\s*(\\n|;|then\\b)" } },
        ],
      },
    ],
    ["branch", { kind: "operator_assignment", has: { field: "operator", regex: "^(\\|\\||&&)=$" } }],
    ["loop", anyKind("while", "until", "for", "while_modifier", "until_modifier")],
    ["loop", { ...block, inside: loops }],
    ["catch", anyKind("rescue", "rescue_modifier")],
    ["ternary", { kind: "conditional" }],
    ["logical", { kind: "binary", has: { field: "operator", regex: "^(&&|\\|\\||and|or)$" } }],
  ],
  comments: { kind: "comment" },
  nameOf(node) {
    switch (node.kind()) {
      case "singleton_method":
        return `${node.field("object")?.text()}.${node.field("name")?.text()}`;
      case "singleton_class":
        return node.field("value")?.text() ?? null;
      case "block":
      case "do_block":
        return nameGivenBy(node) ?? callOf(node);
      case "lambda":
        return nameGivenBy(node);
      default:
        return node.field("name")?.text() ?? null;
    }
  },
  parametersOf(node) {
    const children = node.field("parameters")?.children() ?? [];
    const locals = children.findIndex((child) => child.kind() === ";");
    const own = locals < 0 ? children : children.slice(0, locals);
    return own.filter((child) => child.isNamed() && !notParameters.has(String(child.kind()))).length;
  },
  /** In a method it belongs to the method; outside it is a step of a declarative text, such as a task, a route or a test. */
  isListable(lambda) {
    if (lambda.kind() !== "do_block" && nameGivenBy(lambda) === null) return false;
    return !lambda
      .ancestors()
      .some((around) => around.kind() === "method" || around.kind() === "singleton_method");
  },
  logical: binaryParts,
  unwrapped: unwrapperOf("parenthesized_statements"),
  selfCall: (node) => node.field("name")?.text() ?? null,
  callsTo: (spellings) => ({ kind: "call", has: { field: "method", regex: alternatives(spellings) } }),
  spelling(call) {
    const receiver = call.field("receiver");
    if (receiver !== null && receiver.kind() !== "self") return "";
    return call.field("method")?.text() ?? "";
  },
};

/** `*` and `**nil` only say what else may not or need not be given; a block stands beside the parameters of a call. */
const notParameters = new Set(["comment", "block_parameter", "hash_splat_nil"]);

/** The name that `define_method :name do` or `NAME = lambda do` gives a block, or an assignment a lambda. */
function nameGivenBy(lambda: SgNode): string | null {
  const call = lambda.kind() === "lambda" ? null : lambda.parent();
  const method = call?.field("method")?.text();
  if (method === "define_method" || method === "define_singleton_method") {
    const [first] = call?.field("arguments")?.namedChildren() ?? [];
    return first?.text().replace(/^:|^(["'])(.*)\1$/, "$2") ?? null;
  }
  const isProc = lambda.kind() === "lambda" || method === "lambda" || method === "proc";
  return isProc ? givenName(call ?? lambda, namingFields) : null;
}

const namingFields = new Map([["assignment", "left"]]);

/** `task :build` for the block of `task :build do`. */
function callOf(block: SgNode): string | null {
  const call = block.parent();
  if (call === null) return null;
  return call
    .text()
    .slice(0, block.range().start.index - call.range().start.index)
    .trim();
}

// How Ruby writes what the metrics count.
import type { Rule, SgNode } from "@ast-grep/napi";
import type { LogicalParts, Syntax } from "../structure.ts";
import { alternatives } from "./alternatives.ts";

/** The methods that Ruby writes in place of a loop. Others that take a block, such as `map`, are functions of functions. */
const loops: Rule = {
  kind: "call",
  has: {
    field: "method",
    regex: "^(each|each_[a-z_]+|reverse_each|find_each|times|upto|downto|step|loop|cycle)$",
  },
};

const block: Rule = { any: [{ kind: "block" }, { kind: "do_block" }] };

export const ruby: Syntax = {
  roles: [
    ["class", { any: [{ kind: "class" }, { kind: "module" }, { kind: "singleton_class" }] }],
    ["declaration", { any: [{ kind: "method" }, { kind: "singleton_method" }] }],
    ["lambda", { kind: "lambda" }],
    ["lambda", { ...block, not: { inside: { any: [{ kind: "lambda" }, loops] } } }],
    [
      "if",
      {
        any: [{ kind: "if" }, { kind: "unless" }, { kind: "if_modifier" }, { kind: "unless_modifier" }],
      },
    ],
    ["elseIf", { kind: "elsif" }],
    ["else", { kind: "else", inside: { any: [{ kind: "if" }, { kind: "unless" }, { kind: "elsif" }] } }],
    ["switch", { any: [{ kind: "case" }, { kind: "case_match" }] }],
    [
      "branch",
      {
        any: [
          { kind: "when" },
          { kind: "in_clause", not: { regex: "^in\\s+_\\s*(\\n|;|then\\b)" } },
          { kind: "if_guard" },
          { kind: "unless_guard" },
        ],
      },
    ],
    ["branch", { kind: "operator_assignment", has: { field: "operator", regex: "^(\\|\\||&&)=$" } }],
    [
      "loop",
      {
        any: [
          { kind: "while" },
          { kind: "until" },
          { kind: "for" },
          { kind: "while_modifier" },
          { kind: "until_modifier" },
        ],
      },
    ],
    ["loop", { ...block, inside: loops }],
    ["catch", { any: [{ kind: "rescue" }, { kind: "rescue_modifier" }] }],
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
  logical(node): LogicalParts | null {
    const left = node.field("left");
    const right = node.field("right");
    const operator = node.field("operator")?.text();
    if (left === null || right === null || operator === undefined) return null;
    return { operator: operator === "and" || operator === "&&" ? "&&" : "||", left, right };
  },
  unwrapped(node) {
    let inner = node;
    while (inner.kind() === "parenthesized_statements") {
      const named = inner.namedChildren().filter((child) => child.kind() !== "comment");
      const [only] = named;
      if (only === undefined || named.length > 1) break;
      inner = only;
    }
    return inner;
  },
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
  const around = isProc ? (call ?? lambda).parent() : null;
  return around?.kind() === "assignment" ? (around.field("left")?.text() ?? null) : null;
}

/** `task :build` for the block of `task :build do`. */
function callOf(block: SgNode): string | null {
  const call = block.parent();
  if (call === null) return null;
  return call
    .text()
    .slice(0, block.range().start.index - call.range().start.index)
    .trim();
}

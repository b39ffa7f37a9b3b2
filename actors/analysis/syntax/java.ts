// How Java writes what the metrics count.
import type { SgNode } from "@ast-grep/napi";
import type { LogicalParts, Syntax } from "../structure.ts";
import { alternatives } from "./alternatives.ts";

export const java: Syntax = {
  roles: [
    [
      "class",
      {
        any: [
          { kind: "class_declaration" },
          { kind: "interface_declaration" },
          { kind: "enum_declaration" },
          { kind: "record_declaration" },
          { kind: "annotation_type_declaration" },
          // A class without a name of its own, and the body of an enum's constant.
          {
            kind: "class_body",
            inside: { any: [{ kind: "object_creation_expression" }, { kind: "enum_constant" }] },
          },
        ],
      },
    ],
    [
      "declaration",
      {
        any: [
          { kind: "method_declaration", has: { field: "body", kind: "block" } },
          { kind: "constructor_declaration" },
          { kind: "compact_constructor_declaration" },
          { kind: "static_initializer" },
        ],
      },
    ],
    ["lambda", { kind: "lambda_expression" }],
    ["if", { kind: "if_statement", not: { inside: { kind: "if_statement", field: "alternative" } } }],
    ["elseIf", { kind: "if_statement", inside: { kind: "if_statement", field: "alternative" } }],
    // The grammar has no node for an else: the statement in it stands for it.
    [
      "else",
      {
        any: [
          { kind: "block" },
          { kind: "expression_statement" },
          { kind: "return_statement" },
          { kind: "throw_statement" },
          { kind: "yield_statement" },
          { kind: "try_statement" },
          { kind: "try_with_resources_statement" },
          { kind: "synchronized_statement" },
        ],
        inside: { kind: "if_statement", field: "alternative" },
      },
    ],
    // A loop or switch that is an else has a role itself; its body stands for the else.
    [
      "else",
      {
        any: [{ kind: "block" }, { kind: "switch_block" }, { kind: "expression_statement" }],
        inside: {
          any: [
            { kind: "for_statement" },
            { kind: "enhanced_for_statement" },
            { kind: "while_statement" },
            { kind: "do_statement" },
            { kind: "switch_expression" },
          ],
          field: "body",
          inside: { kind: "if_statement", field: "alternative" },
        },
      },
    ],
    ["switch", { kind: "switch_expression" }],
    ["branch", { kind: "switch_label", not: { regex: "^default$|,\\s*default$" } }],
    ["branch", { kind: "guard" }],
    [
      "loop",
      {
        any: [
          { kind: "for_statement" },
          { kind: "enhanced_for_statement" },
          { kind: "while_statement" },
          { kind: "do_statement" },
        ],
      },
    ],
    ["catch", { kind: "catch_clause" }],
    ["ternary", { kind: "ternary_expression" }],
    ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\|)$" } }],
    [
      "jump",
      {
        any: [{ kind: "break_statement" }, { kind: "continue_statement" }],
        has: { kind: "identifier" },
      },
    ],
  ],
  comments: { any: [{ kind: "line_comment" }, { kind: "block_comment" }] },
  nameOf(node) {
    if (node.kind() === "static_initializer") return "static initializer";
    if (node.kind() === "class_body") {
      const around = node.parent();
      return around?.field("type")?.text() ?? around?.field("name")?.text() ?? null;
    }
    return node.field("name")?.text() ?? fieldOf(node)?.field("name")?.text() ?? null;
  },
  parametersOf(node) {
    const parameters = node.field("parameters");
    if (parameters === null) return 0;
    return parameters.kind() === "identifier" ? 1 : parameters.namedChildren().filter(isParameter).length;
  },
  /** In a method it belongs to the method; as the value of a field it is called by the field's name. */
  isListable: (lambda) => fieldOf(lambda) !== null,
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
      const next = inner.namedChildren().find((child) => !isComment(child));
      if (next === undefined) break;
      inner = next;
    }
    return inner;
  },
  selfCall(node) {
    const signature = signatureOf(node);
    // Methods of one name and as many parameters stand side by side; which of them is called, only the types tell.
    const isOverloaded = [neighbour(node, "prev"), neighbour(node, "next")].some(
      (beside) => beside !== null && signatureOf(beside) === signature,
    );
    return isOverloaded ? null : signature;
  },
  callsTo: (spellings) => ({
    kind: "method_invocation",
    has: {
      field: "name",
      regex: alternatives(spellings.map((signature) => signature.replace(/\/\d+$/, ""))),
    },
  }),
  spelling(call) {
    const receiver = call.field("object");
    if (receiver !== null && receiver.kind() !== "this") return "";
    const given = call.field("arguments")?.namedChildren() ?? [];
    return `${call.field("name")?.text()}/${given.filter((argument) => !isComment(argument)).length}`;
  },
};

/** The declarator of the field whose value a lambda is. */
function fieldOf(lambda: SgNode): SgNode | null {
  const declarator = lambda.parent();
  if (declarator?.kind() !== "variable_declarator") return null;
  return declarator.parent()?.kind() === "field_declaration" ? declarator : null;
}

/** `name/2` for a method of two parameters; null for what cannot be called by a name. */
function signatureOf(node: SgNode): string | null {
  if (node.kind() !== "method_declaration") return null;
  return `${node.field("name")?.text()}/${java.parametersOf(node)}`;
}

function neighbour(node: SgNode, side: "prev" | "next"): SgNode | null {
  let beside = node[side]();
  while (beside !== null && isComment(beside)) beside = beside[side]();
  return beside;
}

function isComment(node: SgNode): boolean {
  return node.kind() === "line_comment" || node.kind() === "block_comment";
}

function isParameter(node: SgNode): boolean {
  return node.kind() !== "receiver_parameter" && !isComment(node);
}

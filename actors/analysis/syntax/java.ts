// How Java writes what the metrics count.
import type { Rule, SgNode } from "@ast-grep/napi";
import type { Syntax } from "../structure.ts";
import { namesAlone } from "./calls.ts";
import { anyKind, isComment, partsOf } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

const elseOfIf: NonNullable<Rule["inside"]> = { kind: "if_statement", field: "alternative" };

const loops = anyKind("for_statement", "enhanced_for_statement", "while_statement", "do_statement");

export const java: Syntax = {
  roles: [
    [
      "class",
      {
        any: [
          anyKind(
            "class_declaration",
            "interface_declaration",
            "enum_declaration",
            "record_declaration",
            "annotation_type_declaration",
          ),
          // A class without a name of its own, and the body of an enum's constant.
          { kind: "class_body", inside: anyKind("object_creation_expression", "enum_constant") },
        ],
      },
    ],
    [
      "declaration",
      {
        any: [
          { kind: "method_declaration", has: { field: "body", kind: "block" } },
          anyKind("constructor_declaration", "compact_constructor_declaration", "static_initializer"),
        ],
      },
    ],
    ["lambda", { kind: "lambda_expression" }],
    ["if", { kind: "if_statement", not: { inside: elseOfIf } }],
    ["elseIf", { kind: "if_statement", inside: elseOfIf }],
    // The grammar has no node for an else: the statement in it stands for it.
    [
      "else",
      {
        ...anyKind(
          "block",
          "expression_statement",
          "return_statement",
          "throw_statement",
          "yield_statement",
          "try_statement",
          "try_with_resources_statement",
          "synchronized_statement",
        ),
        inside: elseOfIf,
      },
    ],
    // A loop or switch that is an else has a role itself; its body stands for the else.
    [
      "else",
      {
        ...anyKind("block", "switch_block", "expression_statement"),
        inside: { any: [loops, { kind: "switch_expression" }], field: "body", inside: elseOfIf },
      },
    ],
    ["switch", { kind: "switch_expression" }],
    ["branch", { kind: "switch_label", not: { regex: "^default$|,\\s*default$" } }],
    ["branch", { kind: "guard" }],
    ["loop", loops],
    ["catch", { kind: "catch_clause" }],
    ["ternary", { kind: "ternary_expression" }],
    ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\|)$" } }],
    [
      "jump",
      {
        ...anyKind("break_statement", "continue_statement"),
        has: { kind: "identifier" },
      },
    ],
  ],
  comments: anyKind("line_comment", "block_comment"),
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
    return parameters.kind() === "identifier" ? 1 : partsOf(parameters).filter(isParameter).length;
  },
  /** In a method it belongs to the method; as the value of a field it is called by the field's name. */
  isListable: (lambda) => fieldOf(lambda) !== null,
  logical: binaryParts,
  unwrapped: unwrapperOf("parenthesized_expression"),
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
    has: { field: "name", regex: namesAlone(spellings) },
  }),
  spelling(call) {
    const receiver = call.field("object");
    if (receiver !== null && receiver.kind() !== "this") return "";
    return `${call.field("name")?.text()}/${partsOf(call.field("arguments")).length}`;
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

/** `A<T> this` is none: nobody hands it over. */
function isParameter(node: SgNode): boolean {
  return node.kind() !== "receiver_parameter";
}

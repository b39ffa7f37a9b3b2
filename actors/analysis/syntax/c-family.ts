// What C and C++ share in how they write what the metrics count. Each adds the kinds that only its own grammar knows.
import type { SgNode } from "@ast-grep/napi";
import type { Syntax } from "../structure.ts";
import { calleeText, namesAlone } from "./calls.ts";
import { givenName } from "./given-name.ts";
import { anyKind, partsOf } from "./kinds.ts";
import { binaryParts, unwrapperOf } from "./operators.ts";

/** The kinds that only one of the two grammars knows. */
export interface Dialect {
  /** What may stand as the body of a function. */
  readonly bodies: readonly string[];
  readonly loops: readonly string[];
  readonly catches: readonly string[];
  readonly more: Syntax["roles"];
}

/**
 * The preprocessor's conditions are not counted, since a compiler sees one branch of them. A `goto` counts as a jump
 * wherever it leads.
 */
export function cFamily({ bodies, loops, catches, more }: Dialect): Syntax {
  return {
    roles: [
      ["declaration", { kind: "function_definition", has: anyKind(...bodies) }],
      ["if", { kind: "if_statement", not: { inside: { kind: "else_clause" } } }],
      ["elseIf", { kind: "if_statement", inside: { kind: "else_clause" } }],
      ["else", { kind: "else_clause", not: { has: { kind: "if_statement" } } }],
      ["switch", { kind: "switch_statement" }],
      ["branch", { kind: "case_statement", regex: "^case" }],
      ["loop", anyKind(...loops)],
      ["catch", anyKind(...catches)],
      ["ternary", { kind: "conditional_expression" }],
      ["logical", { kind: "binary_expression", has: { field: "operator", regex: "^(&&|\\|\\||and|or)$" } }],
      ["jump", { kind: "goto_statement" }],
      ...more,
    ],
    comments: { kind: "comment" },
    nameOf,
    parametersOf: (node) => parameterList(node).length,
    isListable: (lambda) => nameGivenBy(lambda) !== null,
    logical: binaryParts,
    unwrapped: unwrapperOf("parenthesized_expression"),
    selfCall: (node) => {
      const name = declared(node)?.name;
      if (name === undefined) return null;
      return `${name.slice(name.lastIndexOf(":") + 1)}/${parameterList(node).length}`;
    },
    callsTo(spellings) {
      const names = namesAlone(spellings);
      return {
        kind: "call_expression",
        has: {
          field: "function",
          any: [
            { kind: "identifier", regex: names },
            { kind: "field_expression", has: { field: "field", regex: names } },
          ],
        },
      };
    },
    /** With the number of arguments: C++ often has several functions of one name that call each other. */
    spelling(call) {
      const called = calleeText(call).replace(/^this->/, "");
      return `${called}/${partsOf(call.field("arguments")).length}`;
    },
  };
}

function nameOf(node: SgNode): string | null {
  if (node.kind() === "function_definition") return declared(node)?.name ?? null;
  return node.field("name")?.text() ?? nameGivenBy(node);
}

interface Declared {
  readonly name: string;
  readonly parameters: SgNode | null;
}

/** What a declarator declares, through pointers, references and parentheses: `h` of `int (*h(int a))(int)`. */
function declared(node: SgNode): Declared | null {
  let inner = node.field("declarator");
  let parameters: SgNode | null = null;
  while (inner !== null) {
    parameters = inner.field("parameters") ?? parameters;
    const kind = String(inner.kind());
    if (kind === "operator_cast") {
      const list = inner.field("declarator")?.field("parameters") ?? null;
      return { name: `operator ${inner.field("type")?.text() ?? ""}`, parameters: list };
    }
    const next = kind.endsWith("declarator") ? declaratorIn(inner) : null;
    if (next === null) return { name: inner.text(), parameters };
    inner = next;
  }
  return null;
}

function declaratorIn(node: SgNode): SgNode | null {
  return node.field("declarator") ?? partsOf(node).at(-1) ?? null;
}

/** `(void)` takes nothing, and `...` is no parameter with a name. */
function parameterList(node: SgNode): SgNode[] {
  const list = declared(node)?.parameters ?? node.field("declarator")?.field("parameters");
  const named = partsOf(list).filter((child) => !notParameters.has(String(child.kind())));
  return named.length === 1 && named[0]?.text() === "void" ? [] : named;
}

const notParameters = new Set(["variadic_parameter", "explicit_object_parameter_declaration"]);

/** The variable that a lambda is bound to. */
function nameGivenBy(lambda: SgNode): string | null {
  return givenName(lambda, namingFields);
}

const namingFields = new Map([["init_declarator", "declarator"]]);

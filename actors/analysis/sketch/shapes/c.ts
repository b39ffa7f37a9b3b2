// How C and C++ write definitions: a name stands somewhere inside of the declarators around it.
import type { SgNode } from "@ast-grep/napi";
import { type Defined, each, moduleNamed, type Shape, typeNamed } from "../shape.ts";

/** Pointers, references and parameters around one name. */
const declaratorsMax = 12;

function declaredName(node: SgNode): string | null {
  let at: SgNode | null = node;
  for (let depth = 0; at !== null && depth < declaratorsMax; depth += 1) {
    const inner: SgNode | null = at.field("declarator");
    if (inner === null) break;
    at = inner;
  }
  return at === null || at === node ? null : (at.text().split("::").at(-1) ?? null);
}

function isFunction(node: SgNode): boolean {
  let at: SgNode | null = node.field("declarator");
  for (let depth = 0; at !== null && depth < declaratorsMax; depth += 1) {
    if (at.kind() === "function_declarator") return true;
    at = at.field("declarator");
  }
  return false;
}

const body = (node: SgNode): SgNode | null => node.field("body");
const prototype: Defined = { kind: "function", name: declaredName };
const record = (node: SgNode): Defined | undefined =>
  body(node) === null ? undefined : { ...typeNamed, kind: "class", hasMembers: true };

/** `struct a { … } b;` defines a type; `int a(int b);` says that there is a function. */
function declaration(node: SgNode): Defined | undefined {
  if (isFunction(node)) return prototype;
  const type = node.field("type");
  if (type !== null && body(type) !== null)
    return {
      kind: "type",
      name: () => type.field("name")?.text() ?? declaredName(node),
      body: () => body(type),
    };
  return undefined;
}

export const cShape: Shape = {
  defines: {
    function_definition: { kind: "function", name: declaredName },
    ...each("declaration field_declaration", declaration),
    type_definition: { kind: "type", name: declaredName, body: (node) => body(node.field("type") ?? node) },
    ...each("struct_specifier union_specifier class_specifier", record),
    enum_specifier: typeNamed,
    ...each("preproc_def preproc_function_def", {
      kind: "constant",
      name: (node: SgNode) => node.field("name")?.text() ?? null,
      body: (node: SgNode) => node.field("value"),
    }),
    namespace_definition: moduleNamed,
  },
  through: {
    template_declaration: "wraps",
    linkage_specification: "holds",
    declaration_list: "holds",
    preproc_ifdef: "holds",
    preproc_if: "holds",
    preproc_else: "holds",
    preproc_elif: "holds",
  },
};

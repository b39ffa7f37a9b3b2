// Which nodes of which language are definitions.
import type { SgNode } from "@ast-grep/napi";
import type { LanguageId } from "../languages.ts";
import {
  classNamed,
  constantNamed,
  type Defined,
  each,
  field,
  functionNamed,
  methodNamed,
  moduleNamed,
  type Shape,
  typeNamed,
} from "./shape.ts";
import { cShape } from "./shapes/c.ts";
import { elixirShape } from "./shapes/elixir.ts";

const valueBody = (node: SgNode) => node.field("value")?.field("body") ?? node.field("value");
const functionValues: ReadonlySet<string> = new Set([
  "arrow_function",
  "function_expression",
  "generator_function",
]);

function variable(declaration: SgNode): Defined {
  const declarator = declaration.children().find((child) => child.kind() === "variable_declarator");
  const value = declarator?.field("value") ?? null;
  return {
    kind: value !== null && functionValues.has(String(value.kind())) ? "function" : "constant",
    name: () => declarator?.field("name")?.text() ?? null,
    body: () => (declarator === undefined ? null : valueBody(declarator)),
  };
}

function memberFunction(node: SgNode): Defined | undefined {
  const value = node.field("value");
  if (value === null || !functionValues.has(String(value.kind()))) return undefined;
  return {
    kind: "method",
    name: (of) => (of.field("name") ?? of.field("property"))?.text() ?? null,
    body: valueBody,
  };
}

const javascript: Shape = {
  defines: {
    ...each("function_declaration generator_function_declaration function_signature", functionNamed),
    ...each("class_declaration abstract_class_declaration class", classNamed),
    ...each("method_definition method_signature abstract_method_signature", methodNamed),
    ...each("public_field_definition field_definition", memberFunction),
    ...each("interface_declaration enum_declaration", typeNamed),
    type_alias_declaration: { ...typeNamed, body: (node) => node.field("value") },
    ...each("internal_module module", moduleNamed),
    ...each("lexical_declaration variable_declaration", variable),
  },
  through: { export_statement: "wraps", ambient_declaration: "wraps", expression_statement: "wraps" },
};

const python: Shape = {
  defines: {
    function_definition: functionNamed,
    class_definition: classNamed,
    expression_statement: (node) => {
      const assignment = node.child(0);
      if (assignment?.kind() !== "assignment" || assignment.field("left")?.kind() !== "identifier")
        return undefined;
      return {
        ...constantNamed,
        name: () => assignment.field("left")?.text() ?? null,
        body: () => assignment.field("right"),
      };
    },
  },
  through: { decorated_definition: "wraps", if_statement: "holds", try_statement: "holds", block: "holds" },
};

const goSpec = (kind: Defined["kind"], spec: string): Defined => ({
  kind,
  name: (node) =>
    node
      .children()
      .find((child) => child.kind() === spec)
      ?.field("name")
      ?.text() ?? null,
  body: (node) =>
    node
      .children()
      .find((child) => child.kind() === spec)
      ?.field("value") ?? null,
});

const go: Shape = {
  defines: {
    function_declaration: functionNamed,
    method_declaration: methodNamed,
    type_declaration: goSpec("type", "type_spec"),
    const_declaration: goSpec("constant", "const_spec"),
    var_declaration: goSpec("constant", "var_spec"),
  },
  through: {},
};

const rust: Shape = {
  defines: {
    ...each("function_item", functionNamed),
    function_signature_item: methodNamed,
    ...each("struct_item enum_item union_item type_item macro_definition", typeNamed),
    ...each("const_item static_item", { ...constantNamed, body: (node: SgNode) => node.field("value") }),
    trait_item: classNamed,
    impl_item: { ...classNamed, name: () => null },
    mod_item: moduleNamed,
  },
  through: {},
};

const java: Shape = {
  defines: {
    ...each("class_declaration interface_declaration enum_declaration record_declaration", classNamed),
    annotation_type_declaration: classNamed,
    ...each("method_declaration constructor_declaration compact_constructor_declaration", methodNamed),
  },
  through: { enum_body_declarations: "holds" },
};

const ruby: Shape = {
  defines: {
    ...each("method singleton_method", methodNamed),
    ...each("class", classNamed),
    ...each("module", moduleNamed),
    assignment: (node) =>
      node.field("left")?.kind() === "constant"
        ? { ...constantNamed, name: field("left"), body: (of) => of.field("right") }
        : undefined,
  },
  through: { body_statement: "holds", singleton_class: "holds" },
};

/** Erlang has no grammar here: its definitions are found among its tokens. */
export const shapes: Readonly<Record<Exclude<LanguageId, "erlang">, Shape>> = {
  typescript: javascript,
  tsx: javascript,
  javascript,
  python,
  elixir: elixirShape,
  go,
  rust,
  java,
  ruby,
  c: cShape,
  cpp: cShape,
};

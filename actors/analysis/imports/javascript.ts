// The imports of JavaScript and TypeScript that load a file: not those of types, and no `import()`, which runs later.
import type { Rule, SgNode } from "@ast-grep/napi";
import { type Import, importAt } from "../import.ts";
import { alternatives } from "../syntax/alternatives.ts";

const functions: Rule = {
  any: [
    { kind: "arrow_function" },
    { kind: "function_expression" },
    { kind: "function_declaration" },
    { kind: "generator_function" },
    { kind: "generator_function_declaration" },
    { kind: "method_definition" },
  ],
};

interface Statement {
  readonly found: Import;
  /** What it names here; null where it loads the file whatever is named. */
  readonly names: readonly string[] | null;
}

/** Of modules that are named by their place; packages are no files of the analysis. */
export function javascriptImports(root: SgNode, text: string): Import[] {
  return [...statements(root).map(({ found }) => found), ...requires(root, text)];
}

/** The compiler drops an import whose names are all used as types: it loads nothing. */
export function typescriptImports(root: SgNode, text: string): Import[] {
  const written = statements(root);
  const used = valuesAmong(root, [...new Set(written.flatMap(({ names }) => names ?? []))]);
  const loading = written.filter(({ names }) => names === null || names.some((name) => used.has(name)));
  return [...loading.map(({ found }) => found), ...requires(root, text)];
}

/** Imports and exports stand at the top of a module only, so that no walk is needed. */
function statements(root: SgNode): Statement[] {
  return root.children().flatMap((node) => {
    const kind = node.kind();
    if (kind !== "import_statement" && kind !== "export_statement") return [];
    const clause = node.child(1);
    if (clause === null || clause.kind() === "type") return [];
    const source = node.field("source") ?? clause.field("source");
    const specifier = source === null ? "" : literal(source);
    if (!isPlace(specifier)) return [];
    const isAlways = kind === "export_statement" || clause.kind() === "string";
    return [{ found: importAt(node, specifier), names: isAlways ? null : namesOf(clause) }];
  });
}

function requires(root: SgNode, text: string): Import[] {
  if (!text.includes("require(")) return [];
  const calls = root.findAll({
    rule: {
      kind: "call_expression",
      all: [
        { has: { field: "function", regex: "^require$" } },
        { has: { field: "arguments", has: { kind: "string", regex: "^.\\.\\.?(/|.$)" } } },
      ],
      not: { inside: { ...functions, stopBy: "end" } },
    },
  });
  return calls.flatMap((call) => {
    const argument = call.field("arguments")?.child(1);
    return argument === null || argument === undefined ? [] : [importAt(call, literal(argument))];
  });
}

/** Those of the names that stand for a value somewhere. */
function valuesAmong(root: SgNode, names: readonly string[]): ReadonlySet<string> {
  if (names.length === 0) return new Set();
  const uses = root.findAll({
    rule: {
      any: [{ kind: "identifier" }, { kind: "shorthand_property_identifier" }],
      regex: alternatives(names),
      not: {
        any: [
          { inside: { any: [{ kind: "type_query" }, { kind: "nested_type_identifier" }] } },
          { inside: { kind: "import_statement", stopBy: "end" } },
        ],
      },
    },
  });
  return new Set(uses.map((node) => node.text()));
}

/** The names that the clause gives, without those that it marks as types. */
function namesOf(clause: SgNode): string[] {
  if (clause.kind() === "import_require_clause") return [clause.child(0)?.text() ?? ""];
  return clause.children().flatMap((part) => {
    switch (part.kind()) {
      case "identifier":
        return [part.text()];
      case "namespace_import":
        return [part.children().at(-1)?.text() ?? ""];
      case "named_imports":
        return part.children().flatMap((specifier) => {
          if (specifier.kind() !== "import_specifier" || specifier.child(0)?.kind() === "type") return [];
          return [(specifier.field("alias") ?? specifier.field("name"))?.text() ?? ""];
        });
      default:
        return [];
    }
  });
}

function literal(node: SgNode): string {
  return node.text().slice(1, -1);
}

function isPlace(specifier: string): boolean {
  return /^\.\.?(\/|$)/.test(specifier);
}

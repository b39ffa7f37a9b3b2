// The imports of Python that run when a module is loaded: not those in functions, nor those for type checkers alone.
import type { SgNode } from "@ast-grep/napi";
import { type Import, importAt } from "../import.ts";

export function pythonImports(root: SgNode, text: string): Import[] {
  if (!text.includes("import")) return [];
  const found = root.findAll({
    rule: {
      any: [{ kind: "import_statement" }, { kind: "import_from_statement" }],
      not: {
        any: [
          { inside: { kind: "function_definition", stopBy: "end" } },
          {
            inside: {
              kind: "if_statement",
              stopBy: "end",
              has: { field: "condition", regex: "^([A-Za-z_]\\w*\\.)?TYPE_CHECKING$" },
            },
          },
        ],
      },
    },
  });
  return found.flatMap((node) => {
    if (node.kind() === "import_statement") return moduleNames(node).map((module) => importAt(node, module));
    const module = node.field("module_name")?.text().replace(/\s/g, "");
    if (module === undefined) return [];
    const names = moduleNames(node);
    return names.length === 0 ? [importAt(node, module)] : names.map((name) => importAt(node, module, name));
  });
}

/** Without what they are called here. None for `import *`. */
function moduleNames(node: SgNode): string[] {
  return node
    .fieldChildren("name")
    .map((child) => (child.kind() === "aliased_import" ? child.field("name") : child)?.text() ?? "");
}

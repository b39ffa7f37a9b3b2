// Places of a real file where a defect can be planted: statements of functions that have a parameter.
import { Lang, parse, type SgNode } from "@ast-grep/napi";
import type { Place } from "./planting.ts";

const functionKinds = [
  "function_declaration",
  "function_expression",
  "generator_function_declaration",
  "arrow_function",
  "method_definition",
];

/** In the order of the text. The engine reads the file, so it parses. */
export function placesOf(text: string, language: string): readonly Place[] {
  const root = parse(language === "typescript" ? Lang.TypeScript : Lang.JavaScript, text).root();
  const functions = root.findAll({ rule: { any: functionKinds.map((kind) => ({ kind })) } });
  return functions.flatMap((node) => placesOfFunction(node, text));
}

function placesOfFunction(node: SgNode, text: string): readonly Place[] {
  const name = parameterOf(node);
  const body = node.field("body");
  if (name === null || body?.kind() !== "statement_block") return [];
  const isAsync = node.children().some((child) => child.text() === "async");
  const statements = body
    .children()
    .filter(
      (child) => child.isNamed() && !["comment", "function_declaration"].includes(String(child.kind())),
    );
  // A name that the function declares below, or lines after a return, would be another defect than the planted one.
  const ends = statements.findIndex((child) =>
    /^(return|throw|break|continue)_statement$/.test(String(child.kind())),
  );
  return statements.slice(0, ends < 0 ? undefined : ends + 1).flatMap((statement) => {
    const offset = statement.range().start.index;
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    const indentation = text.slice(start, offset);
    if (!/^[ \t]+$/.test(indentation)) return [];
    // A directive has to stay the first statement.
    if (/^["']use \w+["']/.test(statement.text())) return [];
    return [{ start, indentation, name, isAsync, statement }];
  });
}

/** The first plain parameter. */
function parameterOf(node: SgNode): string | null {
  const parameters = node.field("parameters");
  for (const parameter of parameters?.children() ?? []) {
    const name = parameter.kind() === "identifier" ? parameter : parameter.field("pattern");
    if (name?.kind() === "identifier" && name.text() !== "this") return name.text();
  }
  return null;
}

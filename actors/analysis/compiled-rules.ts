// The list of all rules as JSON beside the compiled program: written by the build, read at each start of the parser program.
import { readFileSync, writeFileSync } from "node:fs";
import type { AnalysisRule } from "./catalog.ts";

const file = new URL("rules.json", import.meta.url);
const format = "aiex.rules/1";

/** Null where the build has not written the list, as in a checkout whose sources are run. */
export function compiledRules(): readonly AnalysisRule[] | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null;
  }
  const list = JSON.parse(text) as { readonly format?: unknown; readonly rules: readonly AnalysisRule[] };
  return list.format === format ? list.rules : null;
}

export function writeCompiledRules(rules: readonly AnalysisRule[]): void {
  writeFileSync(file, `${JSON.stringify({ format, rules })}\n`);
}

// Every word of a pipeline whose work is a pure function of what came before it.
import { combineResults, merge } from "./combine.ts";
import { extractCode } from "./extract-code.ts";
import { extractInsights, filterSuggestions } from "./extract-insights.ts";
import { filter } from "./filter.ts";
import { formatMarkdown } from "./format-markdown.ts";
import type { Transformer } from "./transformer.ts";

const transformers: ReadonlyMap<string, Transformer> = new Map([
  ["extract_code", extractCode],
  ["extract_insights", extractInsights],
  ["format_markdown", formatMarkdown],
  ["combine_results", combineResults],
  ["filter_suggestions", filterSuggestions],
  ["merge", merge],
  ["filter", filter],
]);

/** Undefined for a word that is none: an operation, or a utility that reads or writes. */
export function transformerOf(word: string): Transformer | undefined {
  return transformers.get(word);
}

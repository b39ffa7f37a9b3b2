// Which findings an analysis of one type asks for.
import type { AnalysisType, Finding } from "./report.ts";

/**
 * `all` is everything; `quality` has the smells with it, since a smell is what lowers the quality of code that works; every
 * other type is its own category alone.
 */
export function isAskedFor(category: Finding["category"], type: AnalysisType): boolean {
  if (type === "all" || type === category) return true;
  return type === "quality" && category === "smells";
}

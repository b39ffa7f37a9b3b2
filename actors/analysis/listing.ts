// Which of the places that a rule found in a file are listed: none of them silenced, and not so many that nobody reads them.
import { findingsPerRuleMax } from "./limits.ts";
import type { Finding } from "./report.ts";

/** A place that a rule found. */
export interface Found extends Finding {
  /** True where a list of all places would help nobody: the first is named, the others are counted. */
  readonly oncePerFile: boolean;
}

/** Of each rule the first places; the last of those that are listed says how many more there are. */
export function listed(found: readonly Found[]): Finding[] {
  const counts = new Map<string, number>();
  for (const { rule } of found) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const seen = new Map<string, number>();
  return found.flatMap(({ oncePerFile, ...finding }) => {
    const { rule, message } = finding;
    const place = (seen.get(rule) ?? 0) + 1;
    seen.set(rule, place);
    const listedMax = oncePerFile ? 1 : findingsPerRuleMax;
    const more = place === listedMax ? (counts.get(rule) ?? 0) - listedMax : 0;
    if (place > listedMax) return [];
    return [more > 0 ? { ...finding, message: `${message} The file has ${more} more of these.` } : finding];
  });
}

// What to do first: the findings of all files by rule, the most costly rule first.
import { byCodeUnit } from "./finding-order.ts";
import { placesMax, recommendationsMax } from "./limits.ts";
import type { FileReport } from "./report.ts";
import { pointsOf } from "./score.ts";

interface Group {
  readonly rule: string;
  readonly remedy: string;
  readonly places: string[];
  points: number;
}

/** One sentence or two for each rule: the remedy, how often and where. At most `recommendationsMax`. */
export function recommendations(files: readonly FileReport[]): string[] {
  const groups = new Map<string, Group>();
  for (const { path, findings } of files) {
    for (const finding of findings) {
      const group = groups.get(finding.rule) ?? {
        rule: finding.rule,
        remedy: finding.remedy,
        places: [],
        points: 0,
      };
      groups.set(finding.rule, group);
      group.places.push(`${path}:${finding.line}`);
      group.points += pointsOf(finding);
    }
  }
  const worst = [...groups.values()].sort((a, b) => b.points - a.points || byCodeUnit(a.rule, b.rule));
  return worst.slice(0, recommendationsMax).map((group) => sentence(group));
}

function sentence({ rule, remedy, places }: Group): string {
  const named = [...new Set(places)];
  const shown = named.slice(0, placesMax).join(", ");
  const rest = named.length > placesMax ? ` and ${named.length - placesMax} more` : "";
  const count = places.length === 1 ? "1 place" : `${places.length} places`;
  return `${remedy} (${rule}, ${count}: ${shown}${rest})`;
}

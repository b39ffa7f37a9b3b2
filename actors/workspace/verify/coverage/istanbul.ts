// The reports of Istanbul, which nyc, c8, Jest and Vitest write: `coverage-final.json` and `coverage-summary.json`. Pure.
import { isRecord } from "../../../../runtime/wire/shape.ts";
import { type Covered, LineHits, type Meant } from "./covered.ts";

/** Undefined where it is no such report; null where it says nothing of the file. */
export function istanbulIn(text: string, isMeant: Meant): Covered | null | undefined {
  const report = jsonIn(text);
  if (!isRecord(report)) return undefined;
  const files = Object.entries(report).filter(([path]) => path !== "total");
  const isReport = files.every(
    ([, file]) => isRecord(file) && (isSummary(file) || isRecord(file.statementMap)),
  );
  if (!isReport || (files.length === 0 && !isRecord(report.total))) return undefined;
  const found = files.find(([path]) => isMeant(path))?.[1];
  if (!isRecord(found)) return null;
  return (isRecord(found.statementMap) ? byStatements(found) : byTotals(found)) ?? null;
}

type Part = Readonly<Record<string, unknown>>;

/** A line was run where a statement that begins on it was. */
function byStatements({ statementMap, s: counts }: Part): Covered | undefined {
  if (!isRecord(statementMap) || !isRecord(counts)) return undefined;
  const hits = new LineHits();
  for (const [id, place] of Object.entries(statementMap)) {
    const start = isRecord(place) ? place.start : undefined;
    const line = isRecord(start) ? start.line : undefined;
    const count = Object.hasOwn(counts, id) ? counts[id] : 0;
    if (typeof line === "number") hits.take(line, typeof count === "number" && count > 0);
  }
  return hits.covered;
}

function byTotals({ lines }: Part): Covered | undefined {
  if (!isRecord(lines)) return undefined;
  const { total, covered } = lines;
  const isSound =
    typeof total === "number" && typeof covered === "number" && total > 0 && covered >= 0 && covered <= total;
  return isSound ? { lines: total, covered, uncovered: null } : undefined;
}

function isSummary({ lines }: Part): boolean {
  return isRecord(lines) && "total" in lines && "covered" in lines;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

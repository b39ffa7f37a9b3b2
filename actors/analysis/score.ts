// From findings and size to a score: a pure formula, the same on every machine, so that a gate is repeatable.
//
//   quality = ceiling × 1 / (1 + density / 20)
//   density = 100 × points / (code lines + 100)      points per hundred lines
//   ceiling = max(0.5, 0.85 ^ security errors)
//
// The hundred lines added to the size keep one remark on a short file from ruining it. The density at which half of the
// quality is gone is 20: five warnings in a file of a hundred lines and its hundred added ones make 10. The ceiling is for
// what no amount of good code makes up for. Without findings the quality is 1; one more finding never raises it.
import type { Finding } from "./report.ts";

export interface Score {
  /** 0 to 1, rounded to three decimals. */
  readonly quality: number;
  /** 0 to 10, rounded to one decimal. */
  readonly quality_score: number;
}

export interface Weighed {
  readonly quality: number;
  readonly codeLines: number;
}

type Judged = Pick<Finding, "category" | "severity">;

const severityPoints: Readonly<Record<Finding["severity"], number>> = {
  error: 10,
  warning: 4,
  info: 1,
  hint: 0.25,
};
/** A hole that an attacker uses costs more than a line that a reader stumbles over. */
const securityFactor = 2;
const linesAdded = 100;
const densityOfHalf = 20;
const ceilingPerSecurityError = 0.85;
const ceilingMin = 0.5;

/** What one finding costs; the order of recommendations follows it as well. */
export function pointsOf({ category, severity }: Judged): number {
  return severityPoints[severity] * (category === "security" ? securityFactor : 1);
}

export function scoreOfFile(findings: readonly Judged[], codeLines: number): Score {
  const points = findings.reduce((total, finding) => total + pointsOf(finding), 0);
  const density = (100 * points) / (codeLines + linesAdded);
  const severe = findings.filter(
    ({ category, severity }) => category === "security" && severity === "error",
  ).length;
  const ceiling = Math.max(ceilingMin, ceilingPerSecurityError ** severe);
  return rounded(ceiling / (1 + density / densityOfHalf));
}

/** The mean, weighted by lines of code; an empty file weighs one line. Null where no file has a score. */
export function scoreOfAll(files: readonly Weighed[]): Score | null {
  if (files.length === 0) return null;
  let weights = 0;
  let total = 0;
  for (const { quality, codeLines } of files) {
    const weight = Math.max(1, codeLines);
    weights += weight;
    total += quality * weight;
  }
  return rounded(total / weights);
}

function rounded(quality: number): Score {
  const shown = Math.round(quality * 1_000) / 1_000;
  return { quality: shown, quality_score: Math.round(shown * 100) / 10 };
}

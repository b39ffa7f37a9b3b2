// Decides how an analysis ends: what --fail-under and --allow-partial make of a report.
import type { AnalysisReport } from "../actors/analysis/report.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

export interface Gate {
  /** Undefined where no gate was asked for; then every report ends with 0. */
  readonly failUnder: number | undefined;
  readonly allowPartial: boolean;
}

export interface Verdict {
  readonly code: ExitCode;
  /** For stderr; undefined where there is nothing to say. */
  readonly message: string | undefined;
}

type Judged = Pick<AnalysisReport, "complete" | "quality_score">;

export function judge(report: Judged, { failUnder, allowPartial }: Gate): Verdict {
  if (failUnder === undefined) {
    const message = report.complete ? undefined : `${PARTIAL} The report says what is missing.`;
    return { code: exitCodes.ok, message };
  }
  if (!report.complete && !allowPartial) {
    return {
      code: exitCodes.partial,
      message: `${PARTIAL} --fail-under ${failUnder} cannot judge it. Repair or ignore what the report names, or accept it with --allow-partial.`,
    };
  }
  const score = report.quality_score;
  if (score === null) {
    return {
      code: exitCodes.gateNotMet,
      message: `Gate not met: there is no quality score, because nothing was analyzed, and --fail-under asks for ${failUnder}. Check the path that was given.`,
    };
  }
  if (score < failUnder) {
    return {
      code: exitCodes.gateNotMet,
      message: `Gate not met: the quality score is ${score}, and --fail-under asks for ${failUnder}.`,
    };
  }
  return { code: exitCodes.ok, message: report.complete ? undefined : PARTIAL };
}

const PARTIAL = "The result is partial: part of the input was cut short, unparsed or unreadable.";

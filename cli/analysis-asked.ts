// What is kept with the run of an analysis, so that its result is shown as it was asked for, whoever follows it to its end.
import { type ReportFormat, reportFormatWords } from "./command-tables/options.ts";
import type { Gate } from "./gate.ts";

/** Plain data. */
export interface AnalysisAsked {
  readonly format: ReportFormat;
  readonly failUnder: number | null;
  readonly allowPartial: boolean;
}

export function askedOf(format: ReportFormat, { failUnder, allowPartial }: Gate): AnalysisAsked {
  return { format, failUnder: failUnder ?? null, allowPartial };
}

/** It may come from another version: what is not understood is as if nothing had been asked for. */
export function readAsked(kept: unknown): { readonly format: ReportFormat; readonly gate: Gate } {
  const { format, failUnder, allowPartial }: Partial<Record<keyof AnalysisAsked, unknown>> =
    typeof kept === "object" && kept !== null ? kept : {};
  return {
    format: reportFormatWords.find((word) => word === format) ?? "text",
    gate: {
      failUnder: typeof failUnder === "number" ? failUnder : undefined,
      allowPartial: allowPartial === true,
    },
  };
}

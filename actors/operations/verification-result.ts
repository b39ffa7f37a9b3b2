// What the checks of an answer came to, as results say it, and the coverage that they measured. Pure.
import { z } from "zod";
import { type VerifyKind, verifyKinds } from "../workspace/verify/config.ts";
import type { MeasuredCoverage, VerifyEnd } from "../workspace/verify/question.ts";

const checkedCommand = z.object({
  kind: z.enum(verifyKinds),
  outcome: z
    .enum(["passed", "failed", "failed_before", "timed_out"])
    .describe("failed_before: it failed without the change as well, and does not count"),
  exit: z.int().nullable().describe("Its exit code; null where a signal or its deadline ended it"),
  seconds: z.number().min(0),
  output: z.string().describe("The end of what it printed, secrets masked; empty where it passed"),
});

/** What the checks of the last answer came to. */
export const verification = z.object({
  rounds: z.int().min(1).describe("Answers that were tried out"),
  passed: z.boolean().describe("Whether every check passed that had passed before"),
  kept: z.boolean().describe("Whether the files are changed; else they are as before"),
  commands: z.array(checkedCommand),
  touched: z.array(z.string()).describe("Other files that the formatter has changed, the first of them"),
});

export type Verification = z.infer<typeof verification>;
export type CheckedCommand = z.infer<typeof checkedCommand>;

/** How much of a file its tests run through. */
export const coverageFound = z.object({
  goal: z.number().describe("The share of its lines that was asked for"),
  measured: z.number().nullable().describe("The share that was run through; null where nothing measured it"),
  uncovered_lines: z
    .array(z.int())
    .nullable()
    .describe("Lines that were not, the first of them; null where nobody knows which"),
});

export type CoverageFound = z.infer<typeof coverageFound>;

/** What a goal for the coverage of a file came to. */
export interface Goal {
  /** Of the file, below the root. */
  readonly path: string;
  readonly share: number;
}

export function coverageOf({ share: goal }: Goal, measured: MeasuredCoverage | undefined): CoverageFound {
  if (measured?.ok !== true) return { goal, measured: null, uncovered_lines: null };
  const { lines, covered, uncovered } = measured;
  const share = Math.floor((covered / lines) * shareParts) / shareParts;
  return { goal, measured: share, uncovered_lines: uncovered === null ? null : [...uncovered] };
}

/** A share is told to the tenth of a percent, and never as more than it is. */
const shareParts = 1_000;

/** What a model is told of a goal that was missed; undefined where it is reached. */
export function missedGoal(
  { path, share }: Goal,
  measured: MeasuredCoverage | undefined,
): { readonly problem: string; readonly output: string } | undefined {
  if (measured?.ok !== true)
    return { problem: measured?.message ?? "Nothing measured the coverage.", output: "" };
  const { lines, covered, uncovered } = measured;
  if (covered / lines >= share) return undefined;
  const percent = (part: number): string => `${Math.floor(part * 1_000) / 10} percent`;
  return {
    problem: `The tests run through ${percent(covered / lines)} of the lines of ${JSON.stringify(path)}, and ${percent(share)} are wanted.`,
    output: uncovered === null ? "" : `Lines that no test runs: ${lineRanges(uncovered)}`,
  };
}

/** Such as "3-7, 12". */
export function lineRanges(lines: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

/** As a sentence about it goes on. */
export function howEnded(end: VerifyEnd | undefined): string {
  if (end?.outcome === "timed_out") return "did not end in its time";
  return end?.exit === null || end === undefined ? "was ended by a signal" : `ended with code ${end.exit}`;
}

/** What readers are told while a check runs. */
export const doing: Readonly<Record<VerifyKind, string>> = {
  format: "formatting",
  type_check: "checking types",
  test: "running tests",
  coverage: "measuring coverage",
};

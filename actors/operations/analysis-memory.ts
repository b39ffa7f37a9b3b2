// What of an analysis is remembered in its session: the whole in one entry, and each of the files with most to say in one of its own.
import type { AnalysisReport, FileReport, Finding } from "../analysis/report.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { type AnalysisOutcome, analysisSteps } from "./analysis-steps.ts";
import { type Remembered, sessionMemory } from "./session.ts";

/** Files that have an entry of their own: a session has room for some twenty such analyses. */
const filesMax = 20;
/** Findings of one file: who needs all of them reads the run. */
const findingsMax = 12;
/** A message of a rule has a sentence; one of a model may have many. */
const messageCharactersMax = 240;

const ranks: Readonly<Record<Finding["severity"], number>> = { error: 0, warning: 1, info: 2, hint: 3 };

/** What the report of the run says stays known to later operations of its session. */
export async function rememberAnalysis(outcome: AnalysisOutcome, context: StepContext): Promise<void> {
  if (!outcome.ok) return;
  const listed = context.output(analysisSteps.list) as { readonly root: string | null } | undefined;
  await sessionMemory.add(context, memoryOf(outcome.report, listed?.root ?? undefined));
}

/** @param root the directory that the paths of the report start at; undefined where they are as they were named */
function memoryOf(report: AnalysisReport, root: string | undefined): readonly Remembered[] {
  const { input, type, summary, quality_score: score, recommendations, files } = report;
  const operation = "analyze";
  const scored = score === null ? "" : ` Quality ${score} of 10.`;
  const asked = type === "all" ? "" : ` It looked for ${type} alone.`;
  const whole: Remembered = {
    operation,
    summary: [`${summary}${scored}${asked}`, ...recommendations.slice(0, 5)].join("\n"),
    paths: [root ?? input],
  };
  const [only] = files;
  if (files.length === 1 && only !== undefined)
    return [{ ...whole, summary: [whole.summary, ...linesOf(only)].join("\n") }];
  const own = files
    .filter(({ findings, model }) => findings.length > 0 || (model?.findings.length ?? 0) > 0)
    .toSorted((a, b) => worth(b) - worth(a) || (a.path < b.path ? -1 : 1))
    .slice(0, filesMax)
    .map((file): Remembered => {
      const path = root === undefined ? file.path : `${root}/${file.path}`;
      return { operation, summary: linesOf(file).join("\n"), paths: [path] };
    });
  return [...own, whole];
}

function worth({ findings }: FileReport): number {
  return findings.reduce((sum, { severity }) => sum + 10 ** (3 - ranks[severity]), 0);
}

function linesOf({ findings, model, quality_score: score }: FileReport): readonly string[] {
  const worst = findings.toSorted((a, b) => ranks[a.severity] - ranks[b.severity] || a.line - b.line);
  const lines = worst.slice(0, findingsMax).map(lineOf);
  const more = findings.length - lines.length;
  const reviewed = (model?.findings ?? []).slice(0, findingsMax).map((found) => `model: ${lineOf(found)}`);
  return [
    ...(score === null ? [] : [`Quality ${score} of 10.`]),
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
    ...reviewed,
  ];
}

function lineOf({ line, severity, message }: Pick<Finding, "line" | "severity" | "message">): string {
  return `line ${line}, ${severity}: ${message.replaceAll(/\s+/g, " ").slice(0, messageCharactersMax)}`;
}

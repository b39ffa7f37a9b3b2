// `aiex runs follow`, `resume` and `fork`: all three follow a run to its end and print its result.
import type { EffectChoice } from "../../actors/runs/run-entry.ts";
import { isOver } from "../../actors/runs/run-summary.ts";
import type { Asking } from "../asking.ts";
import { type ReportFormat, reportFormatWords } from "../command-tables/options.ts";
import { effectChoiceWords } from "../command-tables/runs.ts";
import { tellDetached } from "../detached.ts";
import { disclosed } from "../disclosed.ts";
import type { ExitCode } from "../exit-codes.ts";
import { AnswerView } from "../followed-answer.ts";
import { PipelineView } from "../followed-pipeline.ts";
import { runProgress } from "../followed-progress.ts";
import { followRun } from "../followed-run.ts";
import { eventLines, type RunView } from "../followed-view.ts";
import { numberValue, optionValue } from "../parse.ts";
import { stepsOfRun } from "../pipeline-steps.ts";
import { refuseDetached } from "../placement.ts";
import { type RunResult, resultOf, showEnding, showResult } from "../run-end.ts";
import { type FoundRun, type RunPlace, withRun } from "../run-places.ts";
import { answerKind, saidIn, showSaid } from "../said-end.ts";
import { workspaceFor } from "../served-workspace.ts";

export async function runsFollow(asking: Asking): Promise<ExitCode> {
  return concluded(asking, (found) => followed(asking, found, found.summary.id, { mayAnswer: false }), false);
}

export async function runsResume(asking: Asking): Promise<ExitCode> {
  const choice = effectChoice(optionValue(asking.parsed, "on-unknown"));
  return concluded(asking, async (found) => {
    const { runs, isOwn, summary } = found;
    refuseDetached(asking.parsed, !isOwn);
    const { id } = await runs.resume(summary.id, choice);
    return asking.parsed.options.has("detach")
      ? { code: await tellDetached(asking, runs, id) }
      : followed(asking, found, id, { mayAnswer: true });
  });
}

export async function runsFork(asking: Asking): Promise<ExitCode> {
  return concluded(asking, async (found) => {
    const { runs, isOwn, summary } = found;
    refuseDetached(asking.parsed, !isOwn);
    const id = await runs.fork(summary.id, numberValue(asking.parsed, "at"));
    return asking.parsed.options.has("detach")
      ? { code: await tellDetached(asking, runs, id) }
      : followed(asking, found, id, { mayAnswer: true });
  });
}

type Conclusion = { readonly code: ExitCode } | { readonly result: RunResult };

/** Finds the run that is named; the result of what it is followed to is shown when the way to it is closed. */
async function concluded(
  asking: Asking,
  use: (found: FoundRun) => Promise<Conclusion>,
  // One of this user's own is not left to itself: that is refused.
  goesOn = !asking.parsed.options.has("detach"),
): Promise<ExitCode> {
  const [word = ""] = asking.parsed.arguments;
  const conclusion = await withRun(asking, word, use, { goesOn });
  if ("code" in conclusion) return conclusion.code;
  return showResult(asking.host, conclusion.result, { format: formatOf(asking) });
}

async function followed(
  asking: Asking,
  place: RunPlace & Pick<FoundRun, "summary">,
  id: string,
  { mayAnswer }: { readonly mayAnswer: boolean },
): Promise<Conclusion> {
  const { host } = asking;
  const { runs, isOwn, summary } = place;
  if (isReadAsText(asking, summary)) return answerRead(asking, place, id, mayAnswer);
  const { view, from } = await viewOf(asking, place, id);
  const serve = isOwn || isOver(summary.phase) ? undefined : await workspaceFor(asking, runs, id);
  const answer = mayAnswer ? disclosed(host) : undefined;
  const end = await followRun(asking, runs, id, { view, from, serve, answer });
  if (optionValue(asking.parsed, "format") === "ndjson") return { code: await showEnding(host, end) };
  return { result: await resultOf(runs, end) };
}

/** An answer of a model is what a person follows its run for. */
function isReadAsText({ parsed }: Asking, { kind }: FoundRun["summary"]): boolean {
  const format = optionValue(parsed, "format") ?? "text";
  return kind === answerKind && format === "text" && numberValue(parsed, "from") === undefined;
}

async function answerRead(
  asking: Asking,
  { runs }: RunPlace,
  id: string,
  mayAnswer: boolean,
): Promise<Conclusion> {
  const { host } = asking;
  const answer = mayAnswer ? disclosed(host) : undefined;
  const end = await followRun(asking, runs, id, { view: new AnswerView(host, id, true), answer });
  return { code: await showSaid(host, await saidIn(runs, end), undefined) };
}

async function viewOf(
  { parsed, host }: Asking,
  { runs, isOwn, summary }: RunPlace & Pick<FoundRun, "summary">,
  id: string,
): Promise<{ readonly view: RunView; readonly from: number | undefined }> {
  const from = numberValue(parsed, "from");
  if (optionValue(parsed, "format") === "ndjson") return { view: eventLines(host, id, "ndjson"), from };
  // How far a run is can only be told by who has read it from its beginning.
  if (from === undefined && summary.kind === "pipeline") {
    // One that cannot be read any more is told of when it is followed.
    const steps = await stepsOfRun(runs, id).catch(() => undefined);
    if (steps !== undefined) {
      const view = new PipelineView(host, { ...unstreamed, steps });
      view.begun(id, runs);
      return { view, from };
    }
  }
  if (from === undefined) return { view: runProgress(host, id, isOwn), from };
  return { view: eventLines(host, id, "text"), from };
}

const unstreamed = { isVerbose: false, stream: undefined } as const;

function formatOf({ parsed }: Asking): ReportFormat | undefined {
  const given = optionValue(parsed, "format");
  return reportFormatWords.find((word) => word === given);
}

function effectChoice(given: string | undefined): EffectChoice | undefined {
  return effectChoiceWords.find((word) => word === given);
}

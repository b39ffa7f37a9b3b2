// How a run stands, or stood after one of its events, as text for people.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import type { RunState } from "../../actors/runs/run-state.ts";
import type { RunSummary } from "../../actors/runs/run-summary.ts";
import { childRunKind } from "../../actors/runs/step-context.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import { stepsShownMax } from "../limits.ts";
import { paint, type Terminal } from "../terminal.ts";
import { agoText, bytesText } from "./amounts.ts";
import { factLines } from "./columns.ts";
import { choicesText, modelUse, phaseText, stepsText, timeOfDay, waitText } from "./run-words.ts";

export interface RunView {
  readonly summary: RunSummary;
  readonly place: string;
  /** The event that it is shown after; undefined for how it stands now. */
  readonly at: number | undefined;
  readonly atWork: readonly { readonly step: string; readonly attempt: number }[];
  readonly finished: readonly string[];
  /** Effects of which nobody knows yet whether they happened. */
  readonly unknown: readonly { readonly effect: string; readonly kind: string }[];
  readonly questions: readonly {
    readonly question: string;
    readonly text: string;
    readonly choices: readonly string[];
  }[];
  readonly deadlineAt: number | undefined;
  readonly costUsdMax: number | undefined;
  readonly workspace: string | undefined;
  readonly forkedFrom: { readonly id: string; readonly at: number } | undefined;
  /** Runs that are parts of it, as they stand now, the newest first; none where it is shown after an event. */
  readonly parts: readonly RunSummary[];
}

/** What is shown of a run, as plain data. */
export function viewOf(
  summary: RunSummary,
  state: RunState,
  { place, at, parts }: Pick<RunView, "place" | "at" | "parts">,
): RunView {
  const { spec } = state;
  return {
    summary,
    place,
    at,
    atWork: [...state.steps.values()].flatMap(({ id, attempt, isUnderWay }) =>
      isUnderWay ? [{ step: id, attempt }] : [],
    ),
    finished: state.finished.map(({ id }) => id),
    unknown: [...state.effects].flatMap(([effect, { kind, fate }]) =>
      // A part is found again, and shown as what it is.
      fate === "intent" && kind !== childRunKind ? [{ effect, kind }] : [],
    ),
    questions: state.openQuestions.map(({ id, text, choices }) => ({ question: id, text, choices })),
    deadlineAt: spec?.deadlineAt,
    costUsdMax: state.costUsdMax,
    workspace: spec?.workspace?.label,
    forkedFrom: spec?.forkedFrom,
    parts,
  };
}

/** `now`: by the wall clock. Nothing that a run says is trusted: it is made printable first. */
export function renderRun(untrusted: RunView, now: number, terminal: Terminal): string {
  const view = sanitizeData(untrusted, (text) => printable(text, terminal));
  const { summary, at, atWork, finished, questions, unknown, parts } = view;
  const head = `${paint(terminal, "bold", summary.title)}  ${phaseText(summary.phase, terminal)}`;
  const lines = [
    at === undefined ? head : `${head}  (after event ${at})`,
    ...factLines(factsOf(view, now)),
    ...listed(
      "At work",
      atWork.map(({ step, attempt }) => (attempt > 1 ? `${step}, attempt ${attempt}` : step)),
    ),
    ...listed("Done", finished),
    ...listed(
      "Parts",
      parts.toReversed().map((part) => partText(part, terminal)),
    ),
    ...listed(
      "Nobody knows whether these happened",
      unknown.map(({ effect, kind }) => `${effect} (${kind})`),
    ),
    ...listed(
      "Open questions",
      questions.map(({ text, choices }) => `${text}${choicesText(choices)}`),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** "x7w2aaaa  done on beta  Part b (why it failed)" */
function partText({ id, phase, node, title, waiting, problem }: RunSummary, terminal: Terminal): string {
  const where = node === undefined ? "" : ` on ${node}`;
  const why = waiting === undefined ? problem : waitText(waiting);
  return `${shortId(id)}  ${phaseText(phase, terminal)}${where}  ${title}${why === undefined ? "" : ` (${why})`}`;
}

function factsOf(view: RunView, now: number): readonly (readonly [string, string])[] {
  const { summary, place, deadlineAt, costUsdMax, workspace, forkedFrom } = view;
  const { id, kind, parent, by, node, epoch, createdAt, updatedAt, n, steps, bytes, waiting, problem } =
    summary;
  const use = modelUse(summary);
  return [
    ["Run", `${id} (${kind})`],
    ...(parent === undefined ? [] : [["Part of", shortId(parent)] as const]),
    ...(problem === undefined ? [] : [["Because", problem] as const]),
    ...(waiting === undefined ? [] : [["Now", waitText(waiting)] as const]),
    ["Steps", `${stepsText(steps)} done`],
    ...(use === undefined ? [] : [["Models", use] as const]),
    ...(costUsdMax === undefined ? [] : [["Budget", `US$ ${costUsdMax}`] as const]),
    ["Kept", `${place}, ${plural(n, "event")}, ${bytesText(bytes)}`],
    ["Node", node === undefined ? "none yet" : `${node}, epoch ${epoch}`],
    ...(workspace === undefined ? [] : [["Files", workspace] as const]),
    ["Made", `${timeOfDay(createdAt)}, ${agoText(now - createdAt)} ago, by ${by}`],
    ["Changed", `${timeOfDay(updatedAt)}, ${agoText(now - updatedAt)} ago`],
    ...(deadlineAt === undefined ? [] : [["Deadline", timeOfDay(deadlineAt)] as const]),
    ...(forkedFrom === undefined
      ? []
      : [["Forked", `from ${shortId(forkedFrom.id)}, after event ${forkedFrom.at}`] as const]),
  ];
}

function listed(title: string, rows: readonly string[]): readonly string[] {
  if (rows.length === 0) return [];
  const left = rows.length - stepsShownMax;
  // The latest are those that somebody looks for.
  const shown = rows.slice(-stepsShownMax);
  const more = left > 0 ? [`  ... and ${left} before`] : [];
  return ["", `${title} (${rows.length}):`, ...more, ...shown.map((row) => `  ${row}`)];
}

// What a pipeline came to, for people: a line for each of its steps, and the result of the last one that was done.
import type { PipelineDocument } from "../../actors/pipeline/outcome.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural, scoreText } from "../../actors/rendering/report-order.ts";
import { textOf } from "../../actors/rendering/result.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import { isRecord } from "../../runtime/wire/shape.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";

type Step = PipelineDocument["steps"][number];

/** @param withResult false where the results were shown as they came */
export function renderPipelineText(
  document: PipelineDocument,
  terminal: Terminal,
  withResult = true,
): string {
  const { steps, result, warnings } = document;
  const heading = paint(terminal, "bold", `Pipeline: ${printable(document.spec, terminal)}`);
  const sections = [
    [heading, ...steps.flatMap((step) => stepLines(step, terminal))].join("\n"),
    warnings.flatMap((text) => wrapped(`Warning: ${printable(text, terminal)}`, "", terminal)).join("\n"),
    endText(document, terminal),
    withResult && isRecord(result) ? textOf(result, terminal).trimEnd() : "",
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function stepLines(step: Step, terminal: Terminal): string[] {
  const { step: number, operation, status, reason, rounds, parts } = step;
  const failed = parts.filter((part) => part.status === "failed");
  const facts = [
    ...(rounds > 1 ? [`${rounds} times`] : []),
    ...(parts.length > 0 ? [`${parts.length - failed.length} of ${plural(parts.length, "part")}`] : []),
  ];
  const state = paint(terminal, stateColors[status], status.padEnd(7));
  const head = `  ${state}  ${number} ${printable(operation, terminal)}${facts.length === 0 ? "" : `, ${facts.join(", ")}`}`;
  const why = reason === null ? [] : wrapped(printable(reason, terminal), " ".repeat(11), terminal);
  const lost = failed
    .slice(0, partsShownMax)
    .flatMap(({ name, reason: cause }) =>
      wrapped(
        `${printable(name, terminal)}: ${printable(cause ?? "failed", terminal)}`,
        " ".repeat(11),
        terminal,
      ),
    );
  const more = failed.length - partsShownMax;
  return [head, ...why, ...lost, ...(more > 0 ? [`${" ".repeat(11)}and ${plural(more, "part")} more`] : [])];
}

function endText({ status, quality_score: score, steps }: PipelineDocument, terminal: Terminal): string {
  const scored = score === null ? "" : `, quality score ${scoreText(score)}`;
  // A deadline ends it between two steps too, or within one that has not failed.
  const isCutOff = status === "failed" && steps.every((step) => step.status !== "failed");
  const words = isCutOff ? "It ended before all of it was done" : endWords[status];
  return `${paint(terminal, endColors[status], words)}${scored}.`;
}

function wrapped(text: string, indent: string, { columns }: Terminal): string[] {
  return wrap(text, { columns, firstIndent: indent, indent });
}

/** Parts that failed, of one step: the first few; `--format json` has all of them. */
const partsShownMax = 10;

const stateColors = {
  done: "green",
  skipped: "gray",
  failed: "red",
  pending: "yellow",
} as const satisfies Readonly<Record<Step["status"], Color>>;

const endColors = { completed: "green", partial: "yellow", failed: "red" } as const;
const endWords = {
  completed: "All of it was done",
  partial: "Finished, with failed steps",
  failed: "A step failed, and that was the end",
} as const;

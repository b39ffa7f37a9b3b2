// What was found out about a pipeline, for people: its problems with a caret below each, or its steps and what it would take.

import type { PlacedProblem } from "../../actors/pipeline/language/placed.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import type { CheckedStep, PipelineCheck } from "../../supervisors/pipeline-check.ts";
import { paint, type Terminal } from "../terminal.ts";
import { agoText } from "./amounts.ts";
import { factLines } from "./columns.ts";
import { pointed } from "./pointed.ts";
import { costText } from "./run-words.ts";

/** @param spec as it was given */
export function checkText(check: PipelineCheck, spec: string, terminal: Terminal): string {
  const lines = check.ok ? meaningLines(check, terminal) : problemLines(check.problems, spec, terminal);
  return `${lines.join("\n")}\n`;
}

export function problemLines(
  problems: readonly PlacedProblem[],
  spec: string,
  terminal: Terminal,
): readonly string[] {
  const isOneLine = !spec.includes("\n");
  const lines = problems.flatMap((problem) => {
    const { step, line, column, message, remedy } = problem;
    const place = isOneLine ? `column ${column}` : `line ${line}, column ${column}`;
    const head = `step ${step}, ${place}: ${printable(message, terminal)}`;
    return [
      ...wrapped(head, "", terminal),
      ...pointed(spec, { at: problem.at, length: problem.length }, terminal),
      ...(remedy === "" ? [] : wrapped(printable(remedy, terminal), "  ", terminal)),
      "",
    ];
  });
  return [...lines, paint(terminal, "red", `${plural(problems.length, "problem")}: nothing is run.`)];
}

function meaningLines({ spec, steps, estimate }: PipelineCheck, terminal: Terminal): string[] {
  const models = steps.filter((step) => step.asks_model).length;
  const heading = `${paint(terminal, "green", "ok")}  ${plural(steps.length, "step")}, ${models} of them with a model`;
  const lines = [heading, "", ...wrapped(printable(spec ?? "", terminal), "  ", terminal), ""];
  lines.push(...steps.flatMap((step) => stepLines(step, terminal)));
  if (estimate === null) return lines;
  const { requests, seconds, input_tokens: read, output_tokens: written, cost_usd: cost } = estimate;
  const facts: (readonly [string, string])[] = [
    ["of", inputText(estimate, terminal)],
    [
      "time",
      requests === 0 && seconds < 1 ? "less than a second" : `about ${agoText(Math.max(1, seconds) * 1_000)}`,
    ],
    [
      "tokens",
      requests === 0
        ? "none"
        : `about ${read} to models, ${written} from them, in ${plural(requests, "request")}`,
    ],
    [
      "cost",
      requests === 0 ? "nothing" : whoText(estimate, cost === null ? "not known" : costText(cost), terminal),
    ],
  ];
  return [
    ...lines,
    "",
    "What it is expected to take:",
    ...factLines(facts),
    ...estimate.assumptions.flatMap((sentence) => wrapped(sentence, "  ", terminal)),
  ];
}

function stepLines(
  { step, operation, conditions, parameters, rounds_max: rounds }: CheckedStep,
  terminal: Terminal,
): string[] {
  const words = Object.entries(parameters).map(([name, value]) =>
    value === true ? name : `${name}:${value}`,
  );
  const times = conditions.some((condition) => condition.startsWith("while:"))
    ? ` (${plural(rounds, "time")} at most)`
    : "";
  const text = [...conditions, operation, ...words].join(" ");
  return wrap(`${printable(text, terminal)}${times}`, {
    columns: terminal.columns,
    firstIndent: `  ${String(step).padStart(2)}  `,
    indent: " ".repeat(8),
  });
}

function inputText(
  { input, files, tokens }: NonNullable<PipelineCheck["estimate"]>,
  terminal: Terminal,
): string {
  const size = `${plural(files, "file")}, about ${tokens} tokens`;
  return input === null ? `a usual file is assumed: ${size}` : `${printable(input, terminal)}: ${size}`;
}

function whoText(
  { provider, model }: NonNullable<PipelineCheck["estimate"]>,
  cost: string,
  terminal: Terminal,
): string {
  const who = [provider, model].filter((name) => name !== null).join(", ");
  return who === "" ? cost : `${cost}, by ${printable(who, terminal)}`;
}

function wrapped(text: string, indent: string, { columns }: Terminal): string[] {
  return wrap(text, { columns, firstIndent: indent, indent: `${indent}  ` });
}

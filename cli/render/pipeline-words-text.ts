// What a pipeline may be made of, and examples of it, for people.
import { factWords } from "../../actors/pipeline/facts.ts";
import type { PipelineExample } from "../../actors/pipeline/language/examples.ts";
import { operators } from "../../actors/pipeline/language/specification.ts";
import { conditionSummaries, shapeText } from "../../actors/pipeline/language/told-words.ts";
import {
  type ParameterWord,
  type PipelineWord,
  pipelineWords,
  repeatsMax,
} from "../../actors/pipeline/language/vocabulary.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import { paint, type Terminal } from "../terminal.ts";

const headings = {
  operation: "Operations",
  transformer: "Transformers, which change results",
  utility: "Utilities",
} as const satisfies Readonly<Record<PipelineWord["group"], string>>;

export function wordsText(terminal: Terminal): string {
  const groups = (["operation", "transformer", "utility"] as const).flatMap((group) => [
    paint(terminal, "bold", headings[group]),
    ...pipelineWords.filter((word) => word.group === group).flatMap((word) => wordLines(word, terminal)),
    "",
  ]);
  const conditions = conditionSummaries.flatMap(({ word, summary }) =>
    row(`${word}:`.padEnd(8), summary, 2, terminal),
  );
  const compared = `A condition compares a path of a result with a value, by one of ${[...operators].join(" ")}, as in if:quality<0.8 or if:analyze.totals.findings.error>0.`;
  return `${[
    ...groups,
    paint(terminal, "bold", "Conditions, in front of a step"),
    ...conditions,
    ...parameterLines(repeatsMax, terminal),
    ...wrap(compared, { columns: terminal.columns, firstIndent: "  ", indent: "  " }),
    "",
    paint(terminal, "bold", "What they look at, and keys of results"),
    ...factWords.flatMap(({ name, of, summary }) => row(name.padEnd(13), `${summary} (${of})`, 2, terminal)),
  ].join("\n")}\n`;
}

export function examplesText(examples: readonly PipelineExample[], terminal: Terminal): string {
  const lines = examples.flatMap(({ does, spec, input, options }) => {
    const more = options === undefined ? "" : ` ${options}`;
    return [
      paint(terminal, "bold", does),
      `  aiex pipeline --spec '${spec}' \\`,
      `    --input ${input}${more}`,
      "",
    ];
  });
  return lines.join("\n");
}

function wordLines(
  { name, summary, parameters, asksModel, also = [] }: PipelineWord,
  terminal: Terminal,
): string[] {
  const notes = [
    ...(asksModel === true ? ["asks a model"] : []),
    ...(also.length > 0 ? [`also written ${also.join(", ")}`] : []),
  ];
  const said = notes.length === 0 ? summary : `${summary} (${notes.join("; ")})`;
  return [
    ...row(name.padEnd(18), said, 2, terminal),
    ...parameters.flatMap((parameter) => parameterLines(parameter, terminal)),
  ];
}

function parameterLines(parameter: ParameterWord, terminal: Terminal): string[] {
  const { name, shape, fallback, isRequired, summary } = parameter;
  const facts = [
    ...(isRequired === true ? ["required"] : []),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
    ...otherWords(shape),
  ];
  const spelled = shape.kind === "flag" ? name : `${name}:${shapeText(shape)}`;
  const said = facts.length === 0 ? summary : `${summary} (${facts.join("; ")})`;
  return [
    ...wrap(spelled, { columns: terminal.columns, firstIndent: "      ", indent: " ".repeat(8) }),
    ...wrap(said, { columns: terminal.columns, firstIndent: " ".repeat(10), indent: " ".repeat(10) }),
  ];
}

/** "also detailed for intermediate" */
function otherWords(shape: ParameterWord["shape"]): string[] {
  if (shape.kind !== "choice" || shape.also === undefined) return [];
  return [
    `also ${Object.entries(shape.also)
      .map(([word, choice]) => `${word} for ${choice}`)
      .join(", ")}`,
  ];
}

function row(name: string, text: string, indent: number, { columns }: Terminal): string[] {
  const first = `${" ".repeat(indent)}${name}  `;
  return wrap(text, { columns, firstIndent: first, indent: " ".repeat(first.length) });
}

// Texts as an enemy or an accident would give them for pipelines: each is read, checked and printed, and how long the slowest takes is told.
import { checkSpecification } from "../../actors/pipeline/language/check.ts";
import { specificationCharactersMax } from "../../actors/pipeline/language/limits.ts";
import { parseSpecification } from "../../actors/pipeline/language/parse.ts";
import { printSpecification } from "../../actors/pipeline/language/print.ts";
import { pipelineWords } from "../../actors/pipeline/language/vocabulary.ts";
import { Chance } from "./chance.ts";

const pieces: readonly string[] = [
  ...pipelineWords.flatMap(({ name, parameters }) => [name, ...parameters.map((one) => `${one.name}:`)]),
  ...["|", "|", "|", " ", " ", " ", " ", ":", '"', '"', "\\", '\\"', "\\u{", "\\u{1f600}", "}", "\n", "\t"],
  ...[
    "if:",
    "unless:",
    "when:",
    "while:",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "~",
    "=",
    "!",
    "quality",
    "a.b",
    ".",
  ],
  ...[
    "0.8",
    "-1",
    "1e9",
    "90%",
    "true",
    "false",
    "file",
    "function",
    "apply",
    "verify",
    "max:3",
    "error",
    "all",
  ],
  ...[
    "\0",
    "\r",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ufeff",
    "\ud800",
    "\udc00",
    "é",
    "語",
    "😀",
    "__proto__",
    "constructor",
  ],
];

export interface PipelineCounts {
  readonly pipelines: number;
  /** Those that have a meaning. */
  sound: number;
  slowestMs: number;
}

/**
 * Reads so many texts.
 * @param msMax for one of them
 * @throws {Error} one of them crashed, was slow, has problems that stand nowhere, or is another one when it is printed
 */
export function checkPipelines(
  seed: number,
  count: number,
  msMax = Number.POSITIVE_INFINITY,
): PipelineCounts {
  const counts: PipelineCounts = { pipelines: count, sound: 0, slowestMs: 0 };
  for (let number = 0; number < count; number += 1) {
    const text = hostilePipeline(new Chance(seed ^ Math.imul(number + 1, 0x85ebca6b)));
    const beforeMs = performance.now();
    try {
      counts.sound += read(text) ? 1 : 0;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`Pipeline ${number} of seed ${seed}, ${JSON.stringify(text.slice(0, 400))}: ${what}`);
    }
    counts.slowestMs = Math.max(counts.slowestMs, Math.ceil(performance.now() - beforeMs));
    if (counts.slowestMs > msMax)
      throw new Error(`Pipeline ${number} of seed ${seed} has ${text.length} characters and took too long.`);
  }
  return counts;
}

/** Some pieces, now and then one of them thousands of times. */
function hostilePipeline(chance: Chance): string {
  if (chance.below(2_000) === 0) {
    const piece = chance.one(pieces) + chance.one(pieces);
    return piece.repeat(Math.floor(specificationCharactersMax / piece.length));
  }
  const count = 1 + chance.below(chance.below(50) === 0 ? 400 : 12);
  let text = chance.below(2) === 0 ? "analyze" : "";
  for (let made = 0; made < count; made += 1)
    text += chance.below(20) === 0 ? String.fromCharCode(chance.below(0x10000)) : chance.one(pieces);
  return text;
}

function read(text: string): boolean {
  const checked = checkSpecification(text);
  if (!checked.ok) {
    if (checked.problems.length === 0) throw new Error("It is refused without a word.");
    for (const { span, remedy } of checked.problems)
      if (span.at < 0 || span.at > text.length || span.length < 1 || remedy === "")
        throw new Error(`A problem stands at ${span.at}, ${span.length} characters.`);
    return false;
  }
  const printed = printSpecification(parseSpecification(text).steps);
  if (JSON.stringify(checkSpecification(printed)) !== JSON.stringify(checked))
    throw new Error(`It is another one when it is printed: ${printed}`);
  return true;
}

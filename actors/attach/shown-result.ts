// What came of an evaluation as text or JSON, bounded in size and depth whatever it is. Colours are the terminal's own matter.
import { inspect } from "node:util";
import { AiexError } from "../../runtime/errors.ts";
import { shownValue } from "../../runtime/observe/shown-value.ts";
import { attachLimits as limits } from "./limits.ts";
import { isWithin } from "./value-size.ts";

/** A value that JSON has no room or no spelling for. */
class NotJson extends AiexError {
  readonly code = "not_json";
}

/** As a person reads it; what is too large is shown in part. */
export function resultText(value: unknown, columns: number): string {
  const fits = isWithin(value, spelledOut);
  return cut(inspect(fits ? value : inPart(value), { ...howShown, breakLength: columns }));
}

/**
 * The whole value as JSON, undefined as null.
 * @throws {NotJson} it is too large, holds itself, or holds a bigint
 */
export function resultJson(value: unknown): string {
  const { jsonValuesMax: values, resultJsonCharactersMax: characters } = limits;
  if (!isWithin(value, { values, characters }, true)) {
    throw new NotJson(
      `The result holds itself, or has more than ${values} values or ${characters} characters. Take the part that you need.`,
    );
  }
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new NotJson(`The result is no JSON: ${why.split("\n", 1)[0]}. Take the part that you need.`);
  }
  if (json !== undefined && json.length > characters)
    throw new NotJson(`The result has ${json.length} characters as JSON; ${characters} are the most.`);
  return json ?? "null";
}

/** What the code threw, with the stack of the code alone. */
export function thrownText(thrown: unknown, columns: number): string {
  // An expected failure says what to do; where in our code it was noticed helps nobody.
  if (thrown instanceof AiexError) return cut(`Uncaught ${thrown.name}: ${thrown.message}`);
  if (!(thrown instanceof Error)) return `Uncaught ${resultText(thrown, columns)}`;
  let stack: unknown;
  try {
    stack = thrown.stack;
  } catch {
    stack = undefined;
  }
  if (typeof stack !== "string") return `Uncaught ${resultText(shownValue(thrown), columns)}`;
  const own = stack.split("\n").filter((line) => !ourFrame.test(line));
  const fields = Object.keys(thrown).length > 0 || thrown.cause !== undefined;
  if (!fields) return cut(`Uncaught ${own.join("\n")}`);
  const { name: _, message: __, stack: ___, ...rest } = shownValue(thrown) as Record<string, unknown>;
  const more =
    Object.keys(rest).length === 0 ? "" : ` ${inspect(rest, { ...howShown, breakLength: columns })}`;
  return cut(`Uncaught ${own.join("\n")}${more}`);
}

/** Arguments of `console.log`: what is too large is shown in part. */
export function boundedArguments(given: readonly unknown[]): unknown[] {
  return given.map((value) => {
    if (typeof value === "string")
      return value.length > limits.outputWaitingCharactersMax ? cut(value) : value;
    return isWithin(value, spelledOut) ? value : inPart(value);
  });
}

function cut(text: string, charactersMax: number = limits.resultCharactersMax): string {
  if (text.length <= charactersMax) return text;
  return `${text.slice(0, charactersMax)}\n… (${text.length - charactersMax} characters left out)`;
}

/** Text in pieces of at most `charactersMax` characters, none of which ends in the middle of a character. */
export function pieces(text: string, charactersMax: number = limits.chunkCharactersMax): readonly string[] {
  const all: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + charactersMax;
    const splitsPair = end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1));
    all.push(text.slice(start, splitsPair ? end - 1 : end));
    start = splitsPair ? end - 1 : end;
  }
  return all.length === 0 ? [""] : all;
}

function inPart(value: unknown): unknown {
  // `util.inspect` cuts a text before it looks at it.
  return typeof value === "string" ? value : shownValue(value);
}

const spelledOut = { values: limits.resultValuesMax, characters: limits.resultCharactersMax };

const howShown = {
  depth: limits.resultDepthMax,
  maxArrayLength: limits.resultEntriesMax,
  maxStringLength: limits.resultTextCharactersMax,
  colors: false,
} as const;

/** Frames of the evaluator itself say nothing about the code that was typed. */
const ourFrame =
  /^\s+at .*(node:(repl|vm|internal|async_hooks|domain|timers|events)|\/actors\/attach\/|\/runtime\/process\/)/;

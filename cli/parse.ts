// From the words of a command line to a command of the table with checked options. yargs parses; the table decides.
import { Parser } from "yargs/helpers";
import { nearest } from "../runtime/nearest.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command-spec.ts";
import { commands, commandsIn, groups, isCommandWord } from "./command-table.ts";
import { timeSpanMs, timeText } from "./time-span.ts";
import { UsageError } from "./usage.ts";

export interface ParsedCommand {
  readonly command: CommandSpec;
  /** What was given, by name in kebab-case; `true` for an option without value, or without the one it may have. */
  readonly options: ReadonlyMap<string, string | true>;
  /** The values of options that may be given several times, in their order, by name; none of one that was not given. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** The words behind the name of the command, where it takes any. */
  readonly arguments: readonly string[];
}

/** Throws a `UsageError` that says what is wrong with `words` and, where it can, what was probably meant. */
export function parseCommandLine(words: readonly string[]): ParsedCommand {
  if (words[0] === "help" && words.length > 1) throw unknownTopic(words.slice(1));
  const command = findCommand(words);
  const given = parseWithYargs(command, words.slice(command.words.length));
  const topic = command.words.join(" ");
  const extra = given._.map(String);
  refuseExtraWords(command, extra);
  const options = new Map<string, string | true>();
  const lists = new Map<string, readonly string[]>();
  for (const option of command.options) {
    const value = given[option.name];
    if (value !== undefined && option.repeats === true)
      lists.set(option.name, checkedList(option, value, topic));
    else if (value !== undefined) options.set(option.name, checkedValue(option, value, topic));
    else if (option.required === true) throw new UsageError(missingOption(option), topic);
  }
  return { command, options, lists, arguments: extra };
}

/** The value of an option: what was given, else the fallback of the table, else undefined. */
export function optionValue({ command, options }: ParsedCommand, name: string): string | undefined {
  const given = options.get(name);
  if (typeof given === "string") return given;
  return command.options.find((option) => option.name === name)?.fallback;
}

/** The value of an option that is a number, in milliseconds where it is a time. */
export function numberValue(parsed: ParsedCommand, name: string): number | undefined {
  const value = optionValue(parsed, name);
  if (value === undefined) return undefined;
  return timeSpanMs(value) ?? Number(value);
}

/** The topics that exist are answered before anything is parsed, so whatever arrives here is none. */
function unknownTopic(topic: readonly string[]): UsageError {
  const command = findCommand(topic);
  return new UsageError(`There is no help for ${quoted(topic.join(" "))}.`, command.words.join(" "));
}

function findCommand(words: readonly string[]): CommandSpec {
  const [first = "", second] = words;
  if (first.startsWith("-")) {
    throw new UsageError(`A command comes before its options: aiex COMMAND ${quoted(first)} ...`);
  }
  const single = commands.find((command) => command.words.length === 1 && command.words[0] === first);
  const isGroup = groups.some((group) => group.word === first);
  // A group may be a command itself, where no other word of it follows.
  if (single !== undefined && (!isGroup || second === undefined || second.startsWith("-"))) return single;
  if (!isGroup) {
    const topLevel = [
      ...groups.map((group) => group.word),
      ...commands.map((command) => command.words[0] ?? ""),
    ];
    throw new UsageError(
      `Unknown command ${quoted(first)}.${suggestion(first, topLevel, "") ?? innerHint(first)}`,
    );
  }
  const members = commandsIn(first);
  const names = members.map((command) => command.words[1] ?? "");
  if (second === undefined || second.startsWith("-")) {
    throw new UsageError(`aiex ${first} needs a command: ${names.join(", ")}.`, first);
  }
  const found = members.find((command) => isCommandWord(command.words[1], second));
  if (found !== undefined) return found;
  const needed = single?.options.find(({ required }) => required === true);
  const own =
    needed === undefined ? "" : ` It is run with aiex ${first} --${needed.name} ${needed.placeholder ?? ""}.`;
  const meant =
    suggestion(second, names, `aiex ${first} `) ?? ` Its commands: ${names.join(", ")}.${own.trimEnd()}`;
  throw new UsageError(`Unknown command ${quoted(`${first} ${second}`)}.${meant}`, first);
}

/** For a command that was typed without its group, as `aiex analyze`. */
function innerHint(word: string): string {
  const inner = commands.flatMap((command) => command.words[1] ?? []);
  const meant = nearest(word, inner);
  const command = commands.find((candidate) => candidate.words[1] === meant && meant !== undefined);
  return command === undefined ? "" : ` Did you mean aiex ${command.words.join(" ")}?`;
}

interface ParsedWords {
  readonly _: readonly (string | number)[];
  readonly [key: string]: unknown;
}

/** What yargs itself parses with: all of yargs takes as long to load as Node does to start. */
function parseWithYargs(command: CommandSpec, words: readonly string[]): ParsedWords {
  const { options } = command;
  const namesOf = (isSwitch: boolean): string[] =>
    options.filter(({ value }) => (value === "none") === isSwitch).map(({ name }) => name);
  const { argv, error } = Parser.detailed([...words], {
    boolean: namesOf(true),
    string: namesOf(false),
    narg: Object.fromEntries(options.filter(needsValue).map(({ name }): [string, number] => [name, 1])),
    alias: Object.fromEntries(options.map(({ name }) => [name, [name.replaceAll("-", "_")]])),
    configuration: {
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    },
  });
  const known = new Set(["_", ...options.flatMap(({ name }) => [name, name.replaceAll("-", "_")])]);
  const unknown = Object.keys(argv).find((key) => !known.has(key));
  if (unknown !== undefined) throw unknownOption(unknown, command);
  if (error !== null) throw parserRefusal(command, error.message);
  return argv;
}

function needsValue({ value, valueIsOptional }: OptionSpec): boolean {
  return value !== "none" && valueIsOptional !== true;
}

/** The parser refuses in a sentence only; a test holds this one to the installed version. */
function parserRefusal({ words, options }: CommandSpec, message: string): UsageError {
  const valueless = /^Not enough arguments following: (.+)$/.exec(message)?.[1]?.replaceAll("_", "-");
  const option = options.find(({ name }) => name === valueless);
  return new UsageError(option === undefined ? message : missingValue(option), words.join(" "));
}

function refuseExtraWords(command: CommandSpec, extra: readonly string[]): void {
  const topic = command.words.join(" ");
  const { arguments: specs = [] } = command;
  for (const [index, spec] of specs.entries()) refuseBadArgument(spec, extra[index], topic);
  if (specs.at(-1)?.repeats === true) return;
  const unexpected = extra[specs.length];
  if (unexpected === undefined) return;
  const isInput = command.options.some((option) => option.name === "file") && !unexpected.startsWith("-");
  const hint = isInput ? ` Name the input with --file: aiex ${topic} --file ${quoted(unexpected)}` : "";
  throw new UsageError(`Unexpected ${quoted(unexpected)}.${hint}`, topic);
}

function refuseBadArgument(argument: ArgumentSpec, given: string | undefined, topic: string): void {
  const { placeholder, choices, required, summary } = argument;
  if (given === undefined) {
    if (!required) return;
    const accepted = choices?.join(", ") ?? summary;
    throw new UsageError(
      `aiex ${topic} needs ${/^[AEIOU]/.test(placeholder) ? "an" : "a"} ${placeholder}${accepted === undefined ? "" : `: ${accepted}`}.`,
      topic,
    );
  }
  if (choices === undefined || choices.includes(given)) return;
  const meant = suggestion(given, choices, "") ?? "";
  throw new UsageError(
    `Unknown ${placeholder} ${quoted(given)}; known are ${choices.join(", ")}.${meant}`,
    topic,
  );
}

function unknownOption(key: string, command: CommandSpec): UsageError {
  const topic = command.words.join(" ");
  const dashes = key.length === 1 ? "-" : "--";
  const names = command.options.map((option) => option.name);
  const meant = suggestion(key.replaceAll("_", "-"), names, "--") ?? "";
  return new UsageError(`Unknown option ${quoted(dashes + key)} for aiex ${topic}.${meant}`, topic);
}

function checkedList(option: OptionSpec, value: unknown, topic: string): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => String(checkedValue(option, one, topic)));
}

function checkedValue(option: OptionSpec, value: unknown, topic: string): string | true {
  const name = `--${option.name}`;
  if (Array.isArray(value)) {
    throw new UsageError(
      `${name} was given ${value.length} times (${value.map(quoted).join(", ")}). Give it once.`,
      topic,
    );
  }
  if (option.value === "none") {
    if (value === true) return true;
    throw new UsageError(`${name} takes no value. Leave it out where it is not wanted.`, topic);
  }
  if (value === "" && option.valueIsOptional === true) return true;
  if (typeof value !== "string" || value === "") {
    throw new UsageError(missingValue(option), topic);
  }
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const meant = suggestion(value, option.choices, `${name} `) ?? "";
    const accepted = option.choices.join(", ");
    throw new UsageError(`${name} cannot be ${quoted(value)}; it is one of ${accepted}.${meant}`, topic);
  }
  if (option.value === "number") refuseBadNumber(option, value, topic);
  if (option.value === "time") refuseBadTime(option, value, topic);
  return value;
}

function refuseBadNumber(option: OptionSpec, value: string, topic: string): void {
  const { least, most } = rangeOf(option);
  const isNumber = option.whole === true ? WHOLE_NUMBER.test(value) : PLAIN_NUMBER.test(value);
  if (isNumber && isWithin(Number(value), least, most)) return;
  const kind = option.whole === true ? "a whole number" : "a number";
  const example = option.whole === true ? (option.fallback ?? least) : `${most - 3} or ${most - 2.5}`;
  throw new UsageError(
    `--${option.name} cannot be ${quoted(value)}; it is ${kind} from ${least} to ${most}, such as ${example}.`,
    topic,
  );
}

function refuseBadTime(option: OptionSpec, value: string, topic: string): void {
  const { least, most } = rangeOf(option);
  const spanMs = timeSpanMs(value);
  if (spanMs !== undefined && isWithin(spanMs, least, most)) return;
  throw new UsageError(
    `--${option.name} cannot be ${quoted(value)}; it is a time with its unit from ${timeText(least)} to ${timeText(most)}, such as 500ms, 5s or 2m.`,
    topic,
  );
}

function rangeOf({ range }: OptionSpec): { readonly least: number; readonly most: number } {
  return range ?? { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
}

function isWithin(number: number, least: number, most: number): boolean {
  return number >= least && number <= most;
}

function missingValue(option: OptionSpec): string {
  const name = `--${option.name}`;
  const dash = option.value === "text" ? ` A value that begins with a dash is written ${name}=-value.` : "";
  return `${name} needs a value: ${name} ${option.placeholder ?? "VALUE"}.${dash}`;
}

function missingOption(option: OptionSpec): string {
  const stdin = option.name === "file" ? " Use --file - to read standard input." : "";
  const value = option.value === "none" ? "" : ` ${option.placeholder ?? "VALUE"}`;
  return `--${option.name} is missing: --${option.name}${value}.${stdin}`;
}

function suggestion(word: string, candidates: readonly string[], before: string): string | undefined {
  const meant = nearest(word, candidates);
  return meant === undefined ? undefined : ` Did you mean ${before}${meant}?`;
}

function quoted(word: unknown): string {
  const text = String(word);
  return `"${text.length > wordCharactersShown ? `${text.slice(0, wordCharactersShown)}...` : text}"`;
}

// Enough to recognize what was typed, short enough for one line.
const wordCharactersShown = 60;

const WHOLE_NUMBER = /^\d{1,9}$/;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

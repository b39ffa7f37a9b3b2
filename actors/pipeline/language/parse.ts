// Reads the text of a pipeline: its form alone. Which words there are, and what they take, is `check.ts`'s to say. All that is wrong
// is collected, and what stands beside it is still read.
import {
  problemsMax,
  quotedCharactersMax,
  specificationCharactersMax,
  specificationStepsMax,
} from "./limits.ts";
import { Scanner } from "./scan.ts";
import {
  type ConditionWord,
  conditionWords,
  operators,
  type Span,
  type SpecificationProblem,
  type WrittenCondition,
  type WrittenParameter,
  type WrittenStep,
} from "./specification.ts";

export interface ParsedSpecification {
  /** Those that have an operation, whatever else is wrong with them. */
  readonly steps: readonly WrittenStep[];
  /** In the order of the text. */
  readonly problems: readonly SpecificationProblem[];
}

/** Never throws, whatever the text is. */
export function parseSpecification(text: string): ParsedSpecification {
  if (text.length > specificationCharactersMax) return tooLong(text);
  const reading = new Reading(text);
  reading.pipeline();
  return { steps: reading.steps, problems: reading.problems.slice(0, problemsMax) };
}

function tooLong(text: string): ParsedSpecification {
  const message = `The pipeline has ${text.length} characters, and ${specificationCharactersMax} are read.`;
  const remedy = "Divide it into several.";
  return { steps: [], problems: [{ step: 1, span: { at: 0, length: 1 }, message, remedy }] };
}

class Reading {
  readonly steps: WrittenStep[] = [];
  readonly problems: SpecificationProblem[] = [];
  readonly #scanner: Scanner;
  #step = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  pipeline(): void {
    const scanner = this.#scanner;
    do {
      this.#step += 1;
      if (this.#step > specificationStepsMax) {
        const remedy = "Divide it into several pipelines.";
        this.#problem(
          { at: scanner.at, length: 1 },
          `A pipeline has ${specificationStepsMax} steps at most.`,
          remedy,
        );
        return;
      }
      this.#oneStep();
    } while (scanner.took("|"));
  }

  #oneStep(): void {
    const scanner = this.#scanner;
    const conditions: WrittenCondition[] = [];
    let named: Pick<WrittenStep, "word" | "span"> | undefined;
    const parameters: WrittenParameter[] = [];
    scanner.skipSpace();
    const start = scanner.at;
    for (; !this.#isAtEnd(); scanner.skipSpace()) {
      const at = scanner.at;
      const word = scanner.taken(/[A-Za-z0-9_-]/);
      const condition = scanner.next === ":" ? conditionWordOf(word) : undefined;
      if (condition !== undefined && named === undefined) {
        const read = this.#condition(condition, at);
        if (read !== undefined) conditions.push(read);
      } else if (named === undefined) named = this.#operation(word, at);
      else {
        const parameter = this.#parameter(word, at, condition !== undefined);
        if (parameter !== undefined) parameters.push(parameter);
      }
    }
    if (named !== undefined) {
      if (named.word !== "") this.steps.push({ number: this.#step, conditions, ...named, parameters });
      return;
    }
    const span = {
      at: Math.min(start, Math.max(0, scanner.text.length - 1)),
      length: Math.max(1, scanner.at - start),
    };
    if (scanner.at > start)
      this.#problem(
        span,
        "These conditions have no operation.",
        "Write what is done where they hold, as in if:quality<0.8 refactor.",
      );
    else this.#problem({ ...span, length: 1 }, this.#emptyWords(), "Write an operation, such as analyze.");
  }

  #isAtEnd(): boolean {
    return this.#scanner.isDone || this.#scanner.next === "|";
  }

  #emptyWords(): string {
    const isAlone = this.#step === 1 && this.#scanner.isDone;
    return isAlone ? "The pipeline is empty." : `Step ${this.#step} is empty.`;
  }

  /** An operation of no name is one that could not be read. */
  #operation(word: string, at: number): Pick<WrittenStep, "word" | "span"> {
    const scanner = this.#scanner;
    if (isName(word) && isWordEnd(scanner.next)) return { word: plain(word), span: scanner.spanFrom(at) };
    scanner.skipWord();
    const span = scanner.spanFrom(at);
    const given = this.#quoted(span);
    const isParameter = isName(word) && scanner.text[at + word.length] === ":";
    const message = isParameter
      ? `${given} stands where an operation belongs.`
      : `${given} is no name of an operation.`;
    this.#problem(span, message, "A step begins with its operation, as in analyze type:quality.");
    return { word: "", span };
  }

  #parameter(word: string, at: number, isCondition: boolean): WrittenParameter | undefined {
    const scanner = this.#scanner;
    const refused = (message: string, remedy: string): undefined => {
      scanner.skipWord();
      const span = scanner.spanFrom(at);
      this.#problem(span, `${this.#quoted(span)} ${message}`, remedy);
      return undefined;
    };
    if (isCondition)
      return refused("comes too late.", "Conditions stand before the operation: if:quality<0.8 refactor.");
    if (isName(word) && isWordEnd(scanner.next))
      return { name: plain(word), value: undefined, span: scanner.spanFrom(at) };
    if (!isName(word) || scanner.next !== ":")
      return refused(
        "is neither key:value nor a flag.",
        "Write it as in type:quality, with quotes around a value that has spaces.",
      );
    scanner.took(":");
    const read = scanner.value();
    if (!read.ok) return this.#problem(read.span, read.message, read.remedy);
    const { text, isQuoted } = read.value;
    if (text === "" && !isQuoted)
      return refused("has no value.", `Write it right behind the colon, as in ${plain(word)}:value.`);
    if (!isWordEnd(scanner.next))
      return refused(
        "goes on behind its value.",
        'Put all of the value into quotes, with \\" for a quote in it.',
      );
    return { name: plain(word), value: read.value, span: scanner.spanFrom(at) };
  }

  /** Spaces between its parts are taken: nothing else could be meant. */
  #condition(word: ConditionWord, at: number): WrittenCondition | undefined {
    const scanner = this.#scanner;
    const remedy = `Write it as in ${word}:quality<0.8, with one of ${[...operators].sort().join(" ")}.`;
    const refused = (message: string): undefined => {
      scanner.skipWord();
      const span = scanner.spanFrom(at);
      return this.#problem(span, `${this.#quoted(span)} ${message}`, remedy);
    };
    scanner.took(":");
    scanner.skipSpace();
    const path = scanner.taken(/[A-Za-z0-9_.-]/);
    if (!isPath(path))
      return refused(
        path === "" ? "names nothing to compare." : "has no path of names with dots between them.",
      );
    scanner.skipSpaceTo(/[<>=!~]/);
    const operator = operators.find((one) => scanner.took(one));
    if (operator === undefined) return refused("has no comparison.");
    scanner.skipSpace();
    if (/[<>=!~]/.test(scanner.next)) return refused("has a second comparison where its value belongs.");
    const read = scanner.value();
    if (!read.ok) return this.#problem(read.span, read.message, read.remedy);
    if (read.value.text === "" && !read.value.isQuoted) return refused("has nothing to compare with.");
    if (!isWordEnd(scanner.next)) return refused("goes on behind its value.");
    return { word, path: path.replaceAll("-", "_"), operator, value: read.value, span: scanner.spanFrom(at) };
  }

  #problem(span: Span, message: string, remedy: string): undefined {
    this.problems.push({ step: this.#step, span, message, remedy });
    return undefined;
  }

  #quoted({ at, length }: Span): string {
    const text = this.#scanner.text.slice(at, at + Math.min(length, quotedCharactersMax));
    return JSON.stringify(length > quotedCharactersMax ? `${text}...` : text);
  }
}

function isName(word: string): boolean {
  return /^[A-Za-z]/.test(word);
}

/** Hyphens are taken for underscores, and capitals for small letters: the command writes them so elsewhere. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
}

function conditionWordOf(word: string): ConditionWord | undefined {
  return conditionWords.find((one) => one === word.toLowerCase());
}

function isPath(path: string): boolean {
  return path.split(".").every((name) => /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name));
}

function isWordEnd(character: string): boolean {
  return character === "" || character === "|" || /\s/u.test(character);
}

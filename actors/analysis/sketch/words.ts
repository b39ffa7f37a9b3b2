// The words of a text and where they stand, told apart by whether they are code, or only said in a comment or a string.
import type { Language, LanguageId } from "../languages.ts";
import { wordCharactersMax, wordsMax } from "./limits.ts";

export interface TextWords {
  /** Every word once. */
  readonly words: readonly string[];
  /** Per word of the text, in order: the index of the word, and the line that it stands in, from 1. */
  readonly at: Int32Array;
  readonly lines: Int32Array;
  readonly code: readonly number[];
}

/** ASCII and everything behind it: what is no letter of another script is left out when words are cut into terms. */
const word = "[\\w$\\u0080-\\uffff]+";

// Each alternative ends at the end of the text where it is not closed, so that a scan takes each character once.
const strings = {
  triple: `"""[\\s\\S]*?(?:"""|$(?![\\s\\S]))|'''[\\s\\S]*?(?:'''|$(?![\\s\\S]))`,
  double: `"(?:[^"\\\\\\n]|\\\\[\\s\\S])*"?`,
  single: `'(?:[^'\\\\\\n]|\\\\[\\s\\S])*'?`,
};

const longStrings: ReadonlySet<LanguageId> = new Set(["python", "elixir", "java"]);
/** A quote alone begins a lifetime in Rust, and stands in names of Erlang's atoms. */
const noSingleQuotes: ReadonlySet<LanguageId> = new Set(["rust", "erlang"]);

const scanners = new Map<LanguageId | undefined, RegExp>();
const inner = new RegExp(word, "g");

/** Templates of JavaScript count as code: what stands in them mostly is. */
export function wordsOf(text: string, language: Language | null): TextWords {
  const counted = new Map<string, number>();
  const code = new Set<number>();
  const at: number[] = [];
  const lines: number[] = [];
  let line = 1;
  let lineEnd = text.indexOf("\n");
  const scan = scannerOf(language);
  scan.lastIndex = 0;
  for (let found = scan.exec(text); found !== null; found = scan.exec(text)) {
    const { index } = found;
    const [matched, plain] = found;
    goTo(index);
    if (plain !== undefined) take(plain, language !== null);
    else {
      inner.lastIndex = 0;
      for (let one = inner.exec(matched); one !== null; one = inner.exec(matched)) {
        goTo(index + one.index);
        take(one[0], false);
      }
    }
  }
  return {
    words: [...counted.keys()],
    at: Int32Array.from(at),
    lines: Int32Array.from(lines),
    code: [...code],
  };

  function goTo(offset: number): void {
    while (lineEnd >= 0 && lineEnd < offset) {
      line += 1;
      lineEnd = text.indexOf("\n", lineEnd + 1);
    }
  }

  function take(found: string, isCode: boolean): void {
    if (found.length > wordCharactersMax || found === "$" || found === "_") return;
    let index = counted.get(found);
    if (index === undefined) {
      if (counted.size >= wordsMax) return;
      index = counted.size;
      counted.set(found, index);
    }
    if (isCode) code.add(index);
    at.push(index);
    lines.push(line);
  }
}

function scannerOf(language: Language | null): RegExp {
  const known = scanners.get(language?.id);
  if (known !== undefined) return known;
  const made = new RegExp([...(language === null ? [] : asideOf(language)), `(${word})`].join("|"), "g");
  scanners.set(language?.id, made);
  return made;
}

/** Comments and strings. */
function asideOf({ id, comments }: Language): string[] {
  const line = comments.line.map((mark) => `${escaped(mark)}[^\\n]*`);
  const block = comments.block.map(
    ([open, close]) => `${escaped(open)}[\\s\\S]*?(?:${escaped(close)}|$(?![\\s\\S]))`,
  );
  return [
    ...block,
    ...line,
    ...(longStrings.has(id) ? [strings.triple] : []),
    strings.double,
    ...(noSingleQuotes.has(id) ? [] : [strings.single]),
  ];
}

function escaped(mark: string): string {
  return mark.replace(/[^\w\s]/g, "\\$&");
}

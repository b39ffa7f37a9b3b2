// What the grammars do not know yet, rewritten at equal length so that every position stays. Only a text that could not be
// parsed as it stands is rewritten, so that a gap costs nothing where it does not matter.
import type { LanguageId } from "./languages.ts";

type Gap = readonly [found: RegExp, instead: (words: string) => string];

const blank = (words: string): string => words.replace(/\S/g, " ");
const underscores = (words: string): string => words.replace(/\S/g, "_");

const typescript: readonly Gap[] = [
  // Variance: <in out T>.
  [/(?<=(?:^|[<,])\s*)(?:in\s+out|in|out)\s+(?=[A-Z$_])/gm, blank],
  // Reserved words as names of exports: export { a as null }.
  [/(?<=\w\s+as\s+)(?:null|function|void|undefined|enum|instanceof)(?=\s*[,}])/g, underscores],
  // export type * from "…", export type * as a from "…".
  [/(?<=\bexport\s+)type(?=\s+\*)/g, blank],
  // import("…").Name<T> as a type.
  [/\bimport\((?:"[^"\n]*"|'[^'\n]*')\)(?=\s*\.\s*[\w.]+\s*<)/g, underscores],
  [/(?<=\b(?:static|abstract)\s+)accessor(?=\s+[\w#])/g, blank],
];

const gaps: Readonly<Partial<Record<LanguageId, readonly Gap[]>>> = {
  typescript,
  tsx: typescript,
  go: [
    // new(expression) of Go 1.26; what is left begins like a type.
    [/(?<![\w.]|func )new(?=\((?!\s*(?:\[|\*|map\b|struct\b|chan\b|func\b|interface\b)))/g, () => "nev"],
  ],
  rust: [
    // async |x| …, and async in bounds: impl async Fn().
    [/\basync(?=\s+(?:move\s+)?\|)|(?<=\bimpl\s+)async(?=\s+Fn)/g, blank],
    [/(?<=:\s*)pat_param\b/g, () => "pat      "],
    // A macro with the name of a built-in type.
    [/\bstr(?=!\s*[[({])/g, () => "stx"],
    // A range without a beginning as a pattern.
    [/(?<=[{,|]\s*)\.\.=(?=[-'\w])/g, blank],
    // unsafe extern { safe fn f(); }.
    [/\bunsafe(?=\s+extern\b[^{;]*\{)|\bsafe(?=\s+(?:fn|static)\b)/g, blank],
  ],
};

export function withoutGrammarGaps(language: LanguageId, text: string): string {
  return (gaps[language] ?? []).reduce((known, [found, instead]) => known.replace(found, instead), text);
}

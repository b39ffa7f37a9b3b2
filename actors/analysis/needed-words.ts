// What a text must hold for a rule to match anything in it. Most rules look for a word that most files do not have, and
// preparing a rule costs more than looking for a word: so a file is asked for the words first.
// The idea is that of Semgrep's prefilter; only what can be derived for certain is taken.
import type { NapiConfig, Rule } from "@ast-grep/napi";
import { regexWords } from "./regex-words.ts";

/** At least one of these has to be there. Where letter case does not matter, the words are in lower case. */
export interface WordChoice {
  readonly words: readonly string[];
  readonly ignoresCase: boolean;
}

/** All of these have to be met; an empty list promises nothing. */
export type NeededWords = readonly WordChoice[];

type Utilities = NonNullable<NapiConfig["utils"]>;

export function neededWords(matcher: NapiConfig): NeededWords {
  return ofRule(matcher.rule, matcher.utils ?? {}, []);
}

/** Tells for one text whether needs are met; the text is lowered at most once. */
export function textMeets(text: string): (needed: NeededWords) => boolean {
  let lowered: string | null = null;
  const lower = (): string => {
    lowered ??= text.toLowerCase();
    return lowered;
  };
  return (needed) =>
    needed.every(({ words, ignoresCase }) => {
      const searched = ignoresCase ? lower() : text;
      return words.some((word) => searched.includes(word));
    });
}

/** `open` names the utility rules around this one, since they may refer to themselves. */
function ofRule(rule: Rule, utilities: Utilities, open: readonly string[]): NeededWords {
  const needed: WordChoice[] = [...ofPattern(rule.pattern)];
  if (rule.regex !== undefined) needed.push(...regexWords(rule.regex));
  for (const around of [rule.has, rule.inside, rule.precedes, rule.follows]) {
    if (around !== undefined) needed.push(...ofRule(around, utilities, open));
  }
  for (const part of rule.all ?? []) needed.push(...ofRule(part, utilities, open));
  if (rule.any !== undefined) needed.push(...ofAny(rule.any.map((part) => ofRule(part, utilities, open))));
  if (rule.matches !== undefined) {
    const name = String(rule.matches);
    const named = open.includes(name) ? undefined : utilities[name];
    if (named !== undefined) needed.push(...ofRule(named, utilities, [...open, name]));
  }
  return needed;
}

/** One choice of each branch, joined to one. Nothing where a branch needs nothing. */
function ofAny(branches: readonly NeededWords[]): NeededWords {
  const choices = branches.map((needed) => mostTelling(needed));
  const known = choices.flatMap((choice) => (choice === undefined ? [] : [choice]));
  if (known.length === 0 || known.length < branches.length) return [];
  const ignoresCase = known.some((choice) => choice.ignoresCase);
  const words = known.flatMap((choice) => choice.words);
  return [{ words: ignoresCase ? words.map((word) => word.toLowerCase()) : words, ignoresCase }];
}

/** The choice whose shortest word is longest: it is the rarest, as far as one can tell. */
function mostTelling(needed: NeededWords): WordChoice | undefined {
  const shortest = ({ words }: WordChoice): number => Math.min(...words.map((word) => word.length));
  return [...needed].sort((a, b) => shortest(b) - shortest(a))[0];
}

/** The words of a pattern stand in every match as they are. Of a pattern with a context only a part has to. */
function ofPattern(pattern: Rule["pattern"]): NeededWords {
  const isWhole = typeof pattern === "string";
  const text = isWhole ? pattern : pattern?.selector === undefined ? pattern?.context : undefined;
  const strictness = isWhole ? undefined : pattern?.strictness;
  // The looser ones skip keywords and more.
  if (text === undefined || (strictness !== undefined && strictness !== "smart" && strictness !== "cst")) {
    return [];
  }
  const words = text.match(/(?<![$\w])[A-Za-z_]\w{2,}/g) ?? [];
  return words.map((word) => ({ words: [word], ignoresCase: false }));
}

// Cuts words of code and of prose into the terms under which they are looked for.

/** A run of capitals before a word, a word, capitals, letters without case, digits. */
const pieces = /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}+|[\p{Lo}\p{Lm}\p{Lt}\p{M}]+|\p{N}+/gu;

/** Scripts that write no spaces between words. */
const spaceless = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+$/u;

/** Words that a question holds and that say nothing of what it is about. */
const filler: ReadonlySet<string> = new Set(
  "a an and are as at be by can do does for from how i in is it its of on or that the this to we what when where which who why with".split(
    " ",
  ),
);

/**
 * The terms of one word: `parseHTTP2Request` is `parse`, `http`, `2`, `request`, and itself as a whole; `snake_case` likewise.
 * Words of scripts without spaces are cut into pairs of characters, as is usual for them. Plurals count as their singular, by
 * the rules of Harman's S stemmer ("How effective is suffixing?", 1991).
 */
export function termsOf(word: string): string[] {
  const found = word.normalize("NFKC").match(pieces);
  if (found === null) return [];
  const terms = found.flatMap((piece) =>
    spaceless.test(piece) ? pairs(piece) : [singular(piece.toLowerCase())],
  );
  if (found.length > 1) terms.push(found.join("").toLowerCase());
  return terms;
}

/** The terms of a question in words, each once. */
export function termsOfQuery(query: string): string[] {
  const words = query.match(/[\p{L}\p{M}\p{N}_$]+/gu) ?? [];
  const terms = new Set(words.flatMap(termsOf));
  const telling = [...terms].filter((term) => !filler.has(term));
  return telling.length > 0 ? telling : [...terms];
}

function pairs(piece: string): string[] {
  const characters = [...piece];
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

function singular(term: string): string {
  if (term.length < 4 || !term.endsWith("s")) return term;
  if (term.endsWith("ies")) return /[ae]ies$/.test(term) ? term : `${term.slice(0, -3)}y`;
  if (/[aeo]es$/.test(term)) return term;
  return /(us|ss|is)$/.test(term) ? term : term.slice(0, -1);
}

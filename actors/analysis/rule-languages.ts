// Which languages a rule is for: the words that a rule file may use, and what a folder of rules applies to.
import { type Language, languages } from "./languages.ts";

/** The other spellings that ast-grep accepts. */
const otherSpellings: ReadonlyMap<string, string> = new Map([
  ["ts", "typescript"],
  ["js", "javascript"],
  ["jsx", "javascript"],
  ["py", "python"],
  ["ex", "elixir"],
  ["golang", "go"],
  ["rs", "rust"],
  ["rb", "ruby"],
  ["cc", "cpp"],
  ["cxx", "cpp"],
]);

/** The language that a rule file names, in any case: by its id, its name or a spelling of ast-grep's. */
export function languageOfRule(word: string): Language | null {
  const lower = word.toLowerCase();
  const id = otherSpellings.get(lower) ?? lower;
  return languages.find((language) => language.id === id || language.name.toLowerCase() === id) ?? null;
}

/** A rule for JavaScript is one for TypeScript and TSX as well, one for TypeScript also for TSX, one for C also for C++. */
export function isForLanguage({ folder }: { readonly folder: string }, language: Language): boolean {
  return folder === language.id || language.ruleFolders.includes(folder);
}

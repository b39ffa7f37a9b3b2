// Whether two words mean the same language: its id, its name, or the extension of its files.
import { detectLanguage, languages } from "../../analysis/languages.ts";

/** "TypeScript", "typescript" and "ts" are one; a word that is no language that is known is itself. */
export function languageOf(word: string): string {
  const plain = word.trim().toLowerCase().replace(/^\./, "");
  const named = languages.find(({ id, name }) => id === plain || name.toLowerCase() === plain);
  return (named ?? detectLanguage(`file.${plain}`))?.id ?? plain;
}

/** That of a file by its name; null where it is none that is known. */
export function languageOfPath(path: string): string | null {
  return detectLanguage(path)?.id ?? null;
}

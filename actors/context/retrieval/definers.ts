// Which files define each name, kept in step with them file by file.
import type { IndexedFile } from "./indexed-file.ts";
import { familyOf } from "./language-family.ts";
import { definitionsMax, nameCharactersMin } from "./limits.ts";
import { PathLists } from "./path-lists.ts";
import type { Vocabulary } from "./vocabulary.ts";

interface Counted {
  readonly words: ReadonlySet<number>;
  readonly family: string;
}

export class Definers {
  readonly #vocabulary: Vocabulary;
  readonly #paths = new PathLists<number>();
  /** What each file defined when it was counted last. */
  readonly #counted = new Map<string, Counted>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** In the order of their paths; undefined for a name that none define, or so many that it says nothing. */
  of(word: number): readonly string[] | undefined {
    const paths = this.#paths.get(word);
    return paths.length === 0 || paths.length > definitionsMax ? undefined : paths;
  }

  /** Counts the files that changed anew, and answers with the names of which something is different now for who uses them. */
  update(changed: ReadonlySet<string>, files: ReadonlyMap<string, IndexedFile>): ReadonlySet<number> {
    const different = new Set<number>();
    for (const path of changed) {
      const file = files.get(path);
      const before = this.#counted.get(path);
      const now = file === undefined ? undefined : this.#countedIn(file);
      const isOther = before?.family !== now?.family;
      for (const word of before?.words ?? []) {
        if (now?.words.has(word) === true && !isOther) continue;
        if (this.of(word) !== undefined) different.add(word);
        if (now?.words.has(word) !== true) this.#paths.remove(word, path);
        if (this.of(word) !== undefined) different.add(word);
      }
      for (const word of now?.words ?? []) {
        if (before?.words.has(word) === true) continue;
        if (this.of(word) !== undefined) different.add(word);
        this.#paths.add(word, path);
        if (this.of(word) !== undefined) different.add(word);
      }
      if (now === undefined) this.#counted.delete(path);
      else this.#counted.set(path, now);
    }
    return different;
  }

  #countedIn({ symbols, language }: IndexedFile): Counted {
    const words = new Set<number>();
    for (const { name } of symbols) {
      const word = name.length < nameCharactersMin ? undefined : this.#vocabulary.wordIfKnown(name);
      if (word !== undefined) words.add(word);
    }
    return { words, family: familyOf(language) };
  }
}

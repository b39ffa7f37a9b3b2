// Who imports whom, and who uses what others define, between the files of a project.
import { importTargets } from "../../analysis/import-targets.ts";
import type { IndexedFile } from "./indexed-file.ts";
import { definitionsMax, nameCharactersMin } from "./limits.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface Use {
  /** The file that is imported or used. */
  readonly target: string;
  isImport: boolean;
  /** What is used, those that fewest files define first. */
  readonly names: string[];
  weight: number;
}

export interface Graph {
  /** What each file imports and uses. Files without any are not among them. */
  readonly uses: ReadonlyMap<string, readonly Use[]>;
  /** Who imports and uses each file. */
  readonly users: ReadonlyMap<string, readonly string[]>;
  /** The files that define each name, for names that few files define. */
  readonly definers: ReadonlyMap<number, readonly string[]>;
}

export function graphOf(files: ReadonlyMap<string, IndexedFile>, vocabulary: Vocabulary): Graph {
  const names = new Map<number, string>();
  const definers = definersOf(files, vocabulary, names);
  const targetOf = importTargets([...files.keys()]);
  const uses = new Map<string, readonly Use[]>();
  const users = new Map<string, string[]>();
  const importsOf = (file: IndexedFile): ReadonlySet<string> => {
    const importing = { path: file.path, language: file.language ?? "", imports: file.imports };
    const targets = file.imports.flatMap((wanted) => targetOf(importing, wanted) ?? []);
    return new Set(targets.filter((target) => target !== file.path));
  };
  for (const file of files.values()) {
    const found = new Map<string, Use>();
    const use = (target: string): Use => {
      const known = found.get(target) ?? { target, isImport: false, names: [], weight: 0 };
      found.set(target, known);
      return known;
    };
    const imported = importsOf(file);
    for (const target of imported) {
      const one = use(target);
      one.weight += 1;
      one.isImport = true;
    }
    const reachable = reachableFrom(file, imported, files, importsOf);
    for (const word of file.codeWords) {
      const defining = definers.get(word);
      if (defining === undefined || defining.includes(file.path)) continue;
      for (const target of defining) {
        if (familyOf(files.get(target)?.language) !== familyOf(file.language)) continue;
        if (reachable !== undefined && !reachable.has(target)) continue;
        const one = use(target);
        one.weight += 1 / defining.length;
        one.names.push(names.get(word) ?? "");
      }
    }
    if (found.size === 0) continue;
    uses.set(file.path, [...found.values()]);
    for (const target of found.keys()) {
      const known = users.get(target);
      if (known === undefined) users.set(target, [file.path]);
      else known.push(file.path);
    }
  }
  return { uses, users, definers };
}

/** Languages that name the file of whatever they use. Of the others a name alone tells where something may be from. */
const importing: ReadonlySet<string> = new Set(["javascript", "python", "cpp"]);

/** What a file may use by name: what it imports, and what those hand on that define nothing themselves. Undefined for anything. */
function reachableFrom(
  { language }: IndexedFile,
  imported: ReadonlySet<string>,
  files: ReadonlyMap<string, IndexedFile>,
  importsOf: (file: IndexedFile) => ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  if (!importing.has(familyOf(language))) return undefined;
  const reachable = new Set(imported);
  for (const path of imported) {
    const file = files.get(path);
    if (file === undefined || file.symbols.length > 0) continue;
    for (const next of importsOf(file)) reachable.add(next);
  }
  return reachable;
}

function definersOf(
  files: ReadonlyMap<string, IndexedFile>,
  vocabulary: Vocabulary,
  names: Map<number, string>,
): Map<number, string[]> {
  const definers = new Map<number, string[]>();
  for (const { path, symbols } of files.values()) {
    for (const { name } of symbols) {
      if (name.length < nameCharactersMin) continue;
      const word = vocabulary.wordIfKnown(name);
      if (word === undefined) continue;
      const known = definers.get(word);
      names.set(word, name);
      if (known === undefined) definers.set(word, [path]);
      else if (known.at(-1) !== path) known.push(path);
    }
  }
  for (const [word, defining] of definers) if (defining.length > definitionsMax) definers.delete(word);
  return definers;
}

/** Languages that use each other's definitions by name. */
function familyOf(language: string | null | undefined): string {
  if (language === "typescript" || language === "tsx") return "javascript";
  return language === "c" ? "cpp" : (language ?? "");
}

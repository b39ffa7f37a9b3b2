// Who imports whom, and who uses what others define, between the files of a project; kept in step with them file by file.
import { importTargets } from "../../analysis/import-targets.ts";
import { Definers } from "./definers.ts";
import type { IndexedFile } from "./indexed-file.ts";
import { familyOf, isImporting } from "./language-family.ts";
import { PathLists } from "./path-lists.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface Use {
  /** The file that is imported or used. */
  readonly target: string;
  isImport: boolean;
  /** What is used, in the order in which it stands there first. */
  readonly names: string[];
  weight: number;
}

export interface Graph {
  /** What each file imports and uses. Files without any are not among them. */
  readonly uses: ReadonlyMap<string, readonly Use[]>;
  /** Who imports and uses each file, in the order of their paths. */
  readonly users: ReadonlyMap<string, readonly string[]>;
}

type Files = ReadonlyMap<string, IndexedFile>;
type Paths = ReadonlySet<string>;

const none: Paths = new Set();

/**
 * The graph of files that change. After a change only those files are looked at anew for which it may be different: whatever the
 * changes were, it is the same as one that is made of all files at once.
 */
export class LiveGraph {
  readonly #files: Files;
  readonly #vocabulary: Vocabulary;
  readonly #definers: Definers;
  readonly #uses = new Map<string, readonly Use[]>();
  readonly #users = new PathLists<string>();
  /** What each file imports, and what it hands on to whom imports it, as they were counted last. */
  readonly #imports = new Map<string, Paths>();
  readonly #handsOn = new Map<string, Paths>();
  readonly #changed = new Set<string>();
  #targetOf: ReturnType<typeof importTargets> | undefined;

  constructor(files: Files, vocabulary: Vocabulary) {
    this.#files = files;
    this.#vocabulary = vocabulary;
    this.#definers = new Definers(vocabulary);
  }

  /** Came, went, or is another one. */
  note(path: string): void {
    this.#changed.add(path);
  }

  /** As the files are now. */
  get current(): Graph {
    if (this.#changed.size > 0) this.#update();
    return { uses: this.#uses, users: this.#users.all };
  }

  #update(): void {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    const words = this.#definers.update(changed, this.#files);
    const importing = this.#importsAnew(changed);
    const handing = this.#handedAnew(new Set([...changed, ...importing]));
    for (const path of changed) if (!this.#files.has(path)) this.#put(path, []);
    for (const [path, file] of this.#files) {
      const isTouched =
        changed.has(path) ||
        importing.has(path) ||
        isAny(this.#imports.get(path) ?? none, handing) ||
        isAny(file.codeWords, words);
      if (isTouched) this.#put(path, this.#usesOf(file));
    }
  }

  /** The files that import others than before: any may where a file came or went, which a name now leads to, or no longer. */
  #importsAnew(changed: Paths): Paths {
    const isMoved = [...changed].some((path) => this.#files.has(path) !== this.#imports.has(path));
    if (isMoved || this.#targetOf === undefined) this.#targetOf = importTargets([...this.#files.keys()]);
    const different = new Set<string>();
    for (const path of changed) if (!this.#files.has(path)) this.#imports.delete(path);
    for (const path of isMoved ? this.#files.keys() : changed) {
      const file = this.#files.get(path);
      if (file === undefined) continue;
      const targets = importsOf(file, this.#targetOf);
      if (!isSame(targets, this.#imports.get(path) ?? none)) different.add(path);
      this.#imports.set(path, targets);
    }
    return different;
  }

  /** Of `paths` those that hand on something else than before. */
  #handedAnew(paths: Paths): Paths {
    const different = new Set<string>();
    for (const path of paths) {
      const file = this.#files.get(path);
      const isPassage = file !== undefined && file.symbols.length === 0;
      const handed = isPassage ? (this.#imports.get(path) ?? none) : none;
      if (!isSame(handed, this.#handsOn.get(path) ?? none)) different.add(path);
      if (handed.size > 0) this.#handsOn.set(path, handed);
      else this.#handsOn.delete(path);
    }
    return different;
  }

  #usesOf(file: IndexedFile): readonly Use[] {
    const found = new Map<string, Use>();
    const use = (target: string): Use => {
      const known = found.get(target) ?? { target, isImport: false, names: [], weight: 0 };
      found.set(target, known);
      return known;
    };
    const imported = this.#imports.get(file.path) ?? none;
    for (const target of imported) {
      const one = use(target);
      one.weight += 1;
      one.isImport = true;
    }
    const reachable = this.#reachableFrom(file, imported);
    const family = familyOf(file.language);
    for (const word of file.codeWords) {
      const defining = this.#definers.of(word);
      if (defining === undefined || defining.includes(file.path)) continue;
      for (const target of defining) {
        if (reachable !== undefined && !reachable.has(target)) continue;
        if (familyOf(this.#files.get(target)?.language) !== family) continue;
        const one = use(target);
        one.weight += 1 / defining.length;
        one.names.push(this.#vocabulary.text(word));
      }
    }
    return [...found.values()];
  }

  /** What a file may use by name: what it imports, and what those hand on that define nothing themselves. Undefined for anything. */
  #reachableFrom({ language }: IndexedFile, imported: Paths): Paths | undefined {
    if (!isImporting(language)) return undefined;
    const reachable = new Set(imported);
    for (const path of imported) for (const next of this.#handsOn.get(path) ?? none) reachable.add(next);
    return reachable;
  }

  #put(path: string, uses: readonly Use[]): void {
    const before = new Set((this.#uses.get(path) ?? []).map(({ target }) => target));
    const now = new Set(uses.map(({ target }) => target));
    if (uses.length > 0) this.#uses.set(path, uses);
    else this.#uses.delete(path);
    for (const target of before) if (!now.has(target)) this.#users.remove(target, path);
    for (const target of now) if (!before.has(target)) this.#users.add(target, path);
  }
}

function importsOf(file: IndexedFile, targetOf: ReturnType<typeof importTargets>): Paths {
  if (file.imports.length === 0) return none;
  const importing = { path: file.path, language: file.language ?? "", imports: file.imports };
  const targets = new Set(file.imports.flatMap((wanted) => targetOf(importing, wanted) ?? []));
  targets.delete(file.path);
  return targets;
}

function isAny<Item>(items: Iterable<Item>, wanted: ReadonlySet<Item>): boolean {
  if (wanted.size === 0) return false;
  for (const item of items) if (wanted.has(item)) return true;
  return false;
}

/** In the same order, too: it is the order in which files are told. */
function isSame(some: Paths, others: Paths): boolean {
  if (some.size !== others.size) return false;
  const rest = others.values();
  for (const path of some) if (rest.next().value !== path) return false;
  return true;
}

// Brings the index of a project up to date with its files: what changed is read by its content, and parsed where no store knows it.

import type { Clock } from "../../../runtime/world.ts";
import { detectLanguage } from "../../analysis/languages.ts";
import type { WorkspaceAccess } from "../../workspace/access.ts";
import type { ReaderFailure, ReadRequest, SomeSources, Tree } from "../../workspace/reader.ts";
import type { FoundFile } from "../../workspace/walk.ts";
import type { ProjectIndex } from "../retrieval/project.ts";
import { isIndexable } from "./indexable.ts";
import { indexLimits } from "./limits.ts";
import type { PassedOver } from "./question.ts";
import { type SketchStore, sketchKey } from "./sketch-store.ts";
import { type ReadFile, Sketches } from "./sketches.ts";

/** How the files of a project are reached. */
export interface IndexAccess extends Pick<WorkspaceAccess, "read"> {
  /** All of a directory, and which further ones are in it. */
  tree(path: string, isNamed: boolean): Promise<Tree | ReaderFailure>;
  /** Several files together, in the order in which they were asked for. */
  readSome(requests: readonly ReadRequest[]): Promise<SomeSources>;
}

export interface RefreshOptions {
  /** The real path of the project. */
  readonly root: string;
  /** True where the person of this program named it. */
  readonly isNamed: boolean;
  readonly access: IndexAccess;
  readonly store: SketchStore;
  readonly clock: Clock;
  /** Differs wherever what is found in a text may. */
  readonly engine: string;
  /** Parsers there are to share the files among. */
  readonly parsers: number;
  /** Files of one index. */
  readonly filesMax: number;
}

export interface Refreshed {
  readonly ok: true;
  /** Files that were parsed, and those that a store knew by their content. */
  readonly parsed: number;
  readonly known: number;
}

/** The coarsest times that a file system gives, and a moment for clocks that differ. */
const racyMs = 3_000;

type Passed = Map<string, PassedOver>;

/** Keeps what is in `index` in step with the files. `passed` is what is in none, by path. */
export class Refresh {
  readonly passed: Passed = new Map();
  readonly #options: RefreshOptions;
  readonly #index: ProjectIndex;
  /** How files were when they were read that were at rest by then. */
  readonly #looks = new Map<string, { readonly bytes: number; readonly modifiedMs: number }>();
  readonly #sketches: Sketches;

  constructor(index: ProjectIndex, options: RefreshOptions) {
    this.#sketches = new Sketches(options.parsers);
    this.#index = index;
    this.#options = options;
  }

  /** Looks at every file. `seen` hears of what there is. @throws what the access throws */
  async all(seen: (tree: Tree) => void = () => undefined): Promise<Refreshed | ReaderFailure> {
    const { access, root, isNamed, filesMax } = this.#options;
    const tree = await access.tree(root, isNamed);
    if (!tree.ok) return tree;
    seen(tree);
    const { entries } = tree;
    const wanted = entries.flatMap((entry) =>
      entry.kind === "file" && isIndexable(entry.path, entry.bytes) ? [entry] : [],
    );
    const found = wanted.slice(0, filesMax);
    const present = new Set(found.map(({ path }) => path));
    for (const path of [...this.#index.files.keys()]) if (!present.has(path)) this.#index.remove(path);
    for (const path of [...this.#looks.keys()]) if (!present.has(path)) this.#looks.delete(path);
    for (const path of [...this.passed.keys()]) if (!present.has(path)) this.passed.delete(path);
    for (const { path } of wanted.slice(filesMax)) this.passed.set(path, "files_limit");
    return this.#some(found.filter((file) => !this.#isKnown(file)));
  }

  /**
   * A file that is as long and as old as when it was read need not be read again, unless it was read in the moment in which it
   * changed: it may have changed once more in that moment, as Git's "racy" entries may (its documentation, racy-git).
   */
  #isKnown({ path, bytes, modifiedMs }: FoundFile): boolean {
    const look = this.#looks.get(path);
    return look !== undefined && look.bytes === bytes && look.modifiedMs === modifiedMs;
  }

  #note({ path, bytes, modifiedMs }: FoundFile): void {
    const isOld = modifiedMs !== undefined && this.#options.clock.wallTime() - modifiedMs > racyMs;
    if (isOld) this.#looks.set(path, { bytes, modifiedMs });
    else this.#looks.delete(path);
  }

  /** Has a file read again, however it looks. */
  forget(path: string): void {
    this.#looks.delete(path);
  }

  /**
   * Looks at these files, which were there when all were looked at; undefined where everything has to be looked at for it.
   * @throws what the access throws
   */
  async these(paths: readonly string[]): Promise<Refreshed | undefined> {
    const { access, root, isNamed, filesMax } = this.#options;
    if (this.#index.files.size + this.passed.size >= filesMax) return undefined;
    // How long it is turns out when it is read.
    const wanted = paths.filter((path) => isIndexable(path, 1));
    for (const path of wanted) this.forget(path);
    const answers = await access.readSome(wanted.map((path) => ({ path, root, isNamed, isForModel: true })));
    if (!answers.every(({ ok }) => ok)) return undefined;
    const read: ReadFile[] = [];
    for (const [index, path] of wanted.entries()) {
      const answer = answers[index];
      if (answer?.ok !== true) continue;
      if (isIndexable(path, answer.bytes)) read.push(...this.#sorted(path, answer));
      else {
        this.#index.remove(path);
        this.passed.delete(path);
      }
    }
    return { ok: true, ...(await this.#take(read)) };
  }

  /** Looks at these files, which may be gone. The next ones are read while some are parsed. */
  async #some(files: readonly FoundFile[]): Promise<Refreshed> {
    const taken: Promise<Counts>[] = [];
    const counts: Counts[] = [];
    for (let from = 0; from < files.length; from += indexLimits.batchFiles) {
      const read = await this.#readBatch(files.slice(from, from + indexLimits.batchFiles));
      while (taken.length >= indexLimits.batchesParsed) counts.push(await (taken.shift() ?? none));
      const taking = this.#take(read);
      // Whoever awaits it hears of it; nobody does while the next batch is read.
      taking.catch(() => undefined);
      taken.push(taking);
    }
    for (const taking of taken) counts.push(await taking);
    const sum = (one: keyof Counts): number => counts.reduce((all, count) => all + count[one], 0);
    return { ok: true, parsed: sum("parsed"), known: sum("known") };
  }

  async #readBatch(files: readonly FoundFile[]): Promise<ReadFile[]> {
    const { access, root, isNamed } = this.#options;
    const read: ReadFile[] = [];
    for (let from = 0; from < files.length; from += indexLimits.readTogetherFiles) {
      const some = files.slice(from, from + indexLimits.readTogetherFiles);
      // Noted before they are read: what changes meanwhile is newer than that.
      for (const file of some) this.#note(file);
      const requests = some.map(({ path }) => ({ path, root, isNamed, isForModel: true }));
      const answers = await access.readSome(requests);
      for (const [index, { path }] of some.entries()) {
        const answer = answers[index];
        if (answer !== undefined) read.push(...this.#sorted(path, answer));
      }
    }
    return read;
  }

  /** None where the index has it already as it is, or cannot have it. */
  #sorted(path: string, answer: SomeSources[number]): readonly ReadFile[] {
    const source = answer.ok ? answer.source : undefined;
    const passed = whyNot(source, answer.ok);
    // That it may be read is no change of the file.
    if (!answer.ok) this.forget(path);
    if (!answer.ok || source?.kind !== "text" || passed !== undefined) {
      this.#index.remove(path);
      if (passed === undefined) this.passed.delete(path);
      else this.passed.set(path, passed);
      return [];
    }
    this.passed.delete(path);
    const { text } = source;
    const language = detectLanguage(path, text)?.id ?? null;
    const hash = sketchKey(this.#options.engine, language, text);
    if (this.#index.files.get(path)?.hash === hash) return [];
    return [{ file: { path, hash, language, bytes: answer.bytes }, text }];
  }

  async #take(read: readonly ReadFile[]): Promise<Counts> {
    if (read.length === 0) return { parsed: 0, known: 0 };
    const { store } = this.#options;
    const stored = await store.get(read.map(({ file }) => file.hash));
    const fresh = await this.#sketches.of(read.filter(({ file }) => !stored.has(file.hash)));
    await store.put(fresh);
    for (const { file } of read) {
      const sketch = stored.get(file.hash) ?? fresh.get(file.hash);
      if (sketch !== undefined) this.#index.set(file, sketch);
      else {
        this.#index.remove(file.path);
        this.passed.set(file.path, "parser_failed");
        this.forget(file.path);
      }
    }
    const known = read.filter(({ file }) => stored.has(file.hash)).length;
    return { parsed: read.length - known, known };
  }
}

type Counts = Pick<Refreshed, "parsed" | "known">;

const none: Counts = { parsed: 0, known: 0 };

type Source = Extract<Awaited<ReturnType<WorkspaceAccess["read"]>>, { readonly ok: true }>["source"];

/** Undefined where it may be in the index, or there is nothing to tell. */
function whyNot(source: Source | undefined, isRead: boolean): PassedOver | undefined {
  if (!isRead || source === undefined) return "unreadable";
  if (source.kind === "binary") return "binary";
  if (source.kind === "empty") return undefined;
  if (source.cutShort === "long_line") return "minified";
  return source.cutShort === "too_large" ? "too_large" : undefined;
}

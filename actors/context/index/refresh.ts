// Brings the index of a project up to date with its files: what changed is read by its content, and parsed where no store knows it.

import type { Clock } from "../../../runtime/world.ts";
import { askParser } from "../../analysis/ask-parser.ts";
import { detectLanguage } from "../../analysis/languages.ts";
import type { Sketch } from "../../analysis/sketch/sketch.ts";
import type { WorkspaceAccess } from "../../workspace/access.ts";
import type { ReaderFailure } from "../../workspace/reader.ts";
import type { FoundFile } from "../../workspace/walk.ts";
import type { SketchedFile } from "../retrieval/indexed-file.ts";
import type { ProjectIndex } from "../retrieval/project.ts";
import { isIndexable } from "./indexable.ts";
import { indexLimits } from "./limits.ts";
import type { PassedOver } from "./question.ts";
import { type SketchStore, sketchKey } from "./sketch-store.ts";

export interface RefreshOptions {
  /** The real path of the project. */
  readonly root: string;
  /** True where the person of this program named it. */
  readonly isNamed: boolean;
  readonly access: Pick<WorkspaceAccess, "list" | "read">;
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

interface ReadFile {
  readonly file: SketchedFile;
  readonly text: string;
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
  #nextParser = 0;

  constructor(index: ProjectIndex, options: RefreshOptions) {
    this.#index = index;
    this.#options = options;
  }

  /** Looks at every file. @throws what the access throws */
  async all(): Promise<Refreshed | ReaderFailure> {
    const { access, root, isNamed, filesMax } = this.#options;
    const listing = await access.list(root, { isNamed });
    if (!listing.ok) return withoutOwner(listing);
    const entries = listing.kind === "directory" ? listing.entries : [];
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

  /** Looks at these files, which may be gone. */
  async #some(files: readonly FoundFile[]): Promise<Refreshed> {
    let [parsed, known] = [0, 0];
    for (let from = 0; from < files.length; from += indexLimits.batchFiles) {
      const read: ReadFile[] = [];
      for (const file of files.slice(from, from + indexLimits.batchFiles)) {
        // Noted before it is read: what changes meanwhile is newer than that.
        this.#note(file);
        const one = await this.#read(file.path);
        if (one !== undefined) read.push(one);
      }
      const counted = await this.#take(read);
      parsed += counted.parsed;
      known += counted.known;
    }
    return { ok: true, parsed, known };
  }

  /** Undefined where the index has it already as it is, or cannot have it. */
  async #read(path: string): Promise<ReadFile | undefined> {
    const { access, root, isNamed, engine } = this.#options;
    const answer = await access.read({ path, root, isNamed, isForModel: true });
    const source = answer.ok ? answer.source : undefined;
    const passed = whyNot(source, answer.ok);
    // That it may be read is no change of the file.
    if (!answer.ok) this.forget(path);
    if (!answer.ok || source?.kind !== "text" || passed !== undefined) {
      this.#index.remove(path);
      if (passed === undefined) this.passed.delete(path);
      else this.passed.set(path, passed);
      return undefined;
    }
    this.passed.delete(path);
    const { text } = source;
    const language = detectLanguage(path, text)?.id ?? null;
    const hash = sketchKey(engine, language, text);
    if (this.#index.files.get(path)?.hash === hash) return undefined;
    return { file: { path, hash, language, bytes: answer.bytes }, text };
  }

  async #take(read: readonly ReadFile[]): Promise<{ readonly parsed: number; readonly known: number }> {
    if (read.length === 0) return { parsed: 0, known: 0 };
    const { store, parsers } = this.#options;
    const stored = await store.get(read.map(({ file }) => file.hash));
    const fresh = new Map<string, Sketch>();
    const missing = read.filter(({ file }) => !stored.has(file.hash));
    const work = async (): Promise<void> => {
      for (let one = missing.pop(); one !== undefined; one = missing.pop()) {
        const sketch = await this.#sketch(one);
        if (sketch !== undefined) fresh.set(one.file.hash, sketch);
      }
    };
    await Promise.all(Array.from({ length: parsers * indexLimits.requestsPerParser }, work));
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

  async #sketch({ file, text }: ReadFile): Promise<Sketch | undefined> {
    const parser = this.#nextParser;
    this.#nextParser = (parser + 1) % this.#options.parsers;
    const language = file.language ?? "";
    const answer = await askParser(parser, { id: file.path, sketch: true, language, text });
    return answer.ok ? answer.sketch : undefined;
  }
}

type Source = Extract<Awaited<ReturnType<WorkspaceAccess["read"]>>, { readonly ok: true }>["source"];

/** Undefined where it may be in the index, or there is nothing to tell. */
function whyNot(source: Source | undefined, isRead: boolean): PassedOver | undefined {
  if (!isRead || source === undefined) return "unreadable";
  if (source.kind === "binary") return "binary";
  if (source.kind === "empty") return undefined;
  if (source.cutShort === "long_line") return "minified";
  return source.cutShort === "too_large" ? "too_large" : undefined;
}

/** The access of an index is to files of this node, whose owner is never away. */
function withoutOwner({ code, message }: { readonly code: string; readonly message: string }): ReaderFailure {
  return {
    ok: false,
    code: code === "workspace_away" ? "file_failed" : (code as ReaderFailure["code"]),
    message,
  };
}

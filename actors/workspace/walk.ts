// Lists the source files below a directory: bounded, in the same order every time, and past everything that cannot be read.
import { join, posix } from "node:path";
import {
  FileError,
  type FileErrorCode,
  type FileKind,
  type FileStatus,
  type FileSystem,
} from "../../runtime/file-system.ts";
import { type IgnoreRules, isIgnored, readIgnoreFile } from "./ignore-rules.ts";
import { realRoot } from "./path-guard.ts";
import { findRepository } from "./repository.ts";

export interface WalkLimits {
  /** Names looked at, also ignored ones. */
  readonly entriesMax: number;
  /** Directories below the start. */
  readonly depthMax: number;
  /** Bytes of all files together, each counted up to `fileBytesMax`, since no more of it is read. */
  readonly bytesMax: number;
  readonly fileBytesMax: number;
}

export type SkipReason =
  /** Permission, or an error of the disk; `code` says which. */
  | "unreadable"
  /** It was there when its directory was listed and is not any more. */
  | "vanished"
  /** Links are never followed: what they lead to inside the tree is listed under its own name. */
  | "symlink"
  /** A pipe, socket or device. */
  | "not_regular_file"
  /** Its name is not UTF-8, so that it cannot be named to the operating system. */
  | "name_not_utf8"
  | "ignore_file_refused"
  /** The sandbox forbids it. */
  | "denied"
  | "depth_limit"
  | "entries_limit"
  | "bytes_limit";

export interface FoundFile {
  readonly kind: "file";
  /** Posix, relative to the directory that was given. Any characters but "/" and NUL: sanitize it before printing. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. Left out by an owner of an earlier version. */
  readonly modifiedMs?: number;
}

export interface SkippedPath {
  readonly kind: "skipped";
  readonly path: string;
  readonly reason: SkipReason;
  readonly code?: FileErrorCode;
}

export type WalkEntry = FoundFile | SkippedPath;

/** What is asked before anything is looked into. Paths are real ones. */
export interface WalkGuard {
  /** Throws where the start may not be listed. */
  enter(root: string): void;
  denies(path: string, isDirectory: boolean): boolean;
  /** Hears of each directory that is looked into; posix, relative to the start, "" for the start itself. */
  readonly entered?: (path: string) => void;
}

interface Entry {
  readonly path: string;
  readonly name: string;
  readonly kind: FileKind;
}

interface Directory {
  readonly path: string;
  readonly depth: number;
  readonly rules: IgnoreRules | undefined;
  /** What is left to do in it, the next one last. */
  readonly entries: Entry[];
}

type Looked = { readonly status: FileStatus } | { readonly error: unknown };

/** Files of one directory: as many as keep a disk busy. */
const lookedAtTogether = 32;

// Neither is ever part of a project's own sources; node_modules can hold more files than everything else together.
const SKIPPED_NAMES: ReadonlySet<string> = new Set([".git", "node_modules"]);

/**
 * Every file below `start`, depth first, names in the order of their code units.
 *
 * Left out without a word: `.git`, `node_modules`, and what `.gitignore` files (also those between `start` and the top
 * of its repository) and `.git/info/exclude` name. Everything else that is not given has a record with the reason.
 * Fails with a `FileError` only where `start` itself is no directory or cannot be listed.
 */
export async function* walk(
  files: FileSystem,
  start: string,
  limits: WalkLimits,
  guard: WalkGuard = openGuard,
): AsyncGenerator<WalkEntry> {
  const root = await realRoot(files, start);
  guard.enter(root);
  yield* new Walker(files, root, limits, guard).run();
}

const openGuard: WalkGuard = { enter: () => {}, denies: () => false };

class Walker {
  readonly #files: FileSystem;
  readonly #root: string;
  readonly #limits: WalkLimits;
  readonly #guard: WalkGuard;
  /** Where the start lies in its repository, posix, "" for its top. */
  #prefix = "";
  #entries = 0;
  #bytes = 0;
  /** Files of which it was asked already how they are. */
  readonly #asked = new Map<string, Promise<Looked>>();

  constructor(files: FileSystem, root: string, limits: WalkLimits, guard: WalkGuard) {
    this.#files = files;
    this.#root = root;
    this.#limits = limits;
    this.#guard = guard;
  }

  async *run(): AsyncGenerator<WalkEntry> {
    const repository = await findRepository(this.#files, this.#root);
    this.#prefix = repository.prefix;
    const first = await this.#list("");
    if (first === undefined) {
      yield skipped(".", "entries_limit");
      return;
    }
    const open = [yield* this.#enter("", 0, first, repository.rules)];
    for (let directory = open.at(-1); directory !== undefined; directory = open.at(-1)) {
      const entry = directory.entries.pop();
      if (entry === undefined) open.pop();
      else if (isIgnored(directory.rules, this.#inRepository(entry.path), entry.kind === "directory"))
        continue;
      else if (this.#guard.denies(this.#absolute(entry.path), entry.kind === "directory"))
        yield skipped(entry.path, "denied");
      else if (entry.kind !== "directory") yield await this.#inspect(entry, directory);
      else {
        const listed = await this.#descend(entry.path, directory.depth + 1);
        if (Array.isArray(listed)) {
          open.push(yield* this.#enter(entry.path, directory.depth + 1, listed, directory.rules));
        } else yield listed;
      }
    }
  }

  /** A directory that is listed, with the rules of its own ignore file before those from above. */
  async *#enter(
    path: string,
    depth: number,
    entries: Entry[],
    above: IgnoreRules | undefined,
  ): AsyncGenerator<SkippedPath, Directory> {
    const own = entries.find((entry) => entry.name === ".gitignore" && entry.kind === "file");
    if (own === undefined) return { path, depth, entries, rules: above };
    const ignoreFile = await readIgnoreFile(this.#files, this.#absolute(own.path));
    if (ignoreFile.kind === "refused") yield skipped(own.path, "ignore_file_refused", ignoreFile.error.code);
    if (ignoreFile.kind !== "rules") return { path, depth, entries, rules: above };
    const rules = { rules: ignoreFile.rules, directory: this.#inRepository(path), above };
    return { path, depth, entries, rules };
  }

  async #descend(path: string, depth: number): Promise<Entry[] | SkippedPath> {
    if (depth > this.#limits.depthMax) return skipped(path, "depth_limit");
    if (this.#entries > this.#limits.entriesMax) return skipped(path, "entries_limit");
    try {
      // A directory that became a link since it was listed would lead elsewhere, and so would one that becomes it now.
      if (await this.#leadsElsewhere(path)) return skipped(path, "symlink");
      const listed = await this.#list(path);
      if (await this.#leadsElsewhere(path)) return skipped(path, "symlink");
      return listed ?? skipped(path, "entries_limit");
    } catch (error) {
      return skippedFor(path, error);
    }
  }

  async #leadsElsewhere(path: string): Promise<boolean> {
    const absolute = this.#absolute(path);
    return (await this.#files.realPath(absolute)) !== absolute;
  }

  /** The entries of a directory, last name first; undefined where they are more than are left to look at. */
  async #list(path: string): Promise<Entry[] | undefined> {
    const entries: Entry[] = [];
    this.#guard.entered?.(path);
    for await (const { name, kind } of this.#files.readDirectory(this.#absolute(path))) {
      if (SKIPPED_NAMES.has(name)) continue;
      this.#entries += 1;
      if (this.#entries > this.#limits.entriesMax) return undefined;
      entries.push({ path: posix.join(path, name), name, kind });
    }
    return entries.sort((a, b) => (a.name < b.name ? 1 : -1));
  }

  async #inspect({ path, name, kind }: Entry, directory: Directory): Promise<WalkEntry> {
    if (kind === "symlink") return skipped(path, "symlink");
    if (kind !== "file") return skipped(path, "not_regular_file");
    try {
      const looked = await this.#look(path, directory);
      if ("error" in looked) throw looked.error;
      const { status } = looked;
      if (status.kind !== "file") return skipped(path, "vanished");
      const counted = Math.min(status.size, this.#limits.fileBytesMax);
      if (this.#bytes + counted > this.#limits.bytesMax) return skipped(path, "bytes_limit");
      this.#bytes += counted;
      return { kind: "file", path, bytes: status.size, modifiedMs: status.modifiedMs };
    } catch (error) {
      // The replacement character stands where bytes of a name were no UTF-8.
      if (name.includes("\uFFFD")) return skipped(path, "name_not_utf8");
      return skippedFor(path, error);
    }
  }

  /** How a file is; what comes next in its directory is asked for as well, since most of the time is waiting for the disk. */
  #look(path: string, { entries, rules }: Directory): Promise<Looked> {
    const known = this.#asked.get(path);
    if (known !== undefined) {
      this.#asked.delete(path);
      return known;
    }
    for (const next of entries.slice(-lookedAtTogether)) {
      const isWanted =
        next.kind === "file" &&
        !isIgnored(rules, this.#inRepository(next.path), false) &&
        !this.#guard.denies(this.#absolute(next.path), false);
      if (isWanted && !this.#asked.has(next.path)) this.#asked.set(next.path, this.#status(next.path));
    }
    return this.#status(path);
  }

  /** Never rejects. */
  #status(path: string): Promise<Looked> {
    return this.#files.linkStatus(this.#absolute(path)).then(
      (status) => ({ status }),
      (error: unknown) => ({ error }),
    );
  }

  #absolute(path: string): string {
    return join(this.#root, path);
  }

  #inRepository(path: string): string {
    return path === "" ? this.#prefix : posix.join(this.#prefix, path);
  }
}

function skipped(path: string, reason: SkipReason, code?: FileErrorCode): SkippedPath {
  return { kind: "skipped", path, reason, ...(code === undefined ? {} : { code }) };
}

function skippedFor(path: string, error: unknown): SkippedPath {
  if (!(error instanceof FileError)) throw error;
  return skipped(path, error.code === "file_not_found" ? "vanished" : "unreadable", error.code);
}

// Instructions that a project has for models: found at its top and above the paths that are worked on, and read once it is trusted.
import { isUtf8 } from "node:buffer";
import { posix, relative, resolve, sep } from "node:path";
import { FileError } from "../../runtime/file-system.ts";
import { type GuardedTree, openGuarded } from "./guard.ts";
import { isInside, realRoot } from "./path-guard.ts";
import { readHead } from "./source-file.ts";
import type { TrustBook } from "./trust.ts";

export interface Instruction {
  /** Below the project, posix. */
  readonly path: string;
  /** Text of the project's authors: what a model is told, and nothing that a program obeys. */
  readonly text: string;
}

export interface Instructions {
  readonly ok: true;
  /** The project's own first, then those nearer to the paths. */
  readonly files: readonly Instruction[];
  /** Files that are there and were not read, because the project is not trusted. */
  readonly waiting: readonly string[];
  /** Files that were left out, whole: they are no text, or with them it would be too much. */
  readonly leftOut: readonly string[];
}

/** Who knows what is trusted. */
export type Trust = Pick<TrustBook, "projectOf">;

/** As other tools call them. */
const fileNames = ["AGENTS.md", "CLAUDE.md", "GEMINI.md"] as const;

/** Bytes of all files together: some twenty pages, as much as a model still heeds beside the work itself. */
const bytesMax = 64 * 1024;
/** Directories that are looked at; deeper ones and further paths say nothing that those above do not. */
const directoriesMax = 256;

/** @param paths what is worked on, below the project; what lies outside of it has no instructions */
export async function instructionsOf(
  tree: GuardedTree & { readonly trust?: Trust | undefined },
  paths: readonly string[],
): Promise<Instructions> {
  const { files, trust } = tree;
  const root = await realRoot(files, tree.directory);
  const isTrusted = (await trust?.projectOf(root)) !== undefined;
  const reading = new Reading(tree);
  for (const directory of directoriesAbove(root, tree.directory, paths)) {
    for (const name of fileNames) {
      const path = posix.join(directory, name);
      if (isTrusted) await reading.read(path);
      else await reading.look(path);
    }
  }
  const { found, waiting, leftOut } = reading;
  return { ok: true, files: found, waiting, leftOut };
}

class Reading {
  readonly found: Instruction[] = [];
  readonly waiting: string[] = [];
  readonly leftOut: string[] = [];
  readonly #tree: GuardedTree;
  /** Two names often lead to one file. */
  readonly #seen = new Set<string>();
  #bytes = 0;

  constructor(tree: GuardedTree) {
    this.#tree = tree;
  }

  /** Whether it is there, and no more. */
  async look(path: string): Promise<void> {
    try {
      const { kind } = await this.#tree.files.linkStatus(resolve(this.#tree.directory, path));
      if (kind === "file" || kind === "symlink") this.waiting.push(path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }

  async read(path: string): Promise<void> {
    try {
      const { file, realPath } = await openGuarded(this.#tree, { path, isForModel: true }, "others");
      try {
        if (this.#seen.has(realPath)) return;
        this.#seen.add(realPath);
        const bytes = await readHead(file, bytesMax - this.#bytes + 1);
        if (this.#bytes + bytes.length > bytesMax || !isUtf8(bytes) || bytes.includes(0))
          this.leftOut.push(path);
        else {
          this.#bytes += bytes.length;
          this.found.push({ path, text: new TextDecoder().decode(bytes) });
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const isAbsent = error.code === "file_not_found" || error.code === "not_directory";
      // Behind a directory that leads out of the project nothing is ours to be told of.
      const isElsewhere = error.code === "outside_root" && !(await this.#isLink(path));
      if (!isAbsent && !isElsewhere) this.leftOut.push(path);
    }
  }

  async #isLink(path: string): Promise<boolean> {
    const { files, directory } = this.#tree;
    const status = await files.linkStatus(resolve(directory, path)).catch(() => undefined);
    return status?.kind === "symlink";
  }
}

/** Below the project, posix, those above before those below; "" is the project itself. */
function directoriesAbove(root: string, directory: string, paths: readonly string[]): readonly string[] {
  const directories = new Set([""]);
  for (const path of paths) {
    const absolute = resolve(root, path);
    const from = [root, resolve(directory)].find((one) => isInside(one, absolute));
    if (from === undefined) continue;
    const names = relative(from, absolute)
      .split(sep)
      .filter((name) => name !== "");
    // The last name may be a directory itself: where it is none, nothing is found in it.
    for (let count = 1; count <= names.length; count += 1) directories.add(names.slice(0, count).join("/"));
  }
  const depth = (path: string): number => (path === "" ? 0 : path.split("/").length);
  return [...directories].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1)).slice(0, directoriesMax);
}

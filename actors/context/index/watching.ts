// Knows what may have changed in a project since it was looked at: everything, or what a watch has told.
import { basename, join } from "node:path";
import { FileError, type FileKind, type FileSystem } from "../../../runtime/file-system.ts";
import type { Clock } from "../../../runtime/world.ts";
import { indexLimits } from "./limits.ts";
import { pathBelow } from "./paths.ts";
import type { WatchState } from "./question.ts";
import type { Watch, Watches } from "./watch.ts";

export interface WatchingOptions {
  /** Of the project, among those of this program. */
  readonly key: string;
  /** The real path of the project. */
  readonly root: string;
  readonly watches: Watches;
  readonly files: Pick<FileSystem, "linkStatus">;
  readonly clock: Clock;
}

/** What was seen by looking at everything. */
export interface Seen {
  /** Below the root, "" for the root itself; undefined where not all of the project was looked at, so that it cannot be watched. */
  readonly directories: readonly string[] | undefined;
  /** Regular files in them, and what else was found and is none, below the root. */
  readonly files: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}

/**
 * A watch begins with the second question about a project that comes some seconds after another one: a command that asks and ends
 * needs none. What it tells is believed for a minute, since some file systems tell nothing; then everything is looked at again.
 */
export class Watching {
  readonly #options: WatchingOptions;
  #state: WatchState = { state: "off" };
  #watch: Watch | undefined;
  #watched = "";
  #isAll = true;
  #firstMs: number | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #seen: Seen = { directories: undefined, files: new Set(), others: new Set() };
  #hasNews = false;
  /** Files that changed: true for those that may be none any more. */
  readonly #changed = new Map<string, boolean>();
  /** Names that came and are not known: something new, or gone again already. */
  readonly #strangers = new Set<string>();

  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  get state(): WatchState {
    return this.#state;
  }

  /** Once: why nothing is watched any more. */
  get news(): string | undefined {
    const news = this.#hasNews ? this.#state.reason : undefined;
    this.#hasNews = false;
    return news;
  }

  /** What is to be looked at for a question: everything, or these files below the root. */
  async due(): Promise<"all" | readonly string[]> {
    const { clock } = this.#options;
    if (this.#state.state !== "on" || clock.now() - this.#lookedMs > indexLimits.watchTrustedMs) return "all";
    if (!(await this.#isToldAll()) || this.#isAll) return "all";
    for (const path of [...this.#strangers]) {
      this.#strangers.delete(path);
      if ((await this.#kindOf(path)) !== undefined) return "all";
    }
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const [path, isName] of changed) if (isName && (await this.#kindOf(path)) !== "file") return "all";
    return changed.map(([path]) => path);
  }

  /** Everything is looked at from now on: what is told meanwhile is for the next question. */
  looking(): void {
    this.#isAll = false;
    this.#changed.clear();
    this.#strangers.clear();
    this.#lookedMs = this.#options.clock.now();
  }

  /** It did not work out: everything is to be looked at again. */
  failed(): void {
    this.#isAll = true;
  }

  /** Everything was looked at. Begins to watch where that is worth it. */
  async looked(seen: Seen): Promise<void> {
    const { clock, key, root, watches } = this.#options;
    const { directories, files, others } = seen;
    this.#seen = seen;
    this.#firstMs ??= clock.now();
    if (this.#state.state === "failed") return;
    const isTooLarge =
      directories === undefined ||
      directories.length > indexLimits.watchedDirectoriesMax ||
      files.size + others.size > indexLimits.watchedFilesMax;
    if (!isTooLarge && clock.now() - this.#firstMs < indexLimits.watchAfterMs) return;
    const watched = isTooLarge ? "" : JSON.stringify(directories);
    if (this.#watch !== undefined && watched === this.#watched) return;
    await this.#end();
    this.#watched = watched;
    const begun: WatchState = { state: isTooLarge ? "too_large" : "starting" };
    this.#state = begun;
    if (isTooLarge) return;
    this.#watch = watches.begin({
      ...{ key, root },
      directories: new Set(directories.map((path) => join(root, path))),
      onReady: () => {
        if (this.#state !== begun) return;
        this.#state = { state: "on" };
        // What changed before the watch had begun, nobody told.
        this.#isAll = true;
      },
      onChange: (path, isName) => this.#note(path, isName),
      onFailure: (reason) => {
        if (this.#state !== begun && this.#state.state !== "on") return;
        this.#state = { state: "failed", reason };
        this.#isAll = true;
        this.#hasNews = true;
      },
    });
  }

  async close(): Promise<void> {
    await this.#end();
  }

  async #end(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    this.#isAll = true;
    await watch?.close();
  }

  #note(path: string | undefined, isName: boolean): void {
    const below = path === undefined ? undefined : pathBelow(this.#options.root, path);
    const { directories, files, others } = this.#seen;
    if (below === undefined || below === "" || basename(below) === ".gitignore") this.#isAll = true;
    else if (files.has(below)) this.#changed.set(below, isName || this.#changed.get(below) === true);
    else if (others.has(below) || directories?.includes(below) === true) this.#isAll = true;
    else if (isName) this.#strangers.add(below);
    if (this.#changed.size + this.#strangers.size > indexLimits.changesTogetherMax) this.#isAll = true;
  }

  /**
   * What was written before this is told before it is answered: a watch and an answer of the file system reach the program in the
   * same place, and by the second answer everything was taken from there that waited when the first was asked for.
   */
  async #isToldAll(): Promise<boolean> {
    return (await this.#kindOf("")) === "directory" && (await this.#kindOf("")) === "directory";
  }

  /** Undefined for what is not there. */
  async #kindOf(path: string): Promise<FileKind | undefined> {
    const { files, root } = this.#options;
    try {
      return (await files.linkStatus(join(root, path))).kind;
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }
}

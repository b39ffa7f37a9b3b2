// The files of a project's repository, read as data through the guard of the workspace: what it does not let is not there.
import { FileError } from "../../../runtime/file-system.ts";
import {
  type Asker,
  type Bounds,
  boundsOf,
  type GuardedTree,
  guardedStart,
  openGuarded,
} from "../../workspace/guard.ts";
import { isInside } from "../../workspace/path-guard.ts";
import { readHead } from "../../workspace/source-file.ts";

/** Paths are below `.git`, with forward slashes. Nothing fails: what cannot be read is not there. */
export interface GitFiles {
  /** All of a file; undefined where it is longer than that, or cannot be read. */
  read(path: string, bytesMax: number): Promise<Buffer | undefined>;
  /** What a folder holds, at most so many names. */
  names(path: string, namesMax: number): Promise<readonly string[]>;
}

export interface GitPlace extends GuardedTree {
  /** The real path of the project. */
  readonly root: string;
  /** True where the person of this program named it. */
  readonly isNamed: boolean;
  readonly asker: Asker;
}

/** Undefined where the project itself cannot be read. */
export async function gitFiles(place: GitPlace): Promise<GitFiles | undefined> {
  return orUndefined(async () => new GuardedGitFiles(place, await boundsOf(place)));
}

class GuardedGitFiles implements GitFiles {
  readonly #place: GitPlace;
  readonly #bounds: Bounds;

  constructor(place: GitPlace, bounds: Bounds) {
    this.#place = place;
    this.#bounds = bounds;
  }

  read(path: string, bytesMax: number): Promise<Buffer | undefined> {
    const { root, isNamed, asker } = this.#place;
    return orUndefined(async () => {
      const asked = { path: `.git/${path}`, root, isNamed };
      const { file, realPath, status } = await openGuarded(this.#place, asked, asker, this.#bounds);
      try {
        // What settings allow elsewhere is not the history of this project.
        if (!isInside(root, realPath) || status.size > bytesMax) return undefined;
        // One byte more tells that it has grown: what is written now is for the next time.
        const bytes = await readHead(file, status.size + 1);
        return bytes.length > status.size
          ? undefined
          : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      } finally {
        await file.close();
      }
    });
  }

  async names(path: string, namesMax: number): Promise<readonly string[]> {
    const { root, isNamed, asker, files } = this.#place;
    const names: string[] = [];
    await orUndefined(async () => {
      const asked = { path: `.git/${path}`, root, isNamed };
      const { start, guard } = await guardedStart(this.#place, asked, asker);
      guard.enter(start);
      if (!isInside(root, start)) return;
      for await (const { name } of files.readDirectory(start)) if (names.push(name) >= namesMax) break;
    });
    return names;
  }
}

async function orUndefined<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

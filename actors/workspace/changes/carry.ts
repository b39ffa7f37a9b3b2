// Carries a kept change set out, or takes it back: file after file, each in one step, from wherever an earlier try has stopped.
import { join } from "node:path";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import { putTarget, type Target, targetOf } from "../target.ts";
import type { KeptSet } from "./kept-set.ts";

type Change = KeptSet["changes"][number];

/** How a file of a set is now. `other`: somebody else has changed it since, or it is no file any more. */
export type Standing = "before" | "after" | "other";

/** Every file of it, as it is now. Fails with a `FileError` where that cannot be found out. */
export async function standingOf(
  files: FileSystem,
  root: string,
  set: KeptSet,
): Promise<ReadonlyMap<string, Standing>> {
  const standing = new Map<string, Standing>();
  for (const change of set.changes) standing.set(change.path, (await lookAt(files, root, change)).standing);
  return standing;
}

/** Which way an interrupted set goes: on, as long as nobody else has touched its files. Pure. */
export function wayOf(standing: ReadonlyMap<string, Standing>): "forwards" | "backwards" {
  return [...standing.values()].includes("other") ? "backwards" : "forwards";
}

/** Where it stopped: nothing after that file is changed. */
export class CarryStopped extends Error {
  readonly path: string;
  /** Undefined where the file is not what it was when the set was thought out. */
  readonly failure: FileError | undefined;

  constructor(path: string, failure?: FileError) {
    super(failure?.message ?? path, { cause: failure });
    this.path = path;
    this.failure = failure;
  }
}

/** Has every file be as it is after. @throws {CarryStopped} */
export async function carryForwards(files: FileSystem, root: string, set: KeptSet): Promise<void> {
  for (const change of set.changes) {
    await stoppedAt(change.path, async () => {
      const { standing, target } = await lookAt(files, root, change);
      if (standing === "other" || target === undefined) throw new CarryStopped(change.path);
      if (standing === "before")
        await putTarget(files, target, change.becomes, change.mode ?? change.newMode ?? undefined);
      await clear(files, root, change.clears);
    });
  }
}

/**
 * Has every file be as it was before, but those that somebody else has changed since, which are left alone and given back by
 * their paths. @throws {CarryStopped}
 */
export async function carryBackwards(
  files: FileSystem,
  root: string,
  set: KeptSet,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const change of set.changes.toReversed()) {
    await stoppedAt(change.path, async () => {
      const { standing, target } = await lookAt(files, root, change);
      if (standing === "other" || target === undefined) left.push(change.path);
      else if (standing === "after") await putTarget(files, target, change.was, change.mode ?? undefined);
      if (standing !== "other") await clear(files, root, change.makes.toReversed());
    });
  }
  return left;
}

async function stoppedAt(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof FileError) throw new CarryStopped(path, error);
    throw error;
  }
}

async function lookAt(
  files: FileSystem,
  root: string,
  { path, before, after }: Change,
): Promise<{ readonly standing: Standing; readonly target: Target | undefined }> {
  try {
    const target = await targetOf(files, root, path);
    const standing = target.hash === after ? "after" : target.hash === before ? "before" : "other";
    return { standing, target };
  } catch (error) {
    if (error instanceof FileError && strange.has(error.code))
      return { standing: "other", target: undefined };
    throw error;
  }
}

/** Something else is where the file was, which says nothing of the disk. */
const strange: ReadonlySet<FileError["code"]> = new Set([
  "outside_root",
  "is_symlink",
  "is_directory",
  "not_regular_file",
  "not_directory",
  "file_too_large",
]);

/** Directories in which something is now stay. */
async function clear(files: FileSystem, root: string, directories: readonly string[]): Promise<void> {
  for (const path of directories) {
    try {
      await files.remove(join(root, ...path.split("/")), { followsLinks: false });
    } catch (error) {
      const isFine =
        error instanceof FileError &&
        (error.code === "directory_not_empty" || error.code === "file_not_found");
      if (!isFine) throw error;
    }
  }
}

// A file that is to be changed: what it is now, and how other bytes are put in its place.
import { dirname, join } from "node:path";
import { FileError, type FileStatus, type FileSystem } from "../../runtime/file-system.ts";
import { blobHash } from "../../runtime/store/blob-guard.ts";
import { workspaceAccessLimits } from "./limits.ts";

/** Permissions of a file and of a directory that were not there before: as people make them. */
const newFileMode = 0o644;
const newDirectoryMode = 0o755;

/** Whose file it becomes may be another one than before: what lets a program act as its owner is not kept. */
const permissions = 0o777;

export interface Target {
  /** Absolute. */
  readonly place: string;
  /** What is there; undefined where no file is. */
  readonly bytes: Uint8Array | undefined;
  /** Its SHA-256 in hex; null where no file is. */
  readonly hash: string | null;
  /** Permission bits; undefined where no file is. */
  readonly mode: number | undefined;
  /** Directories above it that are not there, the outermost first, by their paths below the root. */
  readonly missing: readonly string[];
}

/**
 * A file below a root, which is a real path, with no link on the way and none in its place.
 * Fails with a `FileError`: `outside_root`, `is_symlink` and the rest where it is nothing to be changed.
 */
export async function targetOf(files: FileSystem, root: string, path: string): Promise<Target> {
  const names = path.split("/");
  const place = join(root, ...names);
  const status = await statusIfThere(files, place);
  // A directory that is not there yet is made below one that really lies where its name says.
  const depth = await depthThere(files, root, names.slice(0, -1));
  const above = join(root, ...names.slice(0, depth));
  if ((await files.realPath(above)) !== above) throw new FileError("outside_root", "change", path);
  if (status !== undefined && status.kind !== "file") throw new FileError(refusalOf(status), "change", path);
  const missing = names.slice(depth, -1).map((_, index) => names.slice(0, depth + index + 1).join("/"));
  if (status === undefined) return { place, bytes: undefined, hash: null, mode: undefined, missing };
  // Nothing opens a link in the last place, so that what is hashed is what is replaced.
  const bytes = await files.readFile(place, { bytesMax: workspaceAccessLimits.wholeBytesMax });
  return { place, bytes, hash: blobHash(bytes), mode: status.mode & permissions, missing };
}

/** Replaces it in one step, or takes it away. @param mode of a file that is made. Fails with a `FileError`. */
export async function putTarget(
  files: FileSystem,
  { place, mode: own }: Target,
  bytes: Uint8Array | undefined,
  mode: number | undefined = own,
): Promise<void> {
  if (bytes === undefined) {
    await files.remove(place, { followsLinks: false });
    return;
  }
  await files.makeDirectory(dirname(place), { mode: newDirectoryMode, followsLinks: false });
  await files.writeFile(place, bytes, { mode: mode ?? newFileMode, followsLinks: false });
}

async function statusIfThere(files: FileSystem, path: string): Promise<FileStatus | undefined> {
  try {
    return await files.linkStatus(path);
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return undefined;
    throw error;
  }
}

/** How many of the names lead to something that is there. */
async function depthThere(files: FileSystem, root: string, names: readonly string[]): Promise<number> {
  for (let count = names.length; count > 0; count -= 1) {
    if ((await statusIfThere(files, join(root, ...names.slice(0, count)))) !== undefined) return count;
  }
  return 0;
}

function refusalOf({ kind }: FileStatus): FileError["code"] {
  if (kind === "symlink") return "is_symlink";
  return kind === "directory" ? "is_directory" : "not_regular_file";
}

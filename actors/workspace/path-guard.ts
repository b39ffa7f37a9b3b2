// Decides whether a path stays inside a directory, and opens files so that the answer still holds once they are open.
import { isAbsolute, relative, sep } from "node:path";
import { FileError, type FileStatus, type FileSystem, type OpenFile } from "../../runtime/file-system.ts";

/** A regular file that is open, with the path it really has. Whoever asked for it closes `file`. */
export interface GuardedFile {
  readonly file: OpenFile;
  readonly realPath: string;
  readonly status: FileStatus;
}

/** The real path of a directory, fit to be the `root` of `openInside`. Fails with a `FileError`. */
export async function realRoot(files: FileSystem, path: string): Promise<string> {
  const real = await files.realPath(path);
  const { kind } = await files.linkStatus(real);
  if (kind !== "directory") throw new FileError("not_directory", "read", path);
  return real;
}

/**
 * Opens a regular file for reading, wherever links lead, as long as it really lies inside `root`.
 *
 * `root` is a real path; undefined means that the user named this one file and any place will do. Fails with a
 * `FileError`: `outside_root`, `not_regular_file`, `file_changed` where the path was swapped meanwhile, and the rest.
 */
export async function openInside(
  files: FileSystem,
  root: string | undefined,
  path: string,
): Promise<GuardedFile> {
  const realPath = await files.realPath(path);
  refuseOutside(root, realPath, path);
  const file = await openNamed(files, realPath, path);
  try {
    const status = await file.status();
    await refuseSwapped(files, root, path, status);
    return { file, realPath, status };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Whether `path` is `root` or below it, compared name by name. Both are real paths. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && way.split(sep)[0] !== "..";
}

async function openNamed(files: FileSystem, realPath: string, path: string): Promise<OpenFile> {
  try {
    return await files.open(realPath);
  } catch (error) {
    // A link where the real path had none was put there after the path was resolved.
    if (error instanceof FileError && error.code === "is_symlink") throw changed(path, error);
    throw error;
  }
}

/** A directory on the way can be swapped for a link between the check and the open, so both are compared afterwards. */
async function refuseSwapped(
  files: FileSystem,
  root: string | undefined,
  path: string,
  opened: FileStatus,
): Promise<void> {
  const realPath = await files.realPath(path);
  refuseOutside(root, realPath, path);
  const now = await files.linkStatus(realPath);
  if (now.device !== opened.device || now.inode !== opened.inode) throw changed(path);
}

function refuseOutside(root: string | undefined, realPath: string, path: string): void {
  if (root !== undefined && !isInside(root, realPath)) throw new FileError("outside_root", "read", path);
}

function changed(path: string, cause?: unknown): FileError {
  return new FileError("file_changed", "read", path, { cause });
}

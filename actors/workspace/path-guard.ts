// Decides whether a path stays inside a directory, and opens files so that the answer still holds once they are open.
import { isAbsolute, relative, sep } from "node:path";
import { FileError, type FileStatus, type FileSystem, type OpenFile } from "../../runtime/file-system.ts";

/** A regular file that is open, with the path it really has. Whoever asked for it closes `file`. */
export interface GuardedFile {
  readonly file: OpenFile;
  readonly realPath: string;
  readonly status: FileStatus;
}

/** The real path of a directory, to hold others against. Fails with a `FileError`. */
export async function realRoot(files: FileSystem, path: string): Promise<string> {
  const real = await files.realPath(path);
  const { kind } = await files.linkStatus(real);
  if (kind !== "directory") throw new FileError("not_directory", "read", path);
  return real;
}

/**
 * Opens a regular file for reading, wherever links lead, as long as `check` throws for its real path neither before it is
 * opened nor afterwards. Fails with what `check` throws, and with a `FileError`: `not_regular_file`, `file_changed` where the
 * path was swapped meanwhile, and the rest.
 */
export async function openChecked(
  files: FileSystem,
  path: string,
  check: (realPath: string) => void,
): Promise<GuardedFile> {
  const realPath = await files.realPath(path);
  check(realPath);
  const file = await openNamed(files, realPath, path);
  try {
    const status = await file.status();
    await refuseSwapped(files, path, status, check);
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
    // Two looks at a path cannot tell that it led elsewhere between them.
    return await files.open(realPath, { followsLinks: false });
  } catch (error) {
    // A link where the real path had none was put there after the path was resolved.
    if (error instanceof FileError && error.code === "is_symlink") throw changed(path, error);
    throw error;
  }
}

/** A directory on the way can be swapped for a link between the check and the open, so both are compared afterwards. */
async function refuseSwapped(
  files: FileSystem,
  path: string,
  opened: FileStatus,
  check: (realPath: string) => void,
): Promise<void> {
  const realPath = await files.realPath(path);
  check(realPath);
  const now = await files.linkStatus(realPath);
  if (now.device !== opened.device || now.inode !== opened.inode) throw changed(path);
}

function changed(path: string, cause?: unknown): FileError {
  return new FileError("file_changed", "read", path, { cause });
}

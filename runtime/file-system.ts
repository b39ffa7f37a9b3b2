// The seam to files: what the four chapters may ask of a file system, and the one error that every refusal arrives as.
import { AiexError } from "./errors.ts";
import { sanitizeLine } from "./observe/sanitize.ts";

export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "device" | "other";

export interface FileStatus {
  readonly kind: FileKind;
  /** Bytes, as the file system reports them; 0 for most things that are no regular file. */
  readonly size: number;
  /** Device and inode are text because 64-bit inode numbers do not fit a JavaScript number. */
  readonly device: string;
  readonly inode: string;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
  /** Permission bits only, for example 0o644. */
  readonly mode: number;
  /** Names that lead to the same file: more than 1 where it has hard links. */
  readonly links: number;
}

export interface DirectoryEntry {
  readonly name: string;
  /** The kind of the entry itself: a link is a "symlink", whatever it points to. */
  readonly kind: FileKind;
}

/** A file that is open for reading. Whoever opened it closes it. */
export interface OpenFile {
  /** The status of the file that is open, whatever its path leads to by now. */
  status(): Promise<FileStatus>;
  /** The next bytes: at least one, at most `bytesMax` (a positive integer), often fewer; none at the end of the file. */
  read(bytesMax: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ReadFileOptions {
  /** A longer file is refused with `file_too_large`; nothing beyond this is ever held. */
  readonly bytesMax: number;
}

/** For paths that others may change while they are in use. */
export interface LinkOptions {
  /**
   * False to fail with `outside_root` where a directory on the way is a link, or becomes one meanwhile: the path is absolute, without
   * "." and "..". Default true.
   */
  readonly followsLinks?: boolean;
}

export interface WriteFileOptions extends LinkOptions {
  /** Permission bits of the new file, for example 0o600. */
  readonly mode: number;
}

export interface ReplaceFileOptions extends WriteFileOptions {
  /**
   * False where the file may be empty, torn or gone after a power cut, because it can be made again; a running system
   * still sees the old bytes or the new ones. Default true, which waits for the disk.
   */
  readonly durable?: boolean;
  /**
   * False to fail with `file_exists` where something is at `path`, whatever that is: of several who write at the same time one is heard.
   * Default true.
   */
  readonly replaces?: boolean;
}

export interface RemoveOptions extends LinkOptions {
  /** True to remove a directory with everything in it. Links are removed, never followed. Default false. */
  readonly recursive?: boolean;
}

/** Every method takes absolute or working-directory-relative paths and fails with a `FileError` only. */
export interface FileSystem {
  /** The status of what `path` leads to, following links. */
  status(path: string): Promise<FileStatus>;
  /** The status of `path` itself: a link is reported as a "symlink". */
  linkStatus(path: string): Promise<FileStatus>;
  /** The absolute path of `path` with every link resolved. */
  realPath(path: string): Promise<string>;
  /** The text a link holds. */
  readLink(path: string): Promise<string>;
  /** Entries in no particular order, read a few at a time; stop iterating to stop reading. */
  readDirectory(path: string): AsyncIterable<DirectoryEntry>;
  /**
   * Opens a regular file. Never follows a link in the last place (`is_symlink`), never waits on a FIFO, and refuses
   * everything that is not a regular file with `not_regular_file`.
   */
  open(path: string, options?: LinkOptions): Promise<OpenFile>;
  /** The whole of a regular file, opened as `open` does. */
  readFile(path: string, options: ReadFileOptions): Promise<Uint8Array>;
  /**
   * Replaces or creates `path` in one step: a reader sees the old bytes or the new ones, also after a power cut.
   * A link at `path` is replaced, not followed. With `replaces: false` it only creates.
   */
  writeFile(path: string, bytes: Uint8Array, options: ReplaceFileOptions): Promise<void>;
  /** Adds to the end of a regular file, making it with `mode` where there is none. Follows no link in the last place. */
  appendFile(path: string, bytes: Uint8Array, options: WriteFileOptions): Promise<void>;
  /** Makes a directory and the ones above it that are missing, each with `mode`. An existing directory is left as it is. */
  makeDirectory(path: string, options: WriteFileOptions): Promise<void>;
  /** Removes a file, a link or an empty directory. */
  remove(path: string, options?: RemoveOptions): Promise<void>;
}

export type FileErrorCode =
  | "file_not_found"
  | "file_denied"
  | "file_exists"
  | "file_too_large"
  | "not_regular_file"
  | "not_directory"
  | "is_directory"
  | "is_symlink"
  | "directory_not_empty"
  | "too_many_links"
  | "path_too_long"
  | "bad_path"
  | "outside_root"
  | "file_changed"
  | "no_space"
  | "read_only_file_system"
  | "too_many_open_files"
  | "file_failed";

export interface FileErrorOptions {
  readonly cause?: unknown;
  /** Replaces the sentence that is usual for the code. */
  readonly because?: string;
}

/** A file operation that did not happen. `path` is what was given, unchanged; `message` is safe to print. */
export class FileError extends AiexError {
  override readonly code: FileErrorCode;
  readonly path: string;

  constructor(code: FileErrorCode, operation: string, path: string, options: FileErrorOptions = {}) {
    super(`Cannot ${operation} ${quotePath(path)}: ${options.because ?? SENTENCES[code]}`, {
      details: { path, operation },
      retryable: code === "too_many_open_files" || code === "file_changed",
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
    this.code = code;
    this.path = path;
  }
}

/** The error for an operating system's error number, such as "ENOENT". An unknown one becomes `file_failed`. */
export function fileErrorOf(errno: string, operation: string, path: string, cause?: unknown): FileError {
  const code = CODES[errno];
  if (code !== undefined) return new FileError(code, operation, path, { cause });
  const because = `the operating system answered ${errno}. Check the disk and the path, then try again.`;
  return new FileError("file_failed", operation, path, { cause, because });
}

/** The name that a file has while it is written, beside the one that it replaces; a program that is killed then leaves it there. */
export function temporaryName(token: string): string {
  return `.aiex-${token}.tmp`;
}

export function isTemporaryName(name: string): boolean {
  return /^\.aiex-[0-9a-f]{32}\.tmp$/.test(name);
}

/** The path in double quotes, cut where it is very long, with nothing in it that a terminal would obey. */
export function quotePath(path: string): string {
  const cut = path.length > pathCharactersShown ? `${path.slice(0, pathCharactersShown)}…` : path;
  return `"${sanitizeLine(cut)}"`;
}

// Longer than any path a person would read, short enough to keep a message on one screen.
const pathCharactersShown = 500;

const SENTENCES: Readonly<Record<FileErrorCode, string>> = {
  file_not_found: "there is nothing at this path. Check the spelling and the working directory.",
  file_denied: "permission denied. Check who owns it and its permissions (ls -ld).",
  file_exists: "something is already there. Choose another name or remove it first.",
  file_too_large: "it is larger than the limit. Choose a smaller file or raise the limit.",
  not_regular_file: "it is not a regular file but a pipe, socket or device. Give the path of a regular file.",
  not_directory: "part of the path is not a directory. Check the path.",
  is_directory: "it is a directory. Give the path of a file.",
  is_symlink: "it is a symbolic link, which is not followed here. Give the path that it leads to.",
  directory_not_empty: "the directory is not empty. Empty it first.",
  too_many_links:
    "its symbolic links lead in a circle or are too many. Remove the circle or give the real path.",
  path_too_long: "the path is longer than the system allows. Use a shorter path.",
  bad_path: "a path cannot hold a NUL character. Check the path.",
  outside_root: "it lies outside the directory that this command may read. Give a path inside it.",
  file_changed: "it was replaced while it was being opened. Try again.",
  no_space: "the disk or the quota is full. Free some space.",
  read_only_file_system: "the file system is read-only. Choose another place.",
  too_many_open_files: "too many files are open. Try again, or raise the limit (ulimit -n).",
  file_failed: "the operating system refused. Check the disk and the path, then try again.",
};

const CODES: Readonly<Record<string, FileErrorCode>> = {
  ENOENT: "file_not_found",
  EACCES: "file_denied",
  EPERM: "file_denied",
  EEXIST: "file_exists",
  EFBIG: "file_too_large",
  ENXIO: "not_regular_file",
  ENODEV: "not_regular_file",
  EOPNOTSUPP: "not_regular_file",
  ENOTDIR: "not_directory",
  EISDIR: "is_directory",
  ENOTEMPTY: "directory_not_empty",
  ELOOP: "too_many_links",
  ENAMETOOLONG: "path_too_long",
  ERR_INVALID_ARG_VALUE: "bad_path",
  ENOSPC: "no_space",
  EDQUOT: "no_space",
  EROFS: "read_only_file_system",
  EMFILE: "too_many_open_files",
  ENFILE: "too_many_open_files",
};

// The files of this machine. The only place that talks to node:fs.
import { type BigIntStats, constants, type Dirent, promises as fs } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  type DirectoryEntry,
  FileError,
  type FileKind,
  type FileStatus,
  type FileSystem,
  fileErrorOf,
  type LinkOptions,
  type OpenFile,
  type ReadFileOptions,
  type RemoveOptions,
  type ReplaceFileOptions,
  temporaryName,
  type WriteFileOptions,
} from "../file-system.ts";
import type { Random } from "../world.ts";
import { inHeldDirectory, makeHeldDirectory } from "./held-directory.ts";

type FileHandle = Awaited<ReturnType<typeof fs.open>>;

// Large enough that a source file takes one or two reads, small enough that a thousand open files fit in memory.
const readChunkBytes = 256 * 1024;
// A directory is read this many entries at a time, so that one with a million entries is never held whole.
const directoryChunkEntries = 128;
// 128 bits: a name that nobody can guess and link elsewhere before it is made.
const temporaryNameBytes = 16;

// Windows lacks both flags; there the status taken before the open has to do.
const noFollow = constants.O_NOFOLLOW ?? 0;
const noWaiting = constants.O_NONBLOCK ?? 0;

/** The real file system. Temporary names come from `random`. */
export function realFileSystem(random: Random): FileSystem {
  return {
    status: (path) => attempt("look at", path, async () => statusOf(await fs.stat(path, { bigint: true }))),
    linkStatus: (path) =>
      attempt("look at", path, async () => statusOf(await fs.lstat(path, { bigint: true }))),
    realPath,
    readLink: (path) => attempt("read the link", path, () => fs.readlink(path)),
    readDirectory,
    open,
    readFile,
    writeFile: (path, bytes, options) => writeFile(path, bytes, options, random),
    appendFile,
    makeDirectory: (path, { mode, followsLinks = true }) =>
      attempt(making, path, () =>
        followsLinks ? makeDirectory(path, mode) : makeHeldDirectory(making, path, mode),
      ),
    remove,
  };
}

const making = "make the directory";

async function realPath(path: string): Promise<string> {
  const operation = "resolve";
  try {
    return await attempt(operation, path, () => fs.realpath(path));
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
    // What a shell makes of <(command) leads to a pipe, which has no path.
    const there = await fs.stat(path).catch(() => undefined);
    if (there !== undefined) refuseUnlessRegular(operation, path, kindOf(there));
    throw error;
  }
}

async function* readDirectory(path: string): AsyncGenerator<DirectoryEntry> {
  const operation = "list";
  const directory = await attempt(operation, path, () =>
    fs.opendir(path, { bufferSize: directoryChunkEntries }),
  );
  try {
    for (;;) {
      const entry = await attempt(operation, path, () => directory.read());
      if (entry === null) return;
      yield { name: entry.name, kind: kindOf(entry) };
    }
  } finally {
    await directory.close();
  }
}

async function open(path: string, { followsLinks = true }: LinkOptions = {}): Promise<OpenFile> {
  if (followsLinks) return readerOf(path, await openRegular("read", path, constants.O_RDONLY));
  const openIn = (held: string): Promise<FileHandle> =>
    openRegular("read", path, constants.O_RDONLY, undefined, join(held, basename(path)));
  const handle = await attempt("read", path, () => inHeldDirectory("read", dirname(path), openIn));
  return readerOf(path, handle);
}

async function readFile(path: string, options: ReadFileOptions): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      // One byte more than allowed tells a file that is too large from one that just fits, also while it grows.
      const chunk = await file.read(options.bytesMax + 1 - size);
      if (chunk.length === 0) return Buffer.concat(chunks);
      chunks.push(chunk);
      size += chunk.length;
      if (size > options.bytesMax) throw tooLarge(path, options.bytesMax);
    }
  } finally {
    await file.close();
  }
}

async function writeFile(
  path: string,
  bytes: Uint8Array,
  options: ReplaceFileOptions,
  random: Random,
): Promise<void> {
  const operation = "write";
  const directory = dirname(path);
  const replace = (held: string): Promise<void> =>
    replaceIn(held, path, { operation, bytes, options, random });
  if (options.followsLinks ?? true) await replace(directory);
  else await attempt(operation, path, () => inHeldDirectory(operation, directory, replace));
}

interface Replacement {
  readonly operation: string;
  readonly bytes: Uint8Array;
  readonly options: ReplaceFileOptions;
  readonly random: Random;
}

/** @param directory what leads to the directory of `path` */
async function replaceIn(directory: string, path: string, replacement: Replacement): Promise<void> {
  const { operation, bytes, options, random } = replacement;
  const { mode, durable = true, replaces = true } = options;
  const name = Buffer.from(random.bytes(temporaryNameBytes)).toString("hex");
  const temporary = join(directory, temporaryName(name));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
  await attempt(operation, path, async () => {
    const handle = await fs.open(temporary, flags, mode);
    try {
      try {
        await handle.writeFile(bytes);
        // The process's umask has narrowed the mode that open was given.
        await handle.chmod(mode);
        if (durable) await handle.sync();
      } finally {
        await handle.close();
      }
      const target = join(directory, basename(path));
      if (replaces) await fs.rename(temporary, target);
      else await createAs(target, temporary);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      throw error;
    }
  });
  if (durable) await syncDirectory(directory);
}

/** Gives a file the name that it is to have, unless something has that. A second name is the one way that never replaces. */
async function createAs(target: string, temporary: string): Promise<void> {
  try {
    await fs.link(temporary, target);
    await fs.rm(temporary, { force: true });
  } catch (error) {
    if (!withoutLinks.has(errnoOf(error))) throw error;
    // Some file systems have one name for a file, as FAT: there two who are as fast as each other are not told apart.
    if ((await statusIfThere(target)) !== undefined)
      throw Object.assign(new Error("The file exists."), { code: "EEXIST" });
    await fs.rename(temporary, target);
  }
}

const withoutLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

async function appendFile(path: string, bytes: Uint8Array, options: WriteFileOptions): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  const handle = await openRegular("append to", path, flags, options.mode);
  try {
    await attempt("append to", path, () => handle.writeFile(bytes));
  } finally {
    await handle.close();
  }
}

/** Level by level, because fs.mkdir with `recursive` never ends where nothing can be made in a directory, as below /proc. */
async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await makeOneDirectory(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (errnoOf(error) !== "ENOENT" || above === path) throw error;
    await makeDirectory(above, mode);
    await makeOneDirectory(path, mode);
  }
}

async function makeOneDirectory(path: string, mode: number): Promise<void> {
  try {
    await fs.mkdir(path, { mode });
  } catch (error) {
    const isThere = errnoOf(error) === "EEXIST" && (await fs.stat(path)).isDirectory();
    if (!isThere) throw error;
  }
}

async function remove(path: string, options: RemoveOptions = {}): Promise<void> {
  await attempt("remove", path, async () => {
    const { recursive = false, followsLinks = true } = options;
    if (followsLinks) return removeAt(path, recursive);
    return inHeldDirectory("remove", dirname(path), (held) =>
      removeAt(join(held, basename(path)), recursive),
    );
  });
}

async function removeAt(path: string, recursive: boolean): Promise<void> {
  if (recursive) return fs.rm(path, { recursive: true });
  const found = await fs.lstat(path);
  return found.isDirectory() ? fs.rmdir(path) : fs.unlink(path);
}

/**
 * Opens a regular file and nothing else; the kind is judged on the file that is open, not on its name.
 * @param place what leads to it, where that is not its path
 */
async function openRegular(
  operation: string,
  path: string,
  flags: number,
  mode?: number,
  place = path,
): Promise<FileHandle> {
  // Looked at first, because opening some devices has effects of its own (a tape rewinds).
  const before = await attempt(operation, path, () => statusIfThere(place));
  if (before !== undefined) refuseUnlessRegular(operation, path, kindOf(before));
  const handle = await attempt(operation, path, () =>
    fs.open(place, flags | noFollow | noWaiting, mode).catch((error: unknown) => {
      // The look before has passed every directory on the way, so what is a link is the last name.
      if (errnoOf(error) === "ELOOP") throw new FileError("is_symlink", operation, path, { cause: error });
      throw error;
    }),
  );
  try {
    const status = await attempt(operation, path, () => handle.stat());
    refuseUnlessRegular(operation, path, kindOf(status));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function readerOf(path: string, handle: FileHandle): OpenFile {
  return {
    status: () => attempt("look at", path, async () => statusOf(await handle.stat({ bigint: true }))),
    read: (bytesMax) =>
      attempt("read", path, async () => {
        const buffer = Buffer.allocUnsafe(Math.min(bytesMax, readChunkBytes));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
        return buffer.subarray(0, bytesRead);
      }),
    close: () => attempt("close", path, () => handle.close()),
  };
}

async function statusIfThere(path: string): Promise<BigIntStats | undefined> {
  try {
    return await fs.lstat(path, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes a rename survive a power cut. Some systems cannot sync a directory; the file itself is complete either way. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await fs.open(path, constants.O_RDONLY).catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

async function attempt<Value>(operation: string, path: string, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw fileErrorOf(errnoOf(error), operation, path, error);
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
}

function refuseUnlessRegular(operation: string, path: string, kind: FileKind): void {
  if (kind === "file") return;
  if (kind === "symlink") throw new FileError("is_symlink", operation, path);
  throw new FileError(kind === "directory" ? "is_directory" : "not_regular_file", operation, path);
}

function tooLarge(path: string, bytesMax: number): FileError {
  const because = `it is larger than ${bytesMax} bytes, the limit here. Choose a smaller file or raise the limit.`;
  return new FileError("file_too_large", "read", path, { because });
}

function statusOf(stats: BigIntStats): FileStatus {
  return {
    kind: kindOf(stats),
    size: Number(stats.size),
    device: stats.dev.toString(),
    inode: stats.ino.toString(),
    modifiedMs: Number(stats.mtimeMs),
    mode: Number(stats.mode) & 0o7777,
    links: Number(stats.nlink),
  };
}

function kindOf(
  of: Pick<
    Dirent,
    | "isFile"
    | "isDirectory"
    | "isSymbolicLink"
    | "isFIFO"
    | "isSocket"
    | "isBlockDevice"
    | "isCharacterDevice"
  >,
): FileKind {
  if (of.isFile()) return "file";
  if (of.isDirectory()) return "directory";
  if (of.isSymbolicLink()) return "symlink";
  if (of.isFIFO()) return "fifo";
  if (of.isSocket()) return "socket";
  return of.isBlockDevice() || of.isCharacterDevice() ? "device" : "other";
}

// Opens LMDB in a folder that is for its owner alone: for one program at a time that writes, and for others that only read.
import { join } from "node:path";
import { getSystemErrorName } from "node:util";
import { AiexError } from "../../errors.ts";
import { FileError, type FileSystem } from "../../file-system.ts";
import { JournalFailed, StoreHeld } from "../failures.ts";
import { headerBytesMax, isUnfinished, whyNotLmdb } from "./lmdb-header.ts";
import { fileMode, holdAlone, inTurn, markedIn, readersOf, unmark } from "./lmdb-holder.ts";
import type { LmdbDatabase } from "./ordered-table.ts";

/** What is at the beginning of a file may be read in the middle of a commit. */
const looksMax = 5;
const folderMode = 0o700;
/** Room for some two hundred readers, of which there is one. */
const lockFileBytes = 16_384;
/** More than the two pages of a new file. */
const firstPagesBytes = 131_072;

/** Open for its owner. */
export interface HeldLmdb {
  readonly database: LmdbDatabase;
  /** From here on, others may have it. */
  leave(): Promise<void>;
}

const options = {
  encoding: "binary",
  keyEncoding: "binary",
  noSubdir: false,
  // Otherwise a commit can be seen before it is on the disk, and also where it never gets there.
  overlappingSync: false,
} as const;

/** By their paths, those that this program has open to write: LMDB has one environment for a file in a program. */
const held = new Map<string, LmdbDatabase>();

/** @throws {StoreHeld} a program has it open to write already; {JournalFailed} it cannot be read or written */
export async function openLmdb(files: FileSystem, folder: string): Promise<HeldLmdb> {
  try {
    await files.makeDirectory(folder, { mode: folderMode });
    const path = await files.realPath(folder);
    return await inTurn(path, async () => {
      if (held.has(path)) throw new StoreHeld(folder, process.pid);
      await prepare(files, folder);
      const { open } = await import("lmdb");
      const database: LmdbDatabase = open(path, options);
      try {
        await holdAlone(files, database, folder);
        await sync(database);
      } catch (error) {
        await database.close();
        throw error;
      }
      held.set(path, database);
      const leave = (): Promise<void> => {
        held.delete(path);
        // At once: where a commit failed, nobody but this has LMDB's own promise of it.
        const closed = database.close();
        return inTurn(path, async () => {
          await closed;
          await unmark(files, folder);
        });
      };
      return { database, leave };
    });
  } catch (error) {
    throw failureOf(folder, error);
  }
}

/**
 * Reads what was committed last, whoever writes to it. Gives what `work` does, which is given no database where none is there.
 * @throws {JournalFailed} it cannot be read
 */
export async function readLmdb<Result>(
  files: FileSystem,
  folder: string,
  work: (database: LmdbDatabase | undefined) => Result,
): Promise<Result> {
  try {
    const path = await pathOf(files, folder);
    if (path === undefined) return work(undefined);
    return await inTurn(path, async () => {
      const own = held.get(path);
      if (own !== undefined) return work(own);
      if (!(await isThere(files, folder))) return work(undefined);
      const { open } = await import("lmdb");
      const database: LmdbDatabase = open(path, { ...options, readOnly: true });
      try {
        return work(database);
      } finally {
        await database.close();
      }
    });
  } catch (error) {
    throw failureOf(folder, error);
  }
}

export interface FolderOwner {
  /** Its number, where one has the folder open to write. */
  readonly owner: number | undefined;
  /** Somebody had it open to write, and did not close it: not yet, or never. */
  readonly isMarked: boolean;
}

/** @throws {JournalFailed} it cannot be read */
export async function ownerOf(files: FileSystem, folder: string): Promise<FolderOwner> {
  try {
    const marked = await markedIn(files, folder);
    if (marked.length === 0) return { owner: undefined, isMarked: false };
    const owner = await readLmdb(files, folder, (database) => {
      const readers = database === undefined ? [] : readersOf(database);
      return marked.find((number) => readers.includes(number));
    });
    return { owner, isMarked: true };
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found")
      return { owner: undefined, isMarked: false };
    throw failureOf(folder, error);
  }
}

/** Finds out all that could keep LMDB from opening it: where that goes wrong, it uses memory that it gave back before. */
async function prepare(files: FileSystem, folder: string): Promise<void> {
  const [data, lock] = [join(folder, "data.mdb"), join(folder, "lock.mdb")];
  for (const path of [data, lock]) await files.appendFile(path, new Uint8Array(), { mode: fileMode });
  const start = await startOf(files, data);
  const why = whyNotLmdb(start);
  if (why !== undefined && !isUnfinished(start)) throw new JournalFailed(folder, why);
  if (why !== undefined) await files.writeFile(data, new Uint8Array(), { mode: fileMode });
  const { size } = await files.status(lock);
  // LMDB maps it into memory as a hole: on a full disk, the first touch of that would end the program.
  if (size < lockFileBytes)
    await files.appendFile(lock, new Uint8Array(lockFileBytes - size), { mode: fileMode });
  if (start.length > 0 && why === undefined) return;
  const room = join(folder, "room");
  try {
    await files.writeFile(room, new Uint8Array(firstPagesBytes), { mode: fileMode });
  } finally {
    await files.remove(room).catch(() => {});
  }
}

/** Where it is; undefined where it is not. */
async function pathOf(files: FileSystem, folder: string): Promise<string | undefined> {
  try {
    return await files.realPath(folder);
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return undefined;
    throw error;
  }
}

/** False where nothing was ever committed. */
async function isThere(files: FileSystem, folder: string): Promise<boolean> {
  try {
    let why: string | undefined;
    for (let look = 0; look < looksMax; look += 1) {
      const start = await startOf(files, join(folder, "data.mdb"));
      if (isUnfinished(start)) return false;
      why = whyNotLmdb(start);
      if (why === undefined) return true;
    }
    throw new JournalFailed(folder, why ?? "");
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return false;
    throw error;
  }
}

async function startOf(files: FileSystem, path: string): Promise<Uint8Array> {
  const file = await files.open(path);
  try {
    const chunks: Uint8Array[] = [];
    for (let room = headerBytesMax; room > 0; ) {
      const chunk = await file.read(room);
      if (chunk.length === 0) break;
      chunks.push(chunk);
      room -= chunk.length;
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

/** The first pages of a new file, before anything is committed: `isUnfinished` tells by that what was never committed. */
async function sync(database: LmdbDatabase): Promise<void> {
  // It is not among the types.
  const { env } = database as unknown as { readonly env: { sync(done: (error?: Error) => void): void } };
  await new Promise<void>((resolve, reject) => {
    env.sync((error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** What went wrong in words of ours; an `AiexError` stays what it is, but for those of files. */
export function failureOf(folder: string, error: unknown): AiexError {
  if (error instanceof FileError) return new JournalFailed(folder, error.message, { cause: error });
  if (error instanceof AiexError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const errno = typeof code === "number" && code > 0 ? getSystemErrorName(-code) : undefined;
  return new JournalFailed(folder, message, { cause: error, ...(errno === undefined ? {} : { errno }) });
}

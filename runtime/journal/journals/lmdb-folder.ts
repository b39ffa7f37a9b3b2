// Opens LMDB in a folder that is for its owner alone, and for one program at a time.
import { join } from "node:path";
import { getSystemErrorName } from "node:util";
import type { RootDatabase } from "lmdb";
import { AiexError } from "../../errors.ts";
import { FileError, type FileSystem } from "../../file-system.ts";
import { JournalFailed, StoreHeld } from "../failures.ts";
import { headerBytesMax, isUnfinished, whyNotLmdb } from "./lmdb-header.ts";

export type LmdbDatabase = RootDatabase<Uint8Array, Uint8Array>;

const folderMode = 0o700;
const fileMode = 0o600;
/** Room for some two hundred readers, of which there is one. */
const lockFileBytes = 16_384;
/** More than the two pages of a new file. */
const firstPagesBytes = 131_072;

/** @throws {StoreHeld} another program has it open; {JournalFailed} it cannot be read or written */
export async function openLmdb(files: FileSystem, folder: string): Promise<LmdbDatabase> {
  try {
    await prepare(files, folder);
    const { open } = await import("lmdb");
    const database: LmdbDatabase = open(folder, {
      encoding: "binary",
      keyEncoding: "binary",
      noSubdir: false,
      // Otherwise a commit can be seen before it is on the disk, and also where it never gets there.
      overlappingSync: false,
    });
    try {
      holdAlone(database, folder);
      await sync(database);
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  } catch (error) {
    throw failureOf(folder, error);
  }
}

/** Finds out all that could keep LMDB from opening it: where that goes wrong, it uses memory that it gave back before. */
async function prepare(files: FileSystem, folder: string): Promise<void> {
  await files.makeDirectory(folder, { mode: folderMode });
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

/**
 * Every program that reads has a place in LMDB's table of readers, with its number, until it closes or is dead. Two that come
 * at once may both find each other, and then neither gets it.
 */
function holdAlone(database: LmdbDatabase, folder: string): void {
  database.get(Uint8Array.of(0));
  database.readerCheck();
  const [, ...readers] = database.readerList().trim().split("\n");
  const numbers = readers.map((line) => Number.parseInt(line.trim(), 10));
  if (numbers.length === 1) return;
  throw new StoreHeld(folder, numbers.find((number) => number !== process.pid) ?? process.pid);
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

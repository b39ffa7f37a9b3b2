// Who has an LMDB folder open to write: one program at a time, known to all others.
import { join } from "node:path";
import type { FileSystem } from "../../file-system.ts";
import { StoreHeld } from "../failures.ts";
import type { LmdbDatabase } from "./ordered-table.ts";

export const fileMode = 0o600;
/** Of the file that says who may write, before the number of that program. */
const markPrefix = "owner.";

/**
 * Every program that has it open has a place in LMDB's table of readers, with its number, until it closes or is dead; who may
 * write has a mark in the folder besides, from before it takes that place. Two that come at once may both find each other, and
 * then neither gets it.
 */
export async function holdAlone(files: FileSystem, database: LmdbDatabase, folder: string): Promise<void> {
  const own = process.pid;
  await mark(files, folder);
  // Takes the place.
  database.get(Uint8Array.of(0));
  const readers = readersOf(database);
  if (readers.filter((number) => number === own).length > 1) throw new StoreHeld(folder, own);
  let marked = await markedIn(files, folder);
  if (!marked.includes(own)) {
    // Another owner took it for that of a dead program, before this one had its place.
    await mark(files, folder);
    marked = await markedIn(files, folder);
  }
  const others = marked.filter((number) => number !== own);
  const holder = others.find((number) => readers.includes(number));
  if (holder !== undefined) {
    await unmark(files, folder);
    throw new StoreHeld(folder, holder);
  }
  for (const number of others) await unmark(files, folder, number);
}

/** The numbers of all programs that have it open, of each as often as it has. */
export function readersOf(database: LmdbDatabase): readonly number[] {
  database.get(Uint8Array.of(0));
  database.readerCheck();
  const [, ...readers] = database.readerList().trim().split("\n");
  return readers.map((line) => Number.parseInt(line.trim(), 10));
}

async function mark(files: FileSystem, folder: string): Promise<void> {
  await files.appendFile(markOf(folder, process.pid), new Uint8Array(), { mode: fileMode });
}

/** One that stays behind is that of a dead program, to whoever comes next. */
export async function unmark(files: FileSystem, folder: string, number = process.pid): Promise<void> {
  await files.remove(markOf(folder, number)).catch(() => {});
}

function markOf(folder: string, number: number): string {
  return join(folder, `${markPrefix}${number}`);
}

/** The numbers of the programs that may write, and of those that could and are dead. */
export async function markedIn(files: FileSystem, folder: string): Promise<readonly number[]> {
  const marked: number[] = [];
  for await (const { name } of files.readDirectory(folder))
    if (name.startsWith(markPrefix)) marked.push(Number(name.slice(markPrefix.length)));
  return marked;
}

/** An environment that is to be written to must not be open in the same program to be read meanwhile. */
const turns = new Map<string, Promise<unknown>>();

export async function inTurn<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const running = (turns.get(path) ?? Promise.resolve()).then(work, work);
  turns.set(path, running);
  try {
    return await running;
  } finally {
    if (turns.get(path) === running) turns.delete(path);
  }
}

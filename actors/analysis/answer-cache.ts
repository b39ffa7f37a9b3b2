// Keeps what the parsers answered, by the content of what they were asked, so that an unchanged file is not parsed again.
// An entry is a file of its own in one of 256 folders. What is missing, torn or of another version is a miss, never an error.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { limits } from "../../runtime/limits.ts";
import { cacheFolderShareKept, cacheFolders, cachePutsPerSweep } from "./limits.ts";
import type { ParseRequest, ParseSuccess } from "./protocol.ts";
import { isTestPath } from "./test-path.ts";

export interface AnswerCache {
  get(request: ParseRequest): Promise<ParseSuccess | undefined>;
  /** Never fails: a cache that cannot be written to is one that forgets. */
  put(request: ParseRequest, answer: ParseSuccess): Promise<void>;
}

export interface AnswerCacheOptions {
  readonly files: FileSystem;
  /** Made with its first entry, for its owner only. */
  readonly directory: string;
  /** Bytes of all entries, roughly: the oldest entries go first. */
  readonly bytesMax: number;
  /** Differs wherever the engine or a rule does. */
  readonly engine: string;
}

/** The cache that keeps nothing. */
export const noAnswerCache: AnswerCache = { get: async () => undefined, put: async () => {} };

export function answerCache({ files, directory, bytesMax, engine }: AnswerCacheOptions): AnswerCache {
  const folderBytesMax = bytesMax / cacheFolders;
  let puts = 0;
  return {
    async get(request) {
      const { path, key } = placeOf(directory, engine, request);
      try {
        const bytes = await files.readFile(path, { bytesMax: limits.portFrameBytesMax });
        return answerIn(new TextDecoder().decode(bytes), key, request.id);
      } catch (error) {
        if (error instanceof FileError) return undefined;
        throw error;
      }
    },
    async put(request, answer) {
      const { folder, path, key } = placeOf(directory, engine, request);
      const bytes = new TextEncoder().encode(entryOf(key, answer));
      if (bytes.length > folderBytesMax) return;
      try {
        await write(files, folder, path, bytes);
        puts += 1;
        if (puts % cachePutsPerSweep === 0) await sweep(files, folder, folderBytesMax);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
    },
  };
}

/** Of the path only what the rules look at is part of the key: whether it names a test. */
function placeOf(directory: string, engine: string, { path, language, text }: ParseRequest) {
  const key = digest(JSON.stringify([engine, language, isTestPath(path), text]));
  const folder = join(directory, key.slice(0, 2));
  return { key, folder, path: join(folder, `${key.slice(2)}.json`) };
}

/** The first line vouches for the second: files are written without waiting for the disk. */
function entryOf(key: string, answer: ParseSuccess): string {
  const body = JSON.stringify(answer);
  return `${digest(key + body)}\n${body}`;
}

function answerIn(entry: string, key: string, id: ParseRequest["id"]): ParseSuccess | undefined {
  const end = entry.indexOf("\n");
  const body = entry.slice(end + 1);
  if (end < 0 || entry.slice(0, end) !== digest(key + body)) return undefined;
  return { ...(JSON.parse(body) as ParseSuccess), id };
}

async function write(files: FileSystem, folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const options = { mode: 0o600, durable: false };
  try {
    await files.writeFile(path, bytes, options);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
    await files.makeDirectory(folder, { mode: 0o700 });
    await files.writeFile(path, bytes, options);
  }
}

/** Removes the oldest entries of a folder that holds too many bytes. Another program may be doing the same. */
async function sweep(files: FileSystem, folder: string, bytesMax: number): Promise<void> {
  const entries: { readonly path: string; readonly size: number; readonly modifiedMs: number }[] = [];
  for await (const { name, kind } of files.readDirectory(folder)) {
    if (kind !== "file") continue;
    const path = join(folder, name);
    const status = await found(files.linkStatus(path));
    if (status !== undefined) entries.push({ path, size: status.size, modifiedMs: status.modifiedMs });
  }
  let bytes = entries.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= bytesMax) return;
  entries.sort((a, b) => a.modifiedMs - b.modifiedMs);
  for (const { path, size } of entries) {
    if (bytes <= bytesMax * cacheFolderShareKept) return;
    await found(files.remove(path));
    bytes -= size;
  }
}

async function found<Value>(looked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await looked;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

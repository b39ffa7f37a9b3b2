// The workspace reader: the one process that lists and reads what a person asked to have read. Failures are answers.
import { join, resolve } from "node:path";
import { FileError, type FileErrorCode } from "../../runtime/file-system.ts";
import { noReply, ok, replyWith, server } from "../../runtime/index.ts";
import type { World } from "../../runtime/world.ts";
import { readSourceFile } from "./source-file.ts";
import type { SourceText, SourceTextLimits } from "./source-text.ts";
import { type WalkEntry, type WalkLimits, walk } from "./walk.ts";

export interface ReaderInput {
  readonly limits: WalkLimits & SourceTextLimits;
  /** Where relative paths start. */
  readonly directory: string;
}

export interface ReaderFailure {
  readonly ok: false;
  readonly code: FileErrorCode;
  readonly message: string;
}

/** What a path is: one file, or a directory with its entries. */
export type Listing =
  | { readonly ok: true; readonly kind: "file" }
  | {
      readonly ok: true;
      readonly kind: "directory";
      readonly root: string;
      readonly entries: readonly WalkEntry[];
    };

export type ReadSource = {
  readonly ok: true;
  readonly bytes: number;
  /** Where the file really is, links resolved. */
  readonly realPath: string;
  readonly source: SourceText;
};

export interface ReadRequest {
  readonly path: string;
  /** The real path of the directory that the file must lie in; left out for a file that the user named. */
  readonly root?: string;
}

interface Reader extends ReaderInput {
  readonly world: World;
}

/** Defines the reader over a world's files. Calls: `list` and `read`, both by path. */
export function workspaceReader(world: World) {
  return server("workspace.reader", {
    init: (input: ReaderInput) => ok<Reader>({ ...input, world }),
    calls: {
      list: async (reader, { path }: { path: string }) =>
        replyWith<Listing | ReaderFailure, Reader>(await answer(list(reader, path)), reader),
      read: async (reader, request: ReadRequest) =>
        replyWith<ReadSource | ReaderFailure, Reader>(await answer(read(reader, request)), reader),
    },
    info: (reader) => noReply(reader),
  });
}

async function list(reader: Reader, path: string): Promise<Listing> {
  const { files } = reader.world;
  const start = resolve(reader.directory, path);
  const { kind } = await files.status(start);
  if (kind !== "directory") return { ok: true, kind: "file" };
  const root = await files.realPath(start);
  const entries: WalkEntry[] = [];
  for await (const entry of walk(files, start, reader.limits)) entries.push(entry);
  return { ok: true, kind: "directory", root, entries };
}

async function read(reader: Reader, { path, root }: ReadRequest): Promise<ReadSource> {
  const place = root === undefined ? resolve(reader.directory, path) : join(root, path);
  const { size, realPath, source } = await readSourceFile(reader.world.files, root, place, reader.limits);
  return { ok: true, bytes: size, realPath, source };
}

/** What goes wrong with a file is news for whoever asked, and no accident of the reader. */
async function answer<T>(work: Promise<T>): Promise<T | ReaderFailure> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

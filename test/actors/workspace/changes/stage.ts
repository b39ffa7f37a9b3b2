// A workspace whose disk fails or stops at any operation, and the changes that tests make there.
import type { ChangeSet, FileChange } from "../../../../actors/workspace/access.ts";
import { ChangeKeeper } from "../../../../actors/workspace/changes/keeper.ts";
import { FileError, type FileSystem } from "../../../../runtime/file-system.ts";
import { type MemoryFileSystem, memoryFileSystem } from "../../../../runtime/file-systems/memory.ts";
import { blobHash } from "../../../../runtime/store/blob-guard.ts";
import { sandbox } from "../sandbox-stage.ts";

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `null` stands for no file. */
export function change(path: string, before: string | null, after: string | null): FileChange {
  return {
    path,
    before: before === null ? null : blobHash(bytesOf(before)),
    after: after === null ? null : blobHash(bytesOf(after)),
    bytes: after === null ? undefined : bytesOf(after),
  };
}

export function set(id: string, ...changes: readonly FileChange[]): ChangeSet {
  return { id, run: id.split("/")[0] ?? id, title: `Change ${changes.length} files`, changes };
}

/** The program ended: nothing that it awaits ever comes. */
export class Crash extends Error {}

export type Fault = (
  operation: "write" | "append" | "remove" | "make",
  path: string,
) => "crash" | FileError | undefined;

/** The files as a program sees them whose disk does `fault` before an operation that changes something. */
export function faulty(files: FileSystem, fault: Fault): FileSystem {
  const before = (operation: Parameters<Fault>[0], path: string): void => {
    const what = fault(operation, path);
    if (what === "crash") throw new Crash();
    if (what !== undefined) throw what;
  };
  return {
    ...files,
    writeFile: async (path, ...rest) => {
      before("write", path);
      return files.writeFile(path, ...rest);
    },
    appendFile: async (path, ...rest) => {
      before("append", path);
      return files.appendFile(path, ...rest);
    },
    makeDirectory: async (path, ...rest) => {
      before("make", path);
      return files.makeDirectory(path, ...rest);
    },
    remove: async (path, ...rest) => {
      before("remove", path);
      return files.remove(path, ...rest);
    },
  };
}

export function failure(code: FileError["code"], path: string): FileError {
  return new FileError(code, "write", path);
}

export const folder = "/data/changes";

export function project(texts: Readonly<Record<string, string>>): MemoryFileSystem {
  const files = memoryFileSystem();
  files.putDirectory("/project");
  for (const [path, text] of Object.entries(texts)) files.putFile(`/project/${path}`, text);
  return files;
}

export function keeperOf(
  files: FileSystem,
  options: {
    at?: () => number;
    days?: number;
    bytesMax?: number;
    sandbox?: Parameters<typeof sandbox>[0];
  } = {},
) {
  const { at = () => 1_000, days = 30, bytesMax = 1_000_000 } = options;
  const clock = { now: () => 0, wallTime: at };
  const tree = { files, directory: "/project", sandbox: sandbox(options.sandbox) };
  return new ChangeKeeper({ ...tree, clock, folder, keep: { days, bytesMax } });
}

/** Every file and directory below a directory: the text of a file, and null for a directory. */
export async function tree(files: FileSystem, path = "/project"): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for await (const { name, kind } of files.readDirectory(path)) {
    const place = `${path}/${name}`;
    if (kind === "directory") Object.assign(found, { [place]: null }, await tree(files, place));
    else if (kind === "file")
      found[place] = new TextDecoder().decode(await files.readFile(place, { bytesMax: 1_000_000 }));
  }
  return found;
}

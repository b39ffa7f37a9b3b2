// Applies a change of one file, whole, in the workspace of its owner: once, and only to what the file was when it was thought out.
import { join } from "node:path";
import { FileError, type FileStatus, type FileSystem, quotePath } from "../../runtime/file-system.ts";
import { blobHash } from "../../runtime/store/blob-guard.ts";
import type { Applied, FileChange } from "./access.ts";
import { type GuardedTree, writeDenial } from "./guard.ts";
import { workspaceAccessLimits } from "./limits.ts";
import { realRoot } from "./path-guard.ts";

/** Permissions of a file and of a directory that were not there before: as people make them. */
const newFileMode = 0o644;
const newDirectoryMode = 0o755;

/** Whose file it becomes may be another one than before: what lets a program act as its owner is not kept. */
const permissions = 0o777;

/** Programs are started from here (hooks), and a change of sources has nothing to do here. */
const closedNames: ReadonlySet<string> = new Set([".git"]);

/** The file is replaced in one step; whoever reads it sees the old bytes or the new ones. Never rejects for what a file is. */
export async function applyChange(tree: GuardedTree, change: FileChange): Promise<Applied> {
  const { files, directory } = tree;
  const problem = problemOf(change);
  if (problem !== undefined) return { ok: false, code: "denied", message: problem };
  try {
    const denial = await writeDenial(tree, change.path, change.bytes?.length ?? 0);
    if (denial !== undefined)
      return { ok: false, code: "denied", message: `Cannot write ${quotePath(change.path)}: ${denial}` };
    return await applied(files, await realRoot(files, directory), change);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ok: false, code: codes[error.code] ?? "failed", message: error.message };
  }
}

const codes: Partial<Readonly<Record<FileError["code"], "denied">>> = {
  file_denied: "denied",
  outside_root: "denied",
  is_symlink: "denied",
  is_directory: "denied",
  not_regular_file: "denied",
  not_directory: "denied",
  bad_path: "denied",
};

async function applied(files: FileSystem, root: string, change: FileChange): Promise<Applied> {
  const { path, before, after, bytes } = change;
  const names = path.split("/");
  const target = join(root, ...names);
  const status = await statusIfThere(files, target);
  // A directory that is not there yet is made below one that really lies where its name says.
  const above = await deepestThere(files, root, names.slice(0, -1));
  if ((await files.realPath(above)) !== above) throw new FileError("outside_root", "change", path);
  if (status !== undefined && status.kind !== "file") throw new FileError(refusalOf(status), "change", path);
  const now = status === undefined ? null : await hashIfThere(files, target);
  if (now === after) return { ok: true };
  if (now !== before) return changedSince(path);
  if (bytes === undefined) await files.remove(target);
  else {
    await files.makeDirectory(join(root, ...names.slice(0, -1)), { mode: newDirectoryMode });
    await files.writeFile(target, bytes, {
      mode: status === undefined ? newFileMode : status.mode & permissions,
    });
  }
  return { ok: true };
}

function problemOf({ path, after, bytes }: FileChange): string | undefined {
  const names = path.split("/");
  const shown = JSON.stringify(path.slice(0, 200));
  if (names.some((name) => name === "" || name === "." || name === "..") || path.includes("\0"))
    return `${shown} is no path below the root of a workspace. Give names with "/" between them, without "..".`;
  if (names.some((name) => closedNames.has(name.toLowerCase())))
    return `${shown} lies in ${[...closedNames].join(", ")}, where nothing is changed.`;
  const { bytesMax } = workspaceAccessLimits;
  if (bytes !== undefined && bytes.length > bytesMax)
    return `${shown} would have ${bytes.length} bytes, and a change has ${bytesMax} at most.`;
  if (after === (bytes === undefined ? null : blobHash(bytes))) return undefined;
  return `The change of ${shown} names another hash than that of what it brings. Make it again.`;
}

async function statusIfThere(files: FileSystem, path: string): Promise<FileStatus | undefined> {
  try {
    return await files.linkStatus(path);
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return undefined;
    throw error;
  }
}

async function deepestThere(files: FileSystem, root: string, names: readonly string[]): Promise<string> {
  for (let count = names.length; count > 0; count -= 1) {
    const path = join(root, ...names.slice(0, count));
    if ((await statusIfThere(files, path)) !== undefined) return path;
  }
  return root;
}

/** `open` follows no link in the last place, so that what is hashed is what is replaced. */
async function hashIfThere(files: FileSystem, path: string): Promise<string | null> {
  const bytesMax = workspaceAccessLimits.wholeBytesMax;
  return blobHash(await files.readFile(path, { bytesMax }));
}

function refusalOf({ kind }: FileStatus): FileError["code"] {
  if (kind === "symlink") return "is_symlink";
  return kind === "directory" ? "is_directory" : "not_regular_file";
}

function changedSince(path: string): Applied {
  const message = `${JSON.stringify(path)} is not what it was when its change was thought out. It was left as it is: have the change made anew.`;
  return { ok: false, code: "changed_since", message };
}

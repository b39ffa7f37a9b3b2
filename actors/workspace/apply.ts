// Applies a change of one file, whole, in the workspace of its owner: once, and only to what the file was when it was thought out.
import { FileError, quotePath } from "../../runtime/file-system.ts";
import { blobHash } from "../../runtime/store/blob-guard.ts";
import type { Applied, FileChange } from "./access.ts";
import { type GuardedTree, writeDenial } from "./guard.ts";
import { workspaceAccessLimits } from "./limits.ts";
import { realRoot } from "./path-guard.ts";
import { putTarget, targetOf } from "./target.ts";

/** Programs are started from here (hooks), and a change of sources has nothing to do here. */
const closedNames: ReadonlySet<string> = new Set([".git"]);

/** The file is replaced in one step; whoever reads it sees the old bytes or the new ones. Never rejects for what a file is. */
export async function applyChange(tree: GuardedTree, change: FileChange): Promise<Applied> {
  const { files, directory } = tree;
  try {
    const problem = await changeDenial(tree, change);
    if (problem !== undefined) return { ok: false, code: "denied", message: problem };
    const target = await targetOf(files, await realRoot(files, directory), change.path);
    if (target.hash === change.after) return { ok: true };
    if (target.hash !== change.before) return changedSince(change.path);
    await putTarget(files, target, change.bytes);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ok: false, ...failureOf(error) };
  }
}

/** Why a change may not be made, whatever the file is by now; undefined where it may. Fails with a `FileError`. */
export async function changeDenial(tree: GuardedTree, change: FileChange): Promise<string | undefined> {
  const { path, bytes } = change;
  const problem = problemOf(change);
  if (problem !== undefined) return problem;
  const denial = await writeDenial(tree, path, bytes?.length ?? 0);
  return denial === undefined ? undefined : `Cannot write ${quotePath(path)}: ${denial}`;
}

/** What a file that was refused comes to for whoever has it changed. */
export function failureOf({ code, message }: FileError): {
  readonly code: "denied" | "failed";
  readonly message: string;
} {
  return { code: codes[code] ?? "failed", message };
}

export function changedSince(path: string): Extract<Applied, { readonly ok: false }> {
  const message = `${JSON.stringify(path)} is not what it was when its change was thought out. It was left as it is: have the change made anew.`;
  return { ok: false, code: "changed_since", message };
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

function problemOf({ path, after, bytes }: FileChange): string | undefined {
  const names = path.split("/");
  const shown = JSON.stringify(path.slice(0, 200));
  if (names.some((name) => name === "" || name === "." || name === "..") || path.includes("\0"))
    return `${shown} is no path below the root of a workspace. Give names with "/" between them, without "..".`;
  if (names.some((name) => closedNames.has(name.toLowerCase())))
    return `${shown} lies in ${[...closedNames].join(", ")}, where nothing is changed.`;
  const { wholeBytesMax } = workspaceAccessLimits;
  if (bytes !== undefined && bytes.length > wholeBytesMax)
    return `${shown} would have ${bytes.length} bytes, and a change has ${wholeBytesMax} at most.`;
  if (after === (bytes === undefined ? null : blobHash(bytes))) return undefined;
  return `The change of ${shown} names another hash than that of what it brings. Make it again.`;
}

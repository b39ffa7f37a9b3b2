// The history of a project: which files its last commits changed. Its repository is read as data: no program is started for it, and
// no setting of it is obeyed.
import type { World } from "../../../runtime/world.ts";
import type { GitFiles } from "./git-files.ts";
import { GitObjects } from "./git-objects.ts";
import { changedFiles, commitOf } from "./git-tree.ts";
import { historyLimits as limits } from "./limits.ts";

export interface FileHistory {
  /** Milliseconds since the epoch, by the clock of who made the last commit that changed it. */
  readonly lastChangedMs: number;
  /** Of the commits that were looked at. */
  readonly changes: number;
  /** How many commits came after the last one that changed it. */
  readonly commitsSince: number;
}

export interface History {
  /** The hash of the commit that it begins with. */
  readonly head: string;
  /** Commits that were looked at, at least 1. A merge counts as one, with all that it brought in. */
  readonly commits: number;
  /** By path below the project. */
  readonly files: ReadonlyMap<string, FileHistory>;
}

export interface HistoryOptions {
  readonly files: GitFiles;
  readonly world: Pick<World, "clock" | "turns">;
  /** True from when nobody wants it any more. */
  readonly isOver?: () => boolean;
}

/** The hash of the commit that is checked out; undefined where there is none, or it is kept in another way than in files of SHA-1. */
export async function headOf(files: GitFiles): Promise<string | undefined> {
  let text = await lineOf(files, "HEAD");
  for (let followed = 0; text !== undefined && followed < limits.refsFollowedMax; followed += 1) {
    if (isHash(text)) return text;
    const name = /^ref: *(\S+)$/.exec(text)?.[1];
    if (name === undefined || !isRefName(name)) return undefined;
    text = (await lineOf(files, name)) ?? (await packedRef(files, name));
  }
  return undefined;
}

/** The last commits by their first parents, as far as they are there. Undefined where not even one is. */
export async function readHistory(head: string, options: HistoryOptions): Promise<History | undefined> {
  const { files, world, isOver = () => false } = options;
  const until = world.clock.now() + limits.timeMs;
  const objects = new GitObjects({ files, isOver: () => isOver() || world.clock.now() > until });
  const histories = new Map<string, FileHistory>();
  const seen = new Set<string>();
  let hash: string | undefined = head;
  while (hash !== undefined && !seen.has(hash) && seen.size < limits.commitsMax) {
    const found: FoundCommit | undefined = await commitAt(objects, hash);
    if (found === undefined) break;
    for (const path of found.changed) note(histories, path, found.committedMs, seen.size);
    seen.add(hash);
    hash = found.parent;
    // To unpack is work: others get their turns between.
    await new Promise<void>((resolve) => world.turns.afterIo(resolve));
  }
  return seen.size === 0 ? undefined : { head, commits: seen.size, files: histories };
}

interface FoundCommit {
  readonly committedMs: number;
  readonly parent: string | undefined;
  readonly changed: readonly string[];
}

/** A commit whose parent is not there, as in a shallow clone, does not tell what it has changed. */
async function commitAt(objects: GitObjects, hash: string): Promise<FoundCommit | undefined> {
  const commit = await parsed(objects, hash);
  if (commit === undefined) return undefined;
  const { tree, parent, committedMs } = commit;
  const before = parent === undefined ? undefined : await parsed(objects, parent);
  if (parent !== undefined && before === undefined) return undefined;
  const changed = await changedFiles(objects, tree, before?.tree);
  return changed === undefined ? undefined : { committedMs, parent, changed };
}

async function parsed(objects: GitObjects, hash: string) {
  const data = await objects.read(hash, "commit");
  return data === undefined ? undefined : commitOf(data);
}

function note(
  files: Map<string, FileHistory>,
  path: string,
  committedMs: number,
  commitsSince: number,
): void {
  const known = files.get(path);
  if (known !== undefined) files.set(path, { ...known, changes: known.changes + 1 });
  else if (files.size < limits.filesMax)
    files.set(path, { lastChangedMs: committedMs, changes: 1, commitsSince });
}

async function lineOf(files: GitFiles, path: string): Promise<string | undefined> {
  return (await files.read(path, limits.refBytesMax))?.toString("utf8").trimEnd();
}

async function packedRef(files: GitFiles, name: string): Promise<string | undefined> {
  const lines = (await files.read("packed-refs", limits.packedRefsBytesMax))?.toString("utf8").split("\n");
  return lines?.find((line) => line.slice(41).trimEnd() === name)?.slice(0, 40);
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** As git has them (git-check-ref-format), so that it names nothing but a file below `refs`. */
function isRefName(name: string): boolean {
  const isPlain = [...name].every((character) => character > " " && !"\\~^:?*[\x7f".includes(character));
  const parts = name.split("/");
  return (
    isPlain &&
    parts[0] === "refs" &&
    parts.every((part) => part !== "" && !part.startsWith(".") && !part.includes(".."))
  );
}

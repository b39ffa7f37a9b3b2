// The history of a project: which files its last commits changed. Its repository is read as data: no program is started for it, and
// no setting of it is obeyed.
import type { World } from "../../../runtime/world.ts";
import type { GitFiles } from "./git-files.ts";
import { GitObjects } from "./git-objects.ts";
import { type Commit, changedFiles, commitOf } from "./git-tree.ts";
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
  const objects = new GitObjects({
    files,
    isOver: () => isOver() || world.clock.now() > until,
    turn: () => new Promise((resolve) => world.turns.afterIo(resolve)),
  });
  const histories = new Map<string, FileHistory>();
  const seen = new Set<string>();
  let commits = 0;
  for (let next: string | undefined = head; next !== undefined; ) {
    const some = await commitsFrom(objects, next, seen);
    const changes = await Promise.all(some.map(({ tree, before }) => changedFiles(objects, tree, before)));
    for (const [index, { committedMs }] of some.entries()) {
      const changed = changes[index];
      if (changed === undefined) return historyOf(head, commits, histories);
      for (const path of changed) note(histories, path, committedMs, commits);
      commits += 1;
    }
    next = some.at(-1)?.parent;
  }
  return historyOf(head, commits, histories);
}

function historyOf(
  head: string,
  commits: number,
  files: ReadonlyMap<string, FileHistory>,
): History | undefined {
  return commits === 0 ? undefined : { head, commits, files };
}

interface FoundCommit extends Commit {
  /** The hash of its parent's folder. */
  readonly before: string | undefined;
}

/** Some commits from this one on; none where there are enough, or it was seen before. */
async function commitsFrom(objects: GitObjects, first: string, seen: Set<string>): Promise<FoundCommit[]> {
  const found: FoundCommit[] = [];
  let next: string | undefined = first;
  while (next !== undefined && found.length < limits.commitsTogether) {
    if (seen.has(next) || seen.size >= limits.commitsMax) break;
    seen.add(next);
    const commit: Commit | undefined = await parsed(objects, next);
    const parent = commit?.parent === undefined ? undefined : await parsed(objects, commit.parent);
    // One whose parent is not there, as in a shallow clone, does not tell what it has changed.
    if (commit === undefined || (commit.parent !== undefined && parent === undefined)) break;
    found.push({ ...commit, before: parent?.tree });
    next = commit.parent;
  }
  return found;
}

async function parsed(objects: GitObjects, hash: string): Promise<Commit | undefined> {
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

// What commits and folders of a Git repository say, and which files differ between two folders. Any bytes may be given.
import type { GitObjects } from "./git-objects.ts";
import { historyLimits as limits } from "./limits.ts";

export interface Commit {
  /** The hash of its folder. */
  readonly tree: string;
  /** Of what it was merged into, where it is a merge; undefined for the first commit. */
  readonly parent: string | undefined;
  /** Milliseconds since the epoch, as its committer's clock said. */
  readonly committedMs: number;
}

const commitHead =
  /^tree ([0-9a-f]{40})\n(?:parent ([0-9a-f]{40})\n)?(?:[^\n]+\n)*?committer [^\n]*> (\d{1,12}) [+-]\d{4}(?:\n|$)/;

/** The end of the year 9999, after which dates are written in another way. */
const secondsMax = 253_402_300_799;

export function commitOf(data: Buffer): Commit | undefined {
  const head = data.toString("latin1", 0, limits.commitHeadBytes);
  const end = head.indexOf("\n\n");
  const [, tree, parent, seconds] = commitHead.exec(end < 0 ? head : head.slice(0, end)) ?? [];
  if (tree === undefined || Number(seconds) > secondsMax) return undefined;
  return { tree, parent, committedMs: Number(seconds) * 1_000 };
}

interface Entry {
  readonly kind: "folder" | "file" | "other";
  readonly mode: string;
  readonly hash: string;
}

/** By name; undefined for what is no folder. */
function entriesOf(data: Buffer): Map<string, Entry> | undefined {
  const entries = new Map<string, Entry>();
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const end = data.indexOf(0, at);
    if (space < 0 || end < space || space - at > 6 || end + 21 > data.length) return undefined;
    const mode = data.toString("latin1", at, space);
    const name = data.toString("utf8", space + 1, end);
    const hash = data.toString("hex", end + 1, end + 21);
    const kind = mode === "40000" ? "folder" : /^(100|120)\d{3}$/.test(mode) ? "file" : "other";
    // No system has a file that is called so.
    if (name !== "" && name !== "." && name !== ".." && !name.includes("/"))
      entries.set(name, { kind, mode, hash });
    at = end + 21;
  }
  return entries;
}

/** A folder as it is and as it was. */
interface FolderPair {
  /** With a slash at its end; "" for the whole project. */
  readonly path: string;
  readonly now: string;
  readonly before: string | undefined;
}

/**
 * The files of `now` that `before` has not, or not as they are: below each folder of another hash alone. Undefined where something
 * of it is not there, or there is too much of it.
 * @param before undefined for an empty folder
 */
export async function changedFiles(
  objects: GitObjects,
  now: string,
  before: string | undefined,
): Promise<readonly string[] | undefined> {
  const changed: string[] = [];
  const folders: FolderPair[] = [{ path: "", now, before }];
  while (folders.length > 0) {
    const some = folders.splice(-limits.foldersTogether);
    const differences = await Promise.all(some.map((folder) => differenceOf(objects, folder)));
    for (const difference of differences) {
      if (difference === undefined) return undefined;
      for (const path of difference.files) changed.push(path);
      for (const folder of difference.folders) folders.push(folder);
    }
    if (changed.length + folders.length > limits.changedMax) return undefined;
  }
  return changed;
}

interface Difference {
  readonly files: readonly string[];
  readonly folders: readonly FolderPair[];
}

async function differenceOf(objects: GitObjects, pair: FolderPair): Promise<Difference | undefined> {
  const [entries, had] = await Promise.all([folderOf(objects, pair.now), folderOf(objects, pair.before)]);
  if (entries === undefined || had === undefined) return undefined;
  const files: string[] = [];
  const folders: FolderPair[] = [];
  for (const [name, { kind, mode, hash }] of entries) {
    const old = had.get(name);
    if (old?.hash === hash && old.mode === mode) continue;
    const path = `${pair.path}${name}`;
    if (path.length > limits.pathCharactersMax) return undefined;
    const before = old?.kind === "folder" ? old.hash : undefined;
    if (kind === "folder") folders.push({ path: `${path}/`, now: hash, before });
    else if (kind === "file") files.push(path);
  }
  return { files, folders };
}

async function folderOf(
  objects: GitObjects,
  hash: string | undefined,
): Promise<Map<string, Entry> | undefined> {
  if (hash === undefined) return new Map();
  const data = await objects.read(hash, "tree");
  return data === undefined ? undefined : entriesOf(data);
}

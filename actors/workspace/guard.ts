// The guard of a workspace: the one place through which its files are opened and listed, and that says what may be written.
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { type GuardedFile, isInside, openChecked, realRoot } from "./path-guard.ts";
import { denialOf, type Sandbox, type Use } from "./sandbox.ts";
import type { WalkGuard } from "./walk.ts";

/** What is guarded. */
export interface GuardedTree {
  readonly files: FileSystem;
  /** The project, where relative paths start. */
  readonly directory: string;
  readonly sandbox: Sandbox;
}

export interface GuardedPath {
  readonly path: string;
  /** The directory that it must lie in. Default: the project. */
  readonly root?: string | undefined;
  /** True where the person named it, or `root` where that is given: it may lie outside of the project. */
  readonly isNamed?: boolean | undefined;
  readonly isForModel?: boolean | undefined;
}

/**
 * Who asks. `person`: the program of the person whose files these are, which may read what they named and `sandbox.allowed_paths`.
 * `others`: whoever asks from elsewhere, and gets what lies in the project alone.
 */
export type Asker = "person" | "others";

/**
 * Opens a regular file for reading where the sandbox allows it. Whoever asked for it closes it.
 * Fails with a `FileError`: `outside_root`, `file_denied`, `file_too_large`, and as `openChecked`.
 * @param known where it may lie, as it was a moment ago: for many files that are opened together
 */
export async function openGuarded(
  tree: GuardedTree,
  asked: GuardedPath,
  asker: Asker,
  known?: Bounds,
): Promise<GuardedFile> {
  const { files, sandbox } = tree;
  const { path, isForModel = false } = asked;
  const bounds = known ?? (await boundsOf(tree));
  const place = placeOf(tree, bounds, asked, asker);
  await resolved(tree, bounds, { asked, asker, place });
  const use = isForModel ? "model" : "read";
  const opened = await openChecked(files, place, (real) => {
    refuseOutside(bounds, asked, asker, real);
    refuseDenied(sandbox, bounds, { real, path, use, isDirectory: false });
  });
  try {
    refuseOpened(sandbox, asked, opened);
    return opened;
  } catch (error) {
    await opened.file.close();
    throw error;
  }
}

/** A path that may be listed: the real one, and who watches over the walk below it. Fails with a `FileError`. */
export async function guardedStart(
  tree: GuardedTree,
  asked: GuardedPath,
  asker: Asker,
): Promise<{ readonly start: string; readonly guard: WalkGuard }> {
  const { sandbox } = tree;
  const bounds = await boundsOf(tree);
  const place = placeOf(tree, bounds, asked, asker);
  const start = await resolved(tree, bounds, { asked, asker, place });
  const enter = (real: string): void => {
    refuseOutside(bounds, asked, asker, real);
    refuseDenied(sandbox, bounds, { real, path: asked.path, use: "read", isDirectory: true });
  };
  const denies = (path: string, isDirectory: boolean): boolean =>
    denialOf(sandbox, { path, isDirectory, ...bounds }, "read") !== undefined;
  refuseOutside(bounds, asked, asker, start);
  return { start, guard: { enter, denies } };
}

/**
 * Why nothing may be written to a path below the project; undefined where it may. By its names alone: whoever writes sees to it
 * that no link is on the way.
 */
export async function writeDenial(
  tree: GuardedTree,
  path: string,
  bytes: number,
): Promise<string | undefined> {
  const { sandbox } = tree;
  const bounds = await boundsOf(tree);
  const target = join(bounds.root, ...path.split("/"));
  const denied = denialOf(sandbox, { path: target, isDirectory: false, ...bounds }, "write");
  if (denied !== undefined) return denied.because;
  return sandbox.fileBytesMax !== undefined && bytes > sandbox.fileBytesMax
    ? tooLong(bytes, sandbox.fileBytesMax)
    : undefined;
}

/** Where something may lie: real paths. */
export interface Bounds {
  readonly root: string;
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

export async function boundsOf({ files, directory, sandbox }: GuardedTree): Promise<Bounds> {
  const root = await realRoot(files, directory);
  const allowed = await Promise.all(sandbox.allowedPaths.map((path) => leadsTo(files, resolve(root, path))));
  const denied = await Promise.all(
    sandbox.deniedPaths.map(async (path) => {
      const absolute = resolve(root, path);
      const real = await leadsTo(files, absolute);
      return real === undefined ? [absolute] : [absolute, real];
    }),
  );
  return { root, allowed: allowed.filter((path) => path !== undefined), denied: denied.flat() };
}

/** Undefined where there is nothing. */
async function leadsTo(files: FileSystem, path: string): Promise<string | undefined> {
  try {
    return await files.realPath(path);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function placeOf({ directory }: GuardedTree, { root }: Bounds, asked: GuardedPath, asker: Asker): string {
  const { path, root: below } = asked;
  if (below === undefined) return resolve(asker === "person" ? directory : root, path);
  return asker === "others" && isAbsolute(path) ? path : join(below, path);
}

function refuseOutside({ root, allowed }: Bounds, asked: GuardedPath, asker: Asker, real: string): void {
  const { path, root: below, isNamed = false } = asked;
  const isOurs = asker === "person";
  if (below !== undefined && !isInside(below, real)) throw outside(path, below, isOurs);
  if (isInside(root, real) || (isOurs && isNamed)) return;
  if (isOurs && allowed.some((one) => isInside(one, real))) return;
  throw outside(path, root, isOurs);
}

function outside(path: string, root: string, isOurs: boolean): FileError {
  const because = isOurs
    ? `it lies outside of ${root}. Name it yourself, or add its directory to sandbox.allowed_paths.`
    : `it lies outside of the workspace, ${root}. Give a path inside it.`;
  return new FileError("outside_root", "read", path, { because });
}

interface Found {
  readonly real: string;
  readonly path: string;
  readonly use: Use;
  readonly isDirectory: boolean;
}

function refuseDenied(sandbox: Sandbox, bounds: Bounds, { real, path, use, isDirectory }: Found): void {
  const denied = denialOf(sandbox, { path: real, isDirectory, ...bounds }, use);
  if (denied !== undefined) throw new FileError("file_denied", "read", path, { because: denied.because });
}

/** What only the file that is open can tell. */
function refuseOpened(sandbox: Sandbox, asked: GuardedPath, { status }: GuardedFile): void {
  const { path, root, isNamed = false, isForModel = false } = asked;
  const { fileBytesMax } = sandbox;
  if (fileBytesMax !== undefined && status.size > fileBytesMax)
    throw new FileError("file_too_large", "read", path, { because: tooLong(status.size, fileBytesMax) });
  // By another name it may be a file of anywhere, and no path tells.
  if (isForModel && status.links > 1 && !(isNamed && root === undefined)) {
    const because =
      "it has other names too (hard links), maybe outside of the project, so that it is not sent to a model. Name the file itself, or put a copy in its place.";
    throw new FileError("file_denied", "read", path, { because });
  }
}

function tooLong(bytes: number, bytesMax: number): string {
  return `it has ${bytes} bytes, and sandbox.max_file_size_mb allows ${bytesMax}. Raise it to allow it.`;
}

interface Way {
  readonly asked: GuardedPath;
  readonly asker: Asker;
  /** Absolute, with its links. */
  readonly place: string;
}

/** Where a path leads. What is not there tells nobody so who may not look there. */
async function resolved(tree: GuardedTree, bounds: Bounds, way: Way): Promise<string> {
  const { files, sandbox } = tree;
  const { asked, asker } = way;
  const straight = straightWay(tree, bounds, way);
  try {
    const real = await files.realPath(way.place);
    refuseOutside(bounds, asked, asker, real);
    if (!sandbox.followsLinks) await refuseLinks(files, bounds, straight, real, asked.path);
    return real;
  } catch (error) {
    if (error instanceof FileError) refuseOutside(bounds, asked, asker, await deepestThere(files, way.place));
    throw error;
  }
}

/** The real path of the lowest directory on the way that is there: what is there has all above it there too. */
async function deepestThere(files: FileSystem, place: string): Promise<string> {
  const names = place.split(sep);
  let there = 1;
  let missing = names.length;
  while (missing - there > 1) {
    const middle = Math.floor((there + missing) / 2);
    if ((await leadsTo(files, names.slice(0, middle).join(sep))) === undefined) missing = middle;
    else there = middle;
  }
  return (await leadsTo(files, names.slice(0, there).join(sep) || sep)) ?? place;
}

/** The path by its names, with the project's real one in place of the one that it is called by. */
function straightWay({ directory }: GuardedTree, { root }: Bounds, { place }: Way): string {
  const called = resolve(directory);
  return isInside(called, place) ? join(root, relative(called, place)) : place;
}

/** The project itself may be reached through a link; what is below it may not, and neither may the last name of another place. */
async function refuseLinks(
  files: FileSystem,
  { root }: Bounds,
  straight: string,
  real: string,
  path: string,
): Promise<void> {
  const isLink = isInside(root, straight)
    ? real !== straight
    : (await files.linkStatus(straight)).kind === "symlink";
  if (!isLink) return;
  const because =
    "a link is on the way to it, and sandbox.follow_symlinks is false. Give the path that it leads to.";
  throw new FileError("is_symlink", "read", path, { because });
}

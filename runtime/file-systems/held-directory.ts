// A directory that is held open while something is done in it, so that nothing that is put at its path meanwhile leads elsewhere.
import { constants, promises as fs } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileError } from "../file-system.ts";

/**
 * Does `work` in the directory at `path`, where no link is on the way to it. `held` leads to the directory that was looked at,
 * whatever is at its path by then: Linux names what is open below /proc, as `openat` would. Elsewhere it is `path` itself, which is
 * looked at before and afterwards.
 * @param path absolute, without "." and ".."
 */
export async function inHeldDirectory<Value>(
  operation: string,
  path: string,
  work: (held: string) => Promise<Value>,
): Promise<Value> {
  const refused = (): FileError => new FileError("outside_root", operation, path, { because: linkOnTheWay });
  if (process.platform !== "linux") return lookedAtTwice(path, refused, work);
  const handle = await fs.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const held = `/proc/self/fd/${handle.fd}`;
    const real = await fs.readlink(held).catch(() => undefined);
    // Without /proc, as in some containers.
    if (real === undefined) return await lookedAtTwice(path, refused, work);
    if (real !== path) throw refused();
    return await work(held);
  } finally {
    await handle.close();
  }
}

/** Makes a directory and those above it that are missing, where none of them is a link. */
export async function makeHeldDirectory(operation: string, path: string, mode: number): Promise<void> {
  const above = dirname(path);
  if (above === path) return;
  const make = (): Promise<void> =>
    inHeldDirectory(operation, above, (held) => makeOne(join(held, basename(path)), mode));
  try {
    await make();
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    await makeHeldDirectory(operation, above, mode);
    await make();
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await fs.mkdir(path, { mode });
  } catch (error) {
    const isThere = errnoOf(error) === "EEXIST" && (await fs.lstat(path)).isDirectory();
    if (!isThere) throw error;
  }
}

async function lookedAtTwice<Value>(
  path: string,
  refused: () => FileError,
  work: (held: string) => Promise<Value>,
): Promise<Value> {
  if ((await fs.realpath(path)) !== path) throw refused();
  const value = await work(path);
  if ((await fs.realpath(path)) !== path) throw refused();
  return value;
}

function errnoOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

const linkOnTheWay =
  "a link is on the way to it, or was put there meanwhile. Give the path that it leads to.";

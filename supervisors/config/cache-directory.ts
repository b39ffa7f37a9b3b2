// Where what can be made again may be kept, as the XDG Base Directory Specification has it.
import { isAbsolute, join } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";

/**
 * `$XDG_CACHE_HOME/aiex` or `~/.cache/aiex`, which need not exist yet. Undefined where what is above it does not exist: a
 * user without a home (as services have) shall not get one from us.
 */
export async function findCacheDirectory(
  files: FileSystem,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<string | undefined> {
  const given = env.XDG_CACHE_HOME;
  // The specification has relative paths ignored.
  const isGiven = given !== undefined && isAbsolute(given);
  const above = isGiven ? given : home;
  try {
    const { kind } = await files.status(above);
    if (kind !== "directory") return undefined;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
  return isGiven ? join(given, "aiex") : join(home, ".cache", "aiex");
}

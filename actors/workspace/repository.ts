// Finds the Git repository that a directory lies in, with the ignore files between the top of it and that directory.
import { dirname, join, relative, sep } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { type IgnoreRules, readIgnoreFile } from "./ignore-rules.ts";

export interface Repository {
  /** Where the directory lies below the top, posix; "" for the top itself, and where there is no repository. */
  readonly prefix: string;
  /** The rules from above the directory. Its own ignore file is not among them. */
  readonly rules: IgnoreRules | undefined;
}

/** `directory` is a real path. Never fails: what cannot be looked at counts as absent. */
export async function findRepository(files: FileSystem, directory: string): Promise<Repository> {
  const top = await findTop(files, directory);
  if (top === undefined) return { prefix: "", rules: undefined };
  const below = relative(top, directory);
  const names = below === "" ? [] : below.split(sep);
  let rules = await withFile(files, join(top, ".git", "info", "exclude"), "", undefined);
  for (const [index] of names.entries()) {
    const passed = names.slice(0, index);
    rules = await withFile(files, join(top, ...passed, ".gitignore"), passed.join("/"), rules);
  }
  return { prefix: names.join("/"), rules };
}

async function findTop(files: FileSystem, directory: string): Promise<string | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    if (await exists(files, join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}

async function withFile(
  files: FileSystem,
  path: string,
  directory: string,
  above: IgnoreRules | undefined,
): Promise<IgnoreRules | undefined> {
  const file = await readIgnoreFile(files, path);
  return file.kind === "rules" ? { rules: file.rules, directory, above } : above;
}

async function exists(files: FileSystem, path: string): Promise<boolean> {
  try {
    await files.linkStatus(path);
    return true;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

// Finds the project that a path lies in: what is indexed together.
import { dirname, join } from "node:path";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";

import { isInside } from "../../workspace/path-guard.ts";

/** What stands in the topmost folder of a project that no repository holds. */
const manifests = [
  "package.json",
  "mix.exs",
  "rebar.config",
  "go.mod",
  "Cargo.toml",
  "pyproject.toml",
  "setup.py",
  "pom.xml",
  "build.gradle",
  "Gemfile",
  "CMakeLists.txt",
  "Makefile",
];

/**
 * Inside of `directory` the folder around `path` that holds a repository, else the nearest one with a manifest, else `directory`
 * itself, above which nobody looks. Outside of it no more than what was named. Both are real paths.
 * Fails with a `FileError` for a file outside.
 */
export async function projectRoot(files: FileSystem, path: string, directory: string): Promise<string> {
  const isDirectory = (await files.status(path)).kind === "directory";
  if (!isInside(directory, path)) {
    if (isDirectory) return path;
    const because = `it lies outside of ${directory}. Name the folder that it is in.`;
    throw new FileError("outside_root", "index", path, { because });
  }
  let nearest: string | undefined;
  for (let at = isDirectory ? path : dirname(path); ; at = dirname(at)) {
    if (await exists(files, join(at, ".git"))) return at;
    if (nearest === undefined && (await holdsManifest(files, at))) nearest = at;
    if (at === directory) return nearest ?? directory;
  }
}

async function holdsManifest(files: FileSystem, directory: string): Promise<boolean> {
  for (const name of manifests) if (await exists(files, join(directory, name))) return true;
  return false;
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

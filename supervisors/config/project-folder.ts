// Finds what a project has about aiex: in the folder `.aiex` of it.
import { dirname, join } from "node:path";
import { isInside } from "../../actors/workspace/path-guard.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import { exists } from "./user-file.ts";

export interface ProjectPlace {
  readonly files: FileSystem;
  /** Where the program works: the project, or a folder of it. */
  readonly directory: string;
  readonly home: string;
}

export interface FoundInProject {
  /** The real path of the project. */
  readonly root: string;
  readonly path: string;
}

/**
 * The first of these names that is in the folder `.aiex` at the directory or above it, as far as its repository goes, and never as far
 * as the home. Nothing but its name is looked at.
 */
export async function findInProject(
  sources: ProjectPlace,
  names: readonly string[],
): Promise<FoundInProject | undefined> {
  for await (const at of projectDirectories(sources)) {
    for (const name of names) {
      const path = join(at, projectFolder, name);
      if (await exists(sources.files, path)) return { root: at, path };
    }
  }
  return undefined;
}

/** Where something of that name would be made: in the project's repository, or at the directory where it is in none. */
export async function placeInProject(
  sources: ProjectPlace,
  name: string,
): Promise<FoundInProject | undefined> {
  let root: string | undefined;
  for await (const at of projectDirectories(sources)) {
    if (root === undefined || (await exists(sources.files, join(at, ".git")))) root = at;
  }
  return root === undefined ? undefined : { root, path: join(root, projectFolder, name) };
}

/** Real paths, from the directory on upwards. */
async function* projectDirectories({ files, directory, home }: ProjectPlace): AsyncGenerator<string> {
  const realHome = await files.realPath(home).catch(() => home);
  const start = await files.realPath(directory).catch(() => undefined);
  for (let at = start; at !== undefined; at = dirname(at)) {
    if (isInside(at, home) || isInside(at, realHome) || dirname(at) === at) return;
    yield at;
    if (await exists(files, join(at, ".git"))) return;
  }
}

const projectFolder = ".aiex";

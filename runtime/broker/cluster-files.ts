// Writes what a cluster's plan says: into a folder for its owner alone, all of it or nothing, and never over what is there.
import { dirname, join } from "node:path";
import { FileError, type FileSystem, quotePath } from "../file-system.ts";
import type { PlannedFile } from "./cluster-plan.ts";
import { ClusterRefused } from "./failures.ts";

const folderMode = 0o700;
const fileMode = 0o600;
const forOthers = 0o077;

/**
 * Writes the files below `folder`, which is made where it is missing. Where one cannot be written, those that were are removed.
 * @throws {ClusterRefused} something is there already, or others can look into the folder; {FileError}
 */
export async function writeCluster(
  files: FileSystem,
  folder: string,
  planned: readonly PlannedFile[],
): Promise<void> {
  const targets = planned.map(({ path, text }) => ({ path: join(folder, path), text }));
  const there: string[] = [];
  for (const { path } of targets) if (await isThere(files, path)) there.push(path);
  if (there.length > 0) throw alreadyThere(folder, there);
  for (const place of new Set([folder, ...targets.map(({ path }) => dirname(path))])) {
    await makePrivateFolder(files, place);
  }
  const written: string[] = [];
  try {
    for (const { path, text } of targets) {
      await files.writeFile(path, new TextEncoder().encode(text), { mode: fileMode });
      written.push(path);
    }
  } catch (error) {
    // Half a cluster would stand in the way of the next attempt.
    for (const path of written) await files.remove(path).catch(() => {});
    throw error;
  }
}

/**
 * Makes a folder that is for its owner alone.
 * @throws {ClusterRefused} it is there, and others can look into it; {FileError}
 */
export async function makePrivateFolder(files: FileSystem, folder: string): Promise<void> {
  await files.makeDirectory(folder, { mode: folderMode });
  const { mode } = await files.status(folder);
  // Windows reports permissions that mean nothing.
  if (process.platform === "win32" || (mode & forOthers) === 0) return;
  throw new ClusterRefused(
    "folder_open",
    `Others can look into ${quotePath(folder)}, where keys are to be kept. Run: chmod 700 ${quotePath(folder)}, or choose another folder.`,
  );
}

async function isThere(files: FileSystem, path: string): Promise<boolean> {
  try {
    await files.linkStatus(path);
    return true;
  } catch (error) {
    if (error instanceof FileError && (error.code === "file_not_found" || error.code === "not_directory"))
      return false;
    throw error;
  }
}

function alreadyThere(folder: string, there: readonly string[]): ClusterRefused {
  const shown = there.slice(0, 3).map(quotePath).join(", ");
  const more = there.length > 3 ? ` and ${there.length - 3} more` : "";
  return new ClusterRefused(
    "files_exist",
    `${quotePath(folder)} holds a cluster already: ${shown}${more}. Nothing was written: keys that are in use would be lost. Choose another folder, or remove that one first.`,
  );
}

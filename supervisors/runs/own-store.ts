// Where the runs of this program are kept: in the user's folder, or in memory where that takes nothing.
import { join } from "node:path";
import type { RunStore } from "../../actors/runs/run-store.ts";
import { folderRunStore } from "../../actors/runs/stores/folder.ts";
import { memoryRunStore } from "../../actors/runs/stores/memory.ts";
import { FileError } from "../../runtime/file-system.ts";
import type { World } from "../../runtime/world.ts";

export interface OwnStore {
  readonly store: RunStore;
  /** Why they are kept in memory, and so end with the program: a sentence for people. */
  readonly notice: string | undefined;
}

/** @param dataFolder the user's */
export async function openOwnStore(world: World, dataFolder: string): Promise<OwnStore> {
  const folder = join(dataFolder, "runs");
  const problem = await problemOf(world, folder);
  if (problem === undefined) return { store: folderRunStore({ world, folder }), notice: undefined };
  const notice = `Runs cannot be kept in ${folder}: ${problem} What is interrupted cannot be resumed. Set XDG_DATA_HOME to a folder that can be written.`;
  return { store: memoryRunStore(world.clock), notice };
}

/** Undefined where something can be written there. */
async function problemOf({ files }: World, folder: string): Promise<string | undefined> {
  try {
    await files.makeDirectory(folder, { mode: 0o700 });
    // A folder that is there may be read only all the same.
    const probe = join(folder, ".probe");
    await files.writeFile(probe, new Uint8Array(), { mode: 0o600, durable: false });
    await files.remove(probe);
    return undefined;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // Another program may have taken the probe away first.
    return error.code === "file_not_found" && error.path.endsWith(".probe") ? undefined : error.message;
  }
}

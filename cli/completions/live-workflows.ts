// The workflows that a user can name as words to complete: from the names of files, none of which is opened.
import { builtInWorkflowNames, isWorkflowName } from "../../actors/pipeline/workflow/names.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import { liveWorkflowsMax } from "../limits.ts";

/** A line for each. Whatever cannot be listed is left out: who completes wants words, and no errors. */
export async function liveWorkflowLines(files: FileSystem, folders: readonly string[]): Promise<string> {
  const found = await Promise.all(folders.map((folder) => namesIn(files, folder)));
  const names = [...new Set([...found.flat(), ...builtInWorkflowNames])].sort();
  return names.map((name) => `${name}\n`).join("");
}

async function namesIn(files: FileSystem, folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name: file } of files.readDirectory(folder)) {
      const name = /^(.*)\.yaml$/.exec(file)?.[1];
      if (name !== undefined && isWorkflowName(name)) names.push(name);
      if (names.length >= liveWorkflowsMax) break;
    }
  } catch {
    // There is no such folder until the first workflow.
  }
  return names;
}

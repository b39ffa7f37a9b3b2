// The workflows of the package, read when they are asked for.
import { fileURLToPath } from "node:url";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import { workflowBytesMax } from "./limits.ts";
import type { BuiltInWorkflowName } from "./names.ts";

/** Beside the sources; a compiled file finds them from `dist/actors/pipeline/workflow/`, a joined one from `dist/command/actors/analysis/`. */
const places = ["./templates/", "../../../../actors/pipeline/workflow/templates/"];

/** The text of its file. @throws {FileError} the package is not whole */
export async function builtInWorkflow(files: FileSystem, name: BuiltInWorkflowName): Promise<string> {
  for (const place of places) {
    const path = fileURLToPath(new URL(`${place}${name}.yaml`, import.meta.url));
    try {
      return new TextDecoder().decode(await files.readFile(path, { bytesMax: workflowBytesMax }));
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
    }
  }
  const because = "it is missing from the package. Install aiex again.";
  throw new FileError("file_not_found", "read the workflow", `${name}.yaml`, { because });
}

// The tree of files that a command was started in, for runs that are elsewhere.
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { workspaceLimits } from "../../actors/workspace/config.ts";
import { sandboxOf } from "../../actors/workspace/sandbox.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import type { Configuration } from "../config.ts";
import type { ServedWorkspace } from "./runs.ts";

/**
 * Its id is that of the place, so that a command that comes back there serves what its runs wait for.
 * @param directory its root, where relative paths start
 * @throws {FileError} it is not there
 */
export async function commandWorkspace(
  files: FileSystem,
  { values }: Pick<Configuration, "values">,
  directory: string,
): Promise<ServedWorkspace> {
  const root = await files.realPath(directory);
  const host = hostname();
  const id = createHash("sha256")
    .update(JSON.stringify([host, root]))
    .digest("hex");
  return {
    ref: { id, label: `${host}:${root}` },
    owner: {
      ...{ files, directory: root, limits: workspaceLimits(values.workspace) },
      sandbox: sandboxOf(values.sandbox),
    },
  };
}

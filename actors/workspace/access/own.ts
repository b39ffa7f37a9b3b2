// The files of this very program's machine, by way of the workspace reader.
import { call, type Name, named, type ProtocolOf } from "../../../runtime/index.ts";
import type { WorkspaceAccess } from "../access.ts";
import { workspaceAccessLimits } from "../limits.ts";
import type { workspaceReader } from "../reader.ts";

export type WorkspaceReader = ProtocolOf<ReturnType<typeof workspaceReader>>;

export const readerAt: Name<WorkspaceReader> = named("workspace.reader");

const { askMs } = workspaceAccessLimits;

/** Reads wherever the person of this program says, and changes below the reader's directory alone. Throws as `call` does. */
export function ownAccess(): WorkspaceAccess {
  const asked = { timeoutMs: askMs };
  return {
    list: (path) => call(readerAt, "list", { path }, asked),
    read: ({ path, root }) => call(readerAt, "read", root === undefined ? { path } : { path, root }, asked),
    hash: (path) => call(readerAt, "hash", { path }, asked),
    apply: (change) => call(readerAt, "apply", change, asked),
  };
}

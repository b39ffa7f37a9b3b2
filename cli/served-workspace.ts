// The files of this machine for a run elsewhere, where it is they that the run is about.
import type { Runs, ServedWorkspace } from "../supervisors/runs/runs.ts";
import type { Asking } from "./asking.ts";
import { readSettings } from "./settings.ts";

/** Undefined where the run needs no files, or those of somebody else. */
export async function workspaceFor(
  { host, interruption }: Asking,
  runs: Runs,
  id: string,
): Promise<ServedWorkspace | undefined> {
  const { state } = await runs.show(id, 1);
  const needed = state.spec?.workspace?.id;
  if (needed === undefined || needed.startsWith(nodesOwn)) return undefined;
  const own = await (await readSettings(host, interruption)).workspace();
  return own.ref.id === needed ? own : undefined;
}

/** What a node has is served by the node. */
const nodesOwn = "node:";

// Chooses how the files of a run are reached from the node that has the run.
import type { Blobs } from "../../../runtime/store/blobs.ts";
import type { WorkspaceRef } from "../../runs/run-spec.ts";
import type { WorkspaceAccess } from "../access.ts";
import { workspaceOfNode } from "../desk-protocol.ts";
import type { SourceTextLimits } from "../source-text.ts";
import { boundedAccess, remoteAccess } from "./remote.ts";

export interface AccessOptions {
  /** The name of this node. */
  readonly node: string;
  /** Where what others have is kept once it was read. */
  readonly blobs: Blobs;
  readonly limits: SourceTextLimits;
}

/** `undefined`: the files of this node. Whoever had the run made need not be who started the node, so nobody gets out of its directory. */
export function accessOf({
  node,
  blobs,
  limits,
}: AccessOptions): (ref: WorkspaceRef | undefined) => WorkspaceAccess {
  const own = boundedAccess(limits);
  return (ref) =>
    ref === undefined || ref.id === workspaceOfNode(node) ? own : remoteAccess({ ref, blobs, limits });
}

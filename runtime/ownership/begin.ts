// How a node begins to take part in what its cluster owns. Apart from the node itself, since tools and plain nodes never do.
import { kernelOf } from "../node/kernel-of.ts";
import type { Node } from "../node/node.ts";
import type { ClusterStore } from "../store/cluster-store.ts";
import { createSupervisorVerbs } from "../supervision/admin.ts";
import { NoOwnership } from "./failures.ts";
import { type BeginOptions, Ownership } from "./ownership.ts";

/**
 * Lets a node take part in what the cluster behind `store` owns: its names, its locks and the children of cluster supervisors.
 * Resolves when the node's lease is held; where the store cannot be reached, that is when it can. `leave` closes the store.
 * @throws {LeaseHeld} a live node of this name has the lease; {LeaseNotTaken} it was told to leave meanwhile; {NodesMissing};
 *   {NoOwnership} it takes part already, or has no way to others
 */
export async function beginOwnership(
  node: Node,
  store: ClusterStore,
  options: BeginOptions = {},
): Promise<Ownership> {
  const kernel = kernelOf(node);
  if (kernel.ownership !== undefined)
    throw new NoOwnership(
      node.name,
      "it takes part already, and in one cluster only; let it leave that one first",
    );
  const { distribution } = node;
  if (distribution === undefined)
    throw new NoOwnership(node.name, "it has no way to others; start it with `distribution`");
  const ownership = new Ownership({
    kernel,
    verbs: createSupervisorVerbs(node.call),
    factor: distribution.factor,
    host: distribution.place.host,
    load: (name) => distribution.members().find((member) => member.name === name)?.load ?? 0,
    setDraining: () => distribution.setState("draining"),
  });
  kernel.ownership = ownership;
  await ownership.begin(store, options);
  return ownership;
}

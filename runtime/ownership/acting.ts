// What a process can ask of the ownership of its own node.
import type { LeaseInfo } from "../leases/lease.ts";
import { currentProcess } from "../process/current.ts";
import { NoOwnership } from "./failures.ts";
import type { Ownership } from "./ownership.ts";

/** The leases of all nodes, those that are over among them, by what is known here. */
export function clusterLeases(): readonly LeaseInfo[] {
  return own().keeper?.leases() ?? [];
}

/** Takes out a lease that is over, and what its node had said under it. False where the node has come back. @throws {StoreUnavailable} */
export function sweepLease(lease: LeaseInfo): Promise<boolean> {
  return own().sweep(lease);
}

/** @throws {NoOwnership} the node takes part in nothing that a cluster owns */
function own(): Ownership {
  const { kernel } = currentProcess();
  if (kernel.ownership === undefined)
    throw new NoOwnership(kernel.name, "it has not begun to; begin with a store first");
  return kernel.ownership;
}

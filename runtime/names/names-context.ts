// What everything that keeps the names of a cluster on this node works with.
import type { LeaseId } from "../leases/lease.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Process } from "../process/process.ts";
import type { Bucket } from "../store/bucket.ts";
import type { AgreeOptions } from "./agreed-key.ts";
import { NotOwner } from "./failures.ts";
import type { HeldNames } from "./held-names.ts";
import type { Leases } from "./leases.ts";
import type { Lines } from "./lines.ts";
import type { NameTable } from "./name-table.ts";

/** Has a process that owns something rest while its node may not own, and go on. */
export interface OwnershipHooks {
  hold(process: Process): void;
  release(process: Process): void;
}

export interface NamesContext {
  readonly kernel: Kernel;
  readonly bucket: Bucket;
  readonly leases: Leases;
  /** Scales all times. */
  readonly factor: number;
  readonly table: NameTable;
  readonly held: HeldNames;
  /** What is done to one name is done in order. */
  readonly lines: Lines;
  readonly isClosed: () => boolean;
}

export function agreeing({ kernel, factor, isClosed }: NamesContext): AgreeOptions {
  return { world: kernel.world, factor, isStopped: isClosed };
}

/** The own lease. @throws {NotOwner} it is not held now */
export function ownLease({ kernel, leases, isClosed }: NamesContext, what: string): LeaseId {
  const { id } = leases;
  if (isClosed() || id === undefined || !leases.isHeld()) throw new NotOwner(kernel.name, what);
  return id;
}

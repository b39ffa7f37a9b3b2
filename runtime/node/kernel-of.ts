// The kernel beneath a node, for the runtime's own parts that are loaded when they are wanted.
import { Misuse } from "../process/failures.ts";
import type { Kernel } from "../process/kernel.ts";

const kernels = new WeakMap<object, Kernel>();

export function keepKernel(node: object, kernel: Kernel): void {
  kernels.set(node, kernel);
}

/** @throws {Misuse} it is no node that `startNode` gave */
export function kernelOf(node: object): Kernel {
  const kernel = kernels.get(node);
  if (kernel === undefined)
    throw new Misuse("This is no node. Give the object itself that startNode gave, and no copy of it.");
  return kernel;
}

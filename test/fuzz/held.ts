// The memory that a fuzzer holds.

/**
 * What objects and buffers hold, garbage collected where that can be asked for. Not what the process has of the machine: the engine
 * takes some thirty megabytes for garbage to come while it works, and keeps them.
 */
export function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export function mebibytes(bytes: number): number {
  return Number((bytes / 1024 / 1024).toFixed(1));
}

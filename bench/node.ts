// The node that a benchmark runs on, with the boundary of production, and how to act from inside a process of it.
import { type Node, realWorld, startNode } from "aiex/runtime";

export const node: Node = startNode({ name: "bench", world: realWorld(), boundary: "trust" });

/** Runs `work` in a process of its own, as an application's code does, and gives what it gives. */
export function inProcess<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const run = async (): Promise<void> => {
      try {
        resolve(await work());
      } catch (error) {
        reject(error);
      }
    };
    node.spawn(run).catch(reject);
  });
}

/** A promise and how to keep it. */
export function promised(): { readonly kept: Promise<void>; readonly keep: () => void } {
  let keep = (): void => {};
  const kept = new Promise<void>((resolve) => {
    keep = resolve;
  });
  return { kept, keep };
}

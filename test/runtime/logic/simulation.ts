// A test node as the tests of this folder use it, with the kernel beneath.
import type { Pid, Protocol, RuntimeEventName, RuntimeEvents } from "../../../runtime/index.ts";
import { testKernelNode } from "../../../runtime/testing/test-node.ts";

export function simulation() {
  const { test, kernel } = testKernelNode({ name: "local" });
  return {
    world: test.world,
    node: test.node,
    kernel,
    /** What was told so far under one name. */
    told<N extends RuntimeEventName>(name: N): readonly RuntimeEvents[N][] {
      return test.events.of(name);
    },
    /** The state of a live process, as its logic shows it. */
    stateOf(pid: Pid<Protocol>): unknown {
      return kernel.find(pid)?.behaviour.state();
    },
    /** Runs `body` as a process of its own and gives what it gives; what it throws fails the test. */
    inProcess<T>(body: () => Promise<T> | T): Promise<T> {
      return test.run(body);
    },
  };
}

/** The error that `promise` rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection, and the promise was fulfilled.");
}

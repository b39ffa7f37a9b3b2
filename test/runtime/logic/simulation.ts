// A node in a simulated world, and code run as one of its processes: what the tests of this folder stand on.
import type { Pid, Protocol, RuntimeEvent, RuntimeEventName, RuntimeEvents } from "../../../runtime/index.ts";
import { simulatedWorld } from "../../../runtime/index.ts";
import { startKernelNode } from "../../../runtime/node/node.ts";

export function simulation() {
  const world = simulatedWorld();
  const { node, kernel } = startKernelNode({ world, boundary: "freeze" });
  const events: RuntimeEvent[] = [];
  node.subscribe((event) => events.push(event));
  return {
    world,
    node,
    kernel,
    /** What was told so far under one name. */
    told<N extends RuntimeEventName>(name: N): RuntimeEvents[N][] {
      return events.filter((event) => event.name === name).map((event) => event.data as RuntimeEvents[N]);
    },
    /** The state of a live process, as its logic shows it. */
    stateOf(pid: Pid<Protocol>): unknown {
      return kernel.find(pid)?.behaviour.state();
    },
    /** Runs `body` as a process of its own and gives what it gives; what it throws fails the test. */
    inProcess<T>(body: () => Promise<T> | T): Promise<T> {
      return world.until(
        new Promise<T>((resolve, reject) => {
          const process = async () => {
            try {
              resolve(await body());
            } catch (error) {
              reject(error);
            }
          };
          node.spawn(process).catch(reject);
        }),
      );
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

// The heap of this program once everything that is finished is gone.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes in use after garbage collection. */
export async function heapBytes(): Promise<number> {
  for (let pass = 0; pass < 2; pass += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

// Waits for the gate of a tree that was killed: it still writes down what was used, and has the names until that is done.
import { type ChildSpec, child, ignore, server, sleep, whereis } from "../../../runtime/index.ts";
import { predecessorLookMs } from "./limits.ts";
import { gateName } from "./processes.ts";

/**
 * The first child of a tree with a gate. Without it the tree would be started again in vain, as often as its supervisor allows
 * within the moment that a slow disk takes.
 */
export function predecessorEnded(): ChildSpec {
  const waiting = server("llm_predecessor_ended", {
    init: async () => {
      while (whereis(gateName) !== undefined) await sleep(predecessorLookMs);
      return ignore();
    },
  });
  return child(waiting, { id: "llm.predecessor" });
}

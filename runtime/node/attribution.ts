// What is thrown where nobody can catch it, in a timer or a promise that was left alone, is brought home to its process.
import { processOfCode } from "../process/current.ts";

/** What happens to a failure that belongs to no process. */
export type UnattributedPolicy = (thrown: unknown) => void;

const policies = new Set<UnattributedPolicy>();

/**
 * Takes over Node's last resort for as long as at least one node of this program runs: a failure in a process's code ends
 * that process with the error; anything else goes to every node's policy. Gives back how to let go.
 */
export function attributeFailures(policy: UnattributedPolicy): () => void {
  if (policies.size === 0) {
    process.on("uncaughtException", attribute);
    process.on("unhandledRejection", attribute);
  }
  policies.add(policy);
  return () => {
    if (!policies.delete(policy) || policies.size > 0) return;
    process.off("uncaughtException", attribute);
    process.off("unhandledRejection", attribute);
  };
}

function attribute(thrown: unknown): void {
  const owner = processOfCode();
  if (owner === undefined) {
    for (const policy of [...policies]) policy(thrown);
    return;
  }
  // Code of a process that has ended may still fail on its way out; there is nothing left to end.
  if (!owner.hasEnded) owner.crash(thrown);
}

// What happens to the owners of pipelines at random times: drawn from a seed, so that the same one gives the same.
import { simulatedWorld } from "../../../runtime/index.ts";

export interface Strike {
  /** After the one before is over, in milliseconds: from within one step to several of them. */
  readonly afterMs: number;
  /**
   * `kill`: kill -9. `drain`: it is told to end. `all`: every owner is killed at once. `files`: whoever has the files is killed.
   * `broker`: it is started anew.
   */
  readonly do: "kill" | "drain" | "all" | "files" | "broker";
  /** Whom it hits, among those that there are: in [0, 1). */
  readonly share: number;
}

const afterMsMax = 1_500;
/** Most often one owner is lost: that is what is to be met in every place that there is. */
const kinds = ["kill", "kill", "kill", "kill", "drain", "drain", "all", "files", "broker"] as const;

export function strikesOf(seed: number, count: number): readonly Strike[] {
  const { random } = simulatedWorld({ seed });
  return Array.from({ length: count }, () => ({
    afterMs: Math.round(random.next() ** 2 * afterMsMax),
    do: kinds[Math.floor(random.next() * kinds.length)] ?? "kill",
    share: random.next(),
  }));
}

// Where the programs of a comparison between nodes run: wherever the system puts them, or all on one processor.
import { spawnSync } from "node:child_process";

export type Place = "any" | "one";

/** What goes before a command so that it runs there. */
export function prefixFor(place: Place): readonly string[] {
  return place === "any" ? [] : ["taskset", "-c", "0"];
}

/** False where the machine offers no way to hold a program on one processor. */
export function offersPlace(place: Place): boolean {
  const [command, ...given] = prefixFor(place);
  return command === undefined || spawnSync(command, [...given, "true"]).status === 0;
}

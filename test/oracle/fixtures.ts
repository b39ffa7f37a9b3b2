// Where the logs of Erlang are kept.
import { fileURLToPath } from "node:url";

/** The file of a group: the release of Erlang that has played it, and the log of each scenario. */
export function fixtureOf(group: string): string {
  return fileURLToPath(new URL(`fixtures/${group}.json`, import.meta.url));
}

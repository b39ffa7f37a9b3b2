// Where a run is to be, or to be looked for: what --on and AIEX_ON say, and `aiex cluster connect` where neither does.
import type { SavedConnection } from "../supervisors/remote/saved-connection.ts";
import type { Host } from "./host.ts";
import { optionValue, type ParsedCommand } from "./parse.ts";
import { nodeNamed } from "./target.ts";
import { UsageError } from "./usage.ts";

export interface Placement {
  /** Undefined for any node of the cluster. */
  readonly node: string | undefined;
  /** What says so where this command does not: words for people. */
  readonly saidBy: string | undefined;
}

/** `here`: in this process. Undefined where neither is given. @throws {UsageError} it can be no node */
export function placementOf(
  parsed: ParsedCommand,
  { env }: Pick<Host, "env">,
): Placement | "here" | undefined {
  const given = optionValue(parsed, "on");
  const word = given ?? env.AIEX_ON ?? "";
  if (word === "" || word === "here") return word === "" ? undefined : word;
  const node = word === anyNode ? undefined : nodeNamed(word, parsed.command.words.join(" "));
  return { node, saidBy: given === undefined ? "AIEX_ON" : undefined };
}

/** Where a new run goes of which `placementOf` says nothing; undefined for this process. */
export function placementBy(connection: SavedConnection | undefined): Placement | undefined {
  return connection === undefined ? undefined : { node: undefined, saidBy: "`aiex cluster connect`" };
}

/** @throws {UsageError} there is nowhere that the run could go on without this command */
export function refuseDetached(parsed: ParsedCommand, isElsewhere: boolean): void {
  if (isElsewhere || !parsed.options.has("detach")) return;
  const topic = parsed.command.words.join(" ");
  throw new UsageError(
    "--detach needs a run that is on a node: what runs in this process ends with it. Add --on NODE or --on cluster, or leave --detach out.",
    topic,
  );
}

const anyNode = "cluster";

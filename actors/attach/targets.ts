// Whom a person means: a pid as it is printed, its number, or a name.
import type { Address } from "../../runtime/process/address.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import { isPid, makePid, type Pid } from "../../runtime/process/pid.ts";

export interface Whereabouts {
  readonly name: string;
  processes(): readonly Pid[];
  whereis(name: string): Pid | undefined;
}

/**
 * The process that `given` means: a pid, `<alpha.1.42>` with or without its brackets, `<42>` or 42 for one of this node, or a
 * registered name.
 * @throws {Misuse} nobody has this name or number, or it is none of these
 */
export function pidOf(given: unknown, node: Whereabouts): Pid {
  if (isPid(given)) return makePid(given.node, given.incarnation, given.id);
  if (typeof given === "number") return numbered(given, node);
  if (typeof given === "object" && given !== null && "name" in given && !("node" in given))
    return pidOf(given.name, node);
  if (typeof given !== "string") throw unknown(given);
  const text = given.trim();
  const holder = node.whereis(text);
  if (holder !== undefined) return holder;
  const whole = /^<?([^<>]+)\.(\d+)\.(\d+)>?$/.exec(text);
  if (whole !== null) return makePid(whole[1] ?? "", Number(whole[2]), Number(whole[3]));
  const number = /^<?(\d+)>?$/.exec(text)?.[1];
  if (number !== undefined) return numbered(Number(number), node);
  throw unknown(given);
}

/**
 * As `pidOf`, and any address as it is: a name on another node, a key of a registry, an alias.
 * @throws {Misuse}
 */
export function addressOf(given: unknown, node: Whereabouts): Address {
  return typeof given === "object" && given !== null ? (given as Address) : pidOf(given, node);
}

function numbered(id: number, node: Whereabouts): Pid {
  const found = node.processes().find((pid) => pid.id === id);
  if (found === undefined)
    throw new Misuse(`No process of ${node.name} has the number ${id}. ps() lists them.`);
  return found;
}

function unknown(given: unknown): Misuse {
  const shown = typeof given === "string" ? JSON.stringify(given) : typeof given;
  return new Misuse(
    `${shown} names no process. Give a registered name (names() lists them), a pid as it is printed, such as "<alpha.1.42>", or its number.`,
  );
}

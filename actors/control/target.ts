// Whom a request means: a process by its name, or by its pid as `formatPid` writes it.
import { type Address, named, type Pid } from "../../runtime/index.ts";
import { makePid } from "../../runtime/process/pid.ts";

/** The text of a pid as a pid. Its node's name may hold dots and `@`. */
export function parsePid(text: string): Pid | undefined {
  const [, node, incarnation, id] = /^<([A-Za-z0-9_@.-]{1,200})\.(\d{1,16})\.(\d{1,16})>$/.exec(text) ?? [];
  if (node === undefined) return undefined;
  return makePid(node, Number(incarnation), Number(id));
}

/** Where messages for the process called `process` on `node` go. */
export function addressOf(process: string, node: string, self: string): Address {
  const pid = parsePid(process);
  if (pid !== undefined) return pid;
  return node === self ? named(process) : named(process).on(node);
}

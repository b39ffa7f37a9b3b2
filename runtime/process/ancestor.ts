// Who started whom: what a process remembers of those above it, who need not live any more.
import type { Pid } from "./pid.ts";

/** Who can have started others: a process, here or on another node. */
export interface Ancestral {
  readonly pid: Pid;
  readonly name: string | undefined;
  readonly parent: Ancestor | undefined;
  asAncestor: Ancestor | undefined;
}

/** A process as those below it know it. One object for all of them; it does not keep the process that it tells of. */
export class Ancestor {
  readonly pid: Pid;
  /** Its name when it started the first of them. */
  readonly name: string | undefined;
  readonly parent: Ancestor | undefined;

  constructor({ pid, name, parent }: Ancestral) {
    this.pid = pid;
    this.name = name;
    this.parent = parent;
  }
}

/** What those that `process` starts now remember of it. */
export function asAncestor(process: Ancestral): Ancestor {
  if (process.asAncestor === undefined || process.asAncestor.name !== process.name)
    process.asAncestor = new Ancestor(process);
  return process.asAncestor;
}

/** Those above a process, the nearest first (OTP: `$ancestors`). */
export function ancestorsOf(process: Ancestral): readonly Ancestor[] {
  const ancestors: Ancestor[] = [];
  for (let above = process.parent; above !== undefined; above = above.parent) ancestors.push(above);
  return ancestors;
}

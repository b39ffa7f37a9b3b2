// Aliases: references that work as an address of their owner until they are taken back.

import { Misuse } from "./failures.ts";
import type { Party } from "./party.ts";
import { formatPid, type Ref } from "./pid.ts";
import type { Process } from "./process.ts";

/**
 * - `explicit`: until `unalias`;
 * - `reply`: until the first message through it;
 * - `demonitor`: until its monitor ends, by DOWN or `demonitor`;
 * - `reply_demonitor`: until its monitor ends or the first message comes, which ends the monitor too.
 */
export type AliasMode = "explicit" | "reply" | "demonitor" | "reply_demonitor";

export interface AliasEntry {
  readonly owner: Process;
  readonly mode: AliasMode;
  /** Messages sent with `priority` through this alias overtake ordinary ones (EEP-76). */
  readonly priority: boolean;
}

export interface AliasOptions {
  /** True deactivates the alias with the first message that comes through it. */
  readonly reply?: boolean;
  readonly priority?: boolean;
}

/** Makes an alias of `owner` (OTP: `alias/1`). */
export function createAlias(owner: Process, options: AliasOptions = {}): Ref {
  const ref = owner.kernel.nextRef();
  addAlias(ref, owner, options.reply === true ? "reply" : "explicit", options.priority === true);
  return ref;
}

export function addAlias(ref: Ref, owner: Process, mode: AliasMode, priority: boolean): void {
  owner.kernel.aliases.set(ref.ref, { owner, mode, priority });
  owner.aliases ??= new Set();
  owner.aliases.add(ref.ref);
}

/**
 * Deactivates an alias (OTP: `unalias/1`): true when it was active.
 * @throws {Misuse} it belongs to another process
 */
export function removeAlias(owner: Process, ref: Ref): boolean {
  const entry = owner.kernel.aliases.get(ref.ref);
  if (entry === undefined || !owner.kernel.isLocal(ref)) return false;
  if (entry.owner !== owner) {
    throw new Misuse(
      `Only the owner of an alias can take it back, and ${formatPid(owner.pid)} is not its owner.`,
    );
  }
  dropAlias(entry.owner, ref.ref);
  return true;
}

export function dropAlias(owner: Party, ref: number): void {
  owner.kernel.aliases.delete(ref);
  owner.aliases?.delete(ref);
}

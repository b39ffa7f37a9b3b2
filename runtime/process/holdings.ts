// What a process holds in the tables of its node and of others: timers, a name, keys, aliases, links, monitors, calls.
import type { Watch } from "../inspect/watch.ts";
import type { Ancestor } from "./ancestor.ts";
import { abandonCall, type PendingCall } from "./calls.ts";
import type { Chain } from "./chain.ts";
import type { LinkEnd } from "./links.ts";
import { dropMonitors, type Monitor } from "./monitors.ts";
import type { NumberTable } from "./number-table.ts";
import type { OwnedTimer } from "./owned-timer.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";

/** The part of a process that others write into. Most processes hold little of it. */
export class Holder {
  groupLeader: Pid | undefined;
  trapsExits = false;
  name: string | undefined;
  links: Chain<LinkEnd> | undefined;
  watchers: Chain<Monitor> | undefined;
  watching: NumberTable<Monitor> | undefined;
  aliases: Set<number> | undefined;
  /** Calls that wait for this process. */
  callers: Chain<PendingCall> | undefined;
  /** Own calls without a deadline, which nothing else would ever take back. */
  endlessCalls: Set<PendingCall> | undefined;
  timers: Chain<OwnedTimer> | undefined;
  /** Lets go of what others keep for this process (registry keys, groups) before anybody hears of its end. */
  releases: Set<() => void> | undefined;
  /** Whoever watches what it does; undefined while nobody does. */
  watch: Watch | undefined;
  /** What those that it starts remember of it; undefined until it has started one. */
  asAncestor: Ancestor | undefined;

  /** A monitor of it was taken back before it ended. What stands for another node tells that node. */
  unwatched(_monitor: Monitor): void {}

  /** A call to it is waited for no more, and was not answered. What stands for another node tells that node. */
  abandoned(_call: PendingCall): void {}
}

/** Takes an ended process out of every table, before anybody hears of its end: nobody may find it by a name afterwards. */
export function letGo(process: Process): void {
  const { kernel } = process;
  // Most processes hold none of these, and a loop over nothing costs as well.
  for (let timer = process.timers?.first; timer !== undefined; timer = process.timers?.first) timer.stop();
  if (process.name !== undefined) kernel.names.delete(process.name);
  if (process.releases !== undefined) for (const release of process.releases) release();
  if (process.aliases !== undefined) for (const ref of process.aliases) kernel.aliases.delete(ref);
  if (process.endlessCalls !== undefined) for (const call of process.endlessCalls) abandonCall(call);
  dropMonitors(process);
  kernel.processes.delete(process.pid.id);
  process.pid.forget();
  process.timers = undefined;
  process.name = undefined;
  process.releases = undefined;
  process.aliases = undefined;
  process.endlessCalls = undefined;
}

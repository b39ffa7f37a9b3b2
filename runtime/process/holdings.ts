// What a process holds in the tables of its node: timers, a name, keys, aliases, monitors, calls without a deadline.
import { forgetCall } from "./calls.ts";
import { dropMonitors } from "./monitors.ts";
import type { Process } from "./process.ts";

/** Takes an ended process out of every table, before anybody hears of its end: nobody may find it by a name afterwards. */
export function letGo(process: Process): void {
  const { kernel } = process;
  // Most processes hold none of these, and a loop over nothing costs as well.
  for (let timer = process.timers?.first; timer !== undefined; timer = process.timers?.first) timer.stop();
  if (process.name !== undefined) kernel.names.delete(process.name);
  if (process.releases !== undefined) for (const release of process.releases) release();
  if (process.aliases !== undefined) for (const ref of process.aliases) kernel.aliases.delete(ref);
  if (process.endlessCalls !== undefined) for (const call of process.endlessCalls) forgetCall(call);
  dropMonitors(process);
  kernel.processes.delete(process.pid.id);
  process.pid.forget();
  process.timers = undefined;
  process.name = undefined;
  process.releases = undefined;
  process.aliases = undefined;
  process.endlessCalls = undefined;
  process.downListeners = undefined;
}

// Monitors: being told exactly once, and one way only, that a process has ended.
import { type Address, isElsewhere } from "./address.ts";
import { type AliasMode, addAlias, dropAlias } from "./aliases.ts";
import { Chain, type Chained } from "./chain.ts";
import type { ExitReason } from "./exit-reason.ts";
import { Misuse } from "./failures.ts";
import { NumberTable } from "./number-table.ts";
import type { Party } from "./party.ts";
import { type Ref, sameRef } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import { DownMessage } from "./system-message.ts";

export interface MonitorOptions {
  /** The DOWN message's type, in place of `sys.down`: cheap routing. */
  readonly tag?: string;
  /** Makes the reference an alias too, until: `unalias` (explicit), the monitor's end (demonitor), or the first reply. */
  readonly alias?: "explicit" | "demonitor" | "reply_demonitor";
  /** The DOWN message overtakes ordinary ones (EEP-76). */
  readonly priority?: boolean;
  /** The DOWN message carries what the process's logic came to. */
  readonly output?: boolean;
}

export interface DemonitorOptions {
  /** Also takes out a DOWN message that waits in the mailbox. */
  readonly flush?: boolean;
}

/** Known to the watcher by its reference, and in the chain of the watched. */
export class Monitor implements Chained<Monitor> {
  readonly ref: Ref;
  readonly watcher: Party;
  readonly target: Party;
  readonly object: Address<Protocol>;
  readonly options: MonitorOptions;
  readonly onDown: DownListener | undefined;
  previous: Monitor | undefined;
  next: Monitor | undefined;

  constructor(
    ref: Ref,
    watcher: Party,
    target: Party,
    object: Address<Protocol>,
    options: MonitorOptions,
    onDown: DownListener | undefined,
  ) {
    this.ref = ref;
    this.watcher = watcher;
    this.target = target;
    this.object = object;
    this.options = options;
    this.onDown = onDown;
  }
}

export type DownListener = (down: DownMessage) => void;

const noOptions: MonitorOptions = {};

/**
 * Watches `target` for `watcher` (OTP: `monitor/3`). Where there is no such process a DOWN with `noproc` comes at once.
 * With `onDown` the DOWN runs that in a turn of the watcher and is not seen as a message.
 * @throws {Misuse} the tag is the runtime's own, or an alias was given: an alias tells nobody about its owner
 */
export function monitor(
  watcher: Process,
  target: Process | undefined,
  object: Address<Protocol>,
  options: MonitorOptions = noOptions,
  onDown?: DownListener,
): Ref {
  checkMonitorOptions(options);
  if ("ref" in object)
    throw new Misuse("An alias cannot be watched. Watch the pid or the name of its owner.");
  const ref = watcher.kernel.nextRef();
  if (options.alias !== undefined)
    addAlias(ref, watcher, options.alias satisfies AliasMode, options.priority === true);
  const entry = new Monitor(ref, watcher, target ?? watcher, object, options, onDown);
  const there = "clusterName" in object ? watcher.kernel.clusterNames?.resolve(object.clusterName) : object;
  if (target === undefined && there !== undefined && isElsewhere(watcher.kernel, there)) {
    watcher.kernel.elsewhere.monitor(watcher, ref, there, object, options, onDown);
    return ref;
  }
  if (target === undefined || target.hasEnded) {
    tellWatcher(entry, "noproc", undefined);
    return ref;
  }
  // Watching oneself never fires while there is somebody to read it.
  if (target === watcher) return ref;
  noteMonitor(entry);
  return ref;
}

/** Notes a monitor with both ends. */
export function noteMonitor(entry: Monitor): void {
  const { watcher, target } = entry;
  watcher.watching ??= new NumberTable();
  watcher.watching.set(entry.ref.ref, entry);
  target.watchers ??= new Chain();
  target.watchers.append(entry);
}

/**
 * Ends a monitor (OTP: `demonitor/2`). True when it was active, false when its DOWN was sent already (OTP's `info`).
 * A DOWN that already waits in the mailbox stays there, unless `flush` is given.
 */
export function demonitor(watcher: Process, ref: Ref, options: DemonitorOptions): boolean {
  if (!watcher.kernel.isLocal(ref)) return false;
  const entry = watcher.watching?.get(ref.ref);
  const alias = watcher.kernel.aliases.get(ref.ref);
  if (alias?.owner === watcher && endsWithMonitor(alias.mode)) dropAlias(watcher, ref.ref);
  if (entry !== undefined) {
    watcher.watching?.delete(ref.ref);
    entry.target.watchers?.remove(entry);
    entry.target.unwatched(entry);
  }
  if (options.flush === true)
    watcher.mailbox.take((item) => item instanceof DownMessage && sameRef(item.ref, ref));
  return entry !== undefined;
}

/** Tells everybody who watches a process that has ended. */
export function tellWatchers(ended: Party, reason: ExitReason, output: unknown): void {
  const { watchers } = ended;
  if (watchers === undefined) return;
  ended.watchers = undefined;
  for (let entry = watchers.first; entry !== undefined; entry = entry.next)
    tellWatcher(entry, reason, output);
}

/** The DOWN of one monitor, whose target is told no more. */
export function tellWatcher(entry: Monitor, reason: ExitReason, output: unknown): void {
  entry.watcher.watching?.delete(entry.ref.ref);
  if (endsWithMonitor(entry.options.alias)) dropAlias(entry.watcher, entry.ref.ref);
  deliverDown(entry, reason, entry.options.output === true ? output : undefined);
}

/** A process that has ended watches nobody any more. */
export function dropMonitors(ended: Party): void {
  if (ended.watching === undefined) return;
  for (const entry of ended.watching.values()) {
    entry.target.watchers?.remove(entry);
    entry.target.unwatched(entry);
  }
  ended.watching = undefined;
}

/** @throws {Misuse} the tag is the runtime's own */
export function checkMonitorOptions(options: MonitorOptions): void {
  if (options.tag?.startsWith("sys.") !== true) return;
  throw new Misuse(
    `The tag "${options.tag}" begins with "sys.", which is the runtime's own. Choose another.`,
  );
}

function endsWithMonitor(mode: AliasMode | undefined): boolean {
  return mode === "demonitor" || mode === "reply_demonitor";
}

function deliverDown(entry: Monitor, reason: ExitReason, output: unknown): void {
  const { ref, watcher, object, options, onDown } = entry;
  const down = new DownMessage(options.tag ?? "sys.down", ref, object, reason, output, onDown);
  watcher.deliver(down, options.priority === true);
}

// What is seen of a process as data that may leave it: bounded, sanitized, with secrets masked. And as a line of text.
import { sanitizeLine } from "../observe/sanitize.ts";
import { shownText, shownValue } from "../observe/shown-value.ts";
import { formatAddress } from "../process/address.ts";
import { type ExitReason, formatReason } from "../process/exit-reason.ts";
import { type Item, Request } from "../process/mailbox.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import { SystemMessage } from "../process/system-message.ts";
import type { Sight } from "./watch.ts";

export interface ShownMessage {
  /** `system` for what the runtime sends: exits, downs, timeouts. */
  readonly kind: "call" | "cast" | "message" | "system" | "reply";
  readonly type: string;
  /** What it carries, as a log would show it. */
  readonly payload: unknown;
}

interface Seen {
  /** Wall-clock milliseconds since the epoch. */
  readonly atMs: number;
  readonly pid: Pid;
}

export type TraceEvent =
  | (Seen & { readonly is: "in"; readonly message: ShownMessage })
  | (Seen & { readonly is: "out"; readonly to: string; readonly message: ShownMessage })
  | (Seen & { readonly is: "state"; readonly state: unknown })
  | (Seen & { readonly is: "exit"; readonly reason: string })
  /** So many events before the next one are not told, because they were too many or nobody read them. */
  | (Seen & { readonly is: "dropped"; readonly events: number });

/** One thing that was seen, as data; undefined for the begin of a turn, which is only counted. */
export function shownEvent(sight: Sight, process: Process): TraceEvent | undefined {
  const seen = { atMs: process.kernel.world.clock.wallTime(), pid: process.pid };
  switch (sight.is) {
    case "turn":
      return undefined;
    case "in":
      return { is: "in", ...seen, message: shownMessage(sight.item) };
    case "out":
      return {
        is: "out",
        ...seen,
        to: sanitizeLine(formatAddress(sight.to)),
        message: shownMessage(sight.item),
      };
    case "reply": {
      const { to, value } = sight.reply;
      const message = { kind: "reply", type: "reply", payload: shownValue(value) } as const;
      return { is: "out", ...seen, to: to === undefined ? "nobody" : formatPid(to), message };
    }
    case "state":
      return { is: "state", ...seen, state: shownState(process) };
    case "exit":
      return { is: "exit", ...seen, reason: shownReason(sight.reason) };
  }
}

/** The state of a process as its logic shows it (`formatState`), as data for a person. */
export function shownState({ behaviour }: Process): unknown {
  try {
    return shownValue(behaviour.state());
  } catch {
    return "(its state could not be shown)";
  }
}

/** An exit reason in words, without what is secret in it. */
export function shownReason(reason: ExitReason): string {
  return shownText(formatReason(shownValue(reason) as ExitReason));
}

/** An event as one line, fit for a terminal. */
export function formatTraceEvent(event: TraceEvent): string {
  return sanitizeLine(`${event.atMs} ${formatPid(event.pid)} ${said(event)}`);
}

function said(event: TraceEvent): string {
  switch (event.is) {
    case "in":
      return `got ${worded(event.message)}`;
    case "out":
      return `sent ${worded(event.message)} to ${event.to}`;
    case "state":
      return `became ${JSON.stringify(event.state)}`;
    case "exit":
      return `ended, ${event.reason}`;
    case "dropped":
      return `(${event.events} events left out)`;
  }
}

function worded({ kind, type, payload }: ShownMessage): string {
  const carried = payload === undefined ? "" : ` ${JSON.stringify(payload)}`;
  return kind === "reply" ? `a reply${carried}` : `${kind} "${type}"${carried}`;
}

/** A message that came, or waits, as data for a person. */
export function shownMessage(item: Item): ShownMessage {
  const type = shownText(String(item.type));
  if (item instanceof Request) {
    return { kind: item.from === undefined ? "cast" : "call", type, payload: shownValue(item.payload) };
  }
  const { type: _, ...payload } = item as { readonly type: string };
  const kind = item instanceof SystemMessage ? "system" : "message";
  return { kind, type, payload: Object.keys(payload).length === 0 ? undefined : shownValue(payload) };
}

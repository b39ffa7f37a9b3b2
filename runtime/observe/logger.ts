// Writes a node's events as lines of JSON, with pino. The table gives the level; time is the node's world's.
import type { Node } from "../node/node.ts";
import { type ExitReason, formatReason, reasonOfThrown } from "../process/exit-reason.ts";
import { type EventDefinition, type EventLevel, levelOf } from "./event-definition.ts";
import type { RuntimeEvent } from "./events.ts";
import { GuardedDestination, type LogDestination } from "./guarded-destination.ts";
import { type ShownOptions, shownText, shownValue } from "./shown-value.ts";

export interface LoggerOptions extends ShownOptions {
  readonly destination: LogDestination;
  /** Takes the lines that `destination` does not. What neither takes is dropped, and counted until lines get through again. */
  readonly fallback?: LogDestination;
  /** Events below it are not written. Default: `info`. */
  readonly level?: EventLevel;
}

/**
 * Writes every event of `node` from now on; gives back how to stop that. Loads pino. A line holds `level`, `time` (wall-clock
 * milliseconds), `node`, `event`, what the event tells, `err` where an error was the reason, and `msg`.
 */
export async function attachLogger(node: Node, options: LoggerOptions): Promise<() => void> {
  const { pino } = await import("pino");
  const { destination, fallback } = options;
  const guarded = new GuardedDestination(destination, fallback, {
    refused: (thrown) => node.emit("log_refused", { reason: reasonOfThrown(thrown) }),
    lost: (lines) => node.emit("log_lines_lost", { lines }),
  });
  const logger = pino(
    {
      level: options.level ?? "info",
      base: { node: node.name },
      timestamp: () => `,"time":${node.world.clock.wallTime()}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    guarded,
  );
  return node.subscribe((event, definition) => {
    const level = levelOf(definition, event.data);
    if (logger.isLevelEnabled(level)) logger[level](lineOf(event, definition, options), definition.means);
  });
}

function lineOf({ name, data }: RuntimeEvent, { metadata }: EventDefinition, options: ShownOptions): object {
  const line: Record<string, unknown> = { event: name };
  for (const [field, value] of Object.entries(data)) {
    const shown = shownValue(value, options);
    if (metadata[field]?.kind !== "reason") {
      line[field] = shown;
      continue;
    }
    line[field] = shownText(formatReason(shown as ExitReason));
    if (isErrorReason(shown)) line.err = shown.error;
  }
  return line;
}

function isErrorReason(shown: unknown): shown is { readonly error: object } {
  return typeof shown === "object" && shown !== null && "error" in shown && typeof shown.error === "object";
}

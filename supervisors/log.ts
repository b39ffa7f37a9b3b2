// The application's log, where the configuration asks for one.
import { maskSecrets } from "../actors/workspace/masking.ts";
import { attachLogger, type LogDestination, LogFile, type Node } from "../runtime/index.ts";
import { Secret } from "../runtime/secret.ts";
import type { ConfigurationValues } from "./config.ts";

/**
 * Logs what happens in `node`, to the configured file or to `console`, which also takes what the file does not. Gives back
 * how to end that, which resolves when everything is written. Without a level, and without a place, it loads nothing.
 */
export async function startLog(
  node: Node,
  values: ConfigurationValues,
  console: LogDestination | undefined,
): Promise<() => Promise<void>> {
  const { level, file } = values.log;
  const screen = console === undefined ? undefined : new Screen(console);
  const log = file === undefined ? undefined : new LogFile(node.world.files, file);
  const destination = log ?? screen;
  if (level === "off" || destination === undefined) return async () => {};
  const detach = await attachLogger(node, {
    level,
    destination,
    mask: maskOf(values),
    ...(log === undefined || screen === undefined ? {} : { fallback: screen }),
  });
  return async () => {
    // What comes of the last lines is told in the log too.
    await log?.flush();
    detach();
    await log?.flush();
    await screen?.flush();
  };
}

/** A place for lines that knows when it has taken them. */
class Screen implements LogDestination {
  readonly #place: LogDestination;
  #last: unknown;

  constructor(place: LogDestination) {
    this.#place = place;
  }

  write(line: string): unknown {
    this.#last = this.#place.write(line);
    return this.#last;
  }

  async flush(): Promise<void> {
    // What was not taken was counted by whoever wrote it.
    await Promise.resolve(this.#last).catch(() => {});
  }
}

/** Everything else is too short for a key, and names nothing that could be one: to look closer takes 0.1 ms. */
const mayHoldSecret = /\S{16}|[=:]\s*\S/;

/** Masks the keys of the configuration, and whatever looks like one. */
function maskOf(values: ConfigurationValues): (text: string) => string {
  const keys = secretsIn(values);
  return (text) => {
    const known = keys.reduce((masked, key) => masked.replaceAll(key, "[secret]"), text);
    return mayHoldSecret.test(known) ? maskSecrets(known, { isCode: false }).text : known;
  };
}

function secretsIn(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}

// The running library for as long as one command needs it.
import type { OwnDesk } from "../supervisors/runs/own-desk.ts";
import type { Host, Library, Settings } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { settledWithin, withLastWords } from "./last-words.ts";
import { stopDeadlineMs } from "./limits.ts";

/**
 * Starts the library for `use`. Whatever happens, it is stopped before this settles: after a signal when `use` has ended, which
 * hears of it by itself, or its moment for that is over.
 */
export function withLibrary<Result>(
  settings: Settings,
  host: Host,
  interruption: Interruption,
  use: (library: Library) => Promise<Result>,
): Promise<Result> {
  return whileStarted((onFailure) => settings.start(onFailure), host, interruption, use);
}

/** As `withLibrary`, for what needs no more than the desk of runs. */
export function withDesk<Result>(
  settings: Settings,
  host: Host,
  interruption: Interruption,
  use: (desk: OwnDesk) => Promise<Result>,
): Promise<Result> {
  return whileStarted((onFailure) => settings.startDesk(onFailure), host, interruption, use);
}

async function whileStarted<Started extends Pick<Library, "stop">, Result>(
  start: (onFailure: (thrown: unknown) => void) => Promise<Started>,
  host: Host,
  interruption: Interruption,
  use: (started: Started) => Promise<Result>,
): Promise<Result> {
  const started = await interruption.orInterrupted(start((thrown) => interruption.fail(thrown)));
  try {
    return await withLastWords(host, interruption, use(started));
  } finally {
    // A result is not lost to a bad ending.
    await settledWithin(host.world, stopDeadlineMs, started.stop());
  }
}

// The running library for as long as one command needs it.
import type { Host, Library, Settings } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { stopDeadlineMs } from "./limits.ts";

/** Starts the library for `use`. Whatever happens, it is stopped before this settles. */
export async function withLibrary<Result>(
  settings: Settings,
  host: Host,
  interruption: Interruption,
  use: (library: Library) => Promise<Result>,
): Promise<Result> {
  const library = await interruption.orInterrupted(settings.start((thrown) => interruption.fail(thrown)));
  try {
    return await interruption.orInterrupted(use(library));
  } finally {
    await settledWithin(host, stopDeadlineMs, library.stop());
  }
}

/** Resolves when `work` has settled either way, or at the deadline: a result is not lost to a bad ending. */
function settledWithin(host: Host, deadlineMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = host.world.timers.set(deadlineMs, resolve);
    const done = (): void => {
      host.world.timers.clear(timer);
      resolve();
    };
    work.then(done, done);
  });
}

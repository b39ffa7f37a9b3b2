// SIGTERM as OTP takes it: everything is shut down in order, and then the program ends by itself.
import { limits } from "../limits.ts";
import type { Applications } from "./application.ts";

/** Where the operating system's signals are heard: Node's `process` is one. */
export interface StopSignals {
  on(signal: "SIGTERM", listener: () => void): unknown;
  off(signal: "SIGTERM", listener: () => void): unknown;
}

export interface StopOnSignalOptions {
  /** As for `shutdown`. */
  readonly deadlineMs?: number;
  /** Is told when all is over, and whether it was in good order: the place to set an exit code other than 0. */
  readonly onStopped?: (inGoodOrder: boolean) => void;
}

/**
 * Shuts the applications and their node down at SIGTERM; one that comes while that is under way changes nothing. The program
 * then ends with exit code 0, unless something else keeps it running or decides otherwise. Gives back how to listen no more.
 */
export function stopOnSignal(
  applications: Applications,
  signals: StopSignals,
  { deadlineMs = limits.applicationStopMsDefault, onStopped }: StopOnSignalOptions = {},
): () => void {
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    const inGoodOrder = await applications.shutdown(deadlineMs);
    signals.off("SIGTERM", listener);
    onStopped?.(inGoodOrder);
  };
  const listener = (): void => void stop();
  signals.on("SIGTERM", listener);
  return () => void signals.off("SIGTERM", listener);
}

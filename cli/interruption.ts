// SIGINT and SIGTERM while a command runs: the first asks it to stop, the second or a deadline ends it at once.
import { AiexError } from "../runtime/errors.ts";
import { HeapExhausted } from "../runtime/node/heap.ts";
import type { Timers } from "../runtime/world.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { stopDeadlineMs } from "./limits.ts";

export type StopSignal = "SIGINT" | "SIGTERM";

export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code of the signal that came, undefined as long as none did. */
  exitCode(): ExitCode | undefined;
  /** `work`, or a rejection with `Interrupted` as soon as a signal comes. */
  orInterrupted<T>(work: Promise<T>): Promise<T>;
  /** As a signal, for a failure that belongs to nothing the command waits for: all of it rejects with that failure. */
  fail(thrown: unknown): void;
  /** Gives the signals back to the system. */
  end(): void;
}

export class Interrupted extends AiexError {
  readonly code = "interrupted";
}

export interface InterruptionOptions {
  readonly signals: SignalSource;
  readonly timers: Timers;
  /** Ends the program without waiting for anything. */
  readonly endNow: (code: ExitCode) => void;
}

export function watchInterruption({ signals, timers, endNow }: InterruptionOptions): Interruption {
  const abort = new AbortController();
  let code: ExitCode | undefined;
  let deadline: unknown;
  const listener = (signal: StopSignal): void => {
    if (code !== undefined) {
      endNow(code);
      return;
    }
    const ending = signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated;
    code = ending;
    deadline = timers.set(stopDeadlineMs, () => endNow(ending));
    abort.abort(new Interrupted(`Ended by ${signal}.`));
  };
  signals.on("SIGINT", listener);
  signals.on("SIGTERM", listener);
  return {
    signal: abort.signal,
    exitCode: () => code,
    orInterrupted: (work) => orAborted(work, abort.signal),
    fail: (thrown) => abort.abort(asFault(thrown)),
    end: () => {
      signals.off("SIGINT", listener);
      signals.off("SIGTERM", listener);
      if (deadline !== undefined) timers.clear(deadline);
    },
  };
}

/** An error that a caller could expect is a fault where nobody called; that the memory is used up is none. */
function asFault(thrown: unknown): unknown {
  if (!(thrown instanceof AiexError) || thrown instanceof HeapExhausted) return thrown;
  return new Error(thrown.message, { cause: thrown });
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

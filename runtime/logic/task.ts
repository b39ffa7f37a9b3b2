// Tasks: a function in a process of its own, whose result its owner waits for (Elixir: `Task`).
import { limits } from "../limits.ts";
import { exit, unlink } from "../process/acting.ts";
import { awaitExit, beginCall, type CallFailure, PendingCall } from "../process/calls.ts";
import { currentProcess } from "../process/current.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { CalleeExited, CallTimeout, Misuse } from "../process/failures.ts";
import { OwnedTimer } from "../process/owned-timer.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import { spawnProcess } from "../process/spawn.ts";

type Ended<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: ExitReason };

/** A task that was started. It belongs to the process that started it, and no other may wait for it. */
export class Task<T> {
  readonly pid: Pid;
  readonly owner: Pid;
  readonly #ended: Promise<Ended<T>>;

  /** Begins to run `work`; use `task.async` or `task.asyncNolink`. */
  constructor(owner: Process, work: () => T | Promise<T>, link: boolean) {
    let hasReturned = false;
    const run = noting(work, () => {
      hasReturned = true;
    });
    // How it began is part of how it ends.
    const ignore = (): void => {};
    const process = spawnProcess(owner, run, { link }, ignore, ignore);
    this.pid = process.pid;
    this.owner = owner.pid;
    let settle: (ended: Ended<T>) => void = () => {};
    this.#ended = new Promise((resolve) => {
      settle = resolve;
    });
    const end = (failure: CallFailure): void => {
      if (failure.kind !== "exited") return;
      const { reason, output } = failure;
      // One that ends itself with `normal` has come to nothing.
      const isResult = reason === "normal" && hasReturned;
      settle(isResult ? { ok: true, value: output as T } : { ok: false, reason });
    };
    const ref = owner.kernel.nextRef();
    beginCall(
      new PendingCall(ref, owner, process, process.pid, "task", () => {}, end),
      Number.POSITIVE_INFINITY,
    );
  }

  /** How it ended, when it has. */
  ended(): Promise<Ended<T>> {
    this.#ownerOnly();
    return this.#ended;
  }

  /** How it ended, or undefined when it has not within `timeoutMs` milliseconds. */
  endedWithin(timeoutMs: number): Promise<Ended<T> | undefined> {
    const owner = this.#ownerOnly();
    if (timeoutMs === Number.POSITIVE_INFINITY) return this.#ended;
    return new Promise((resolve) => {
      const timer = new OwnedTimer(owner.kernel, owner, timeoutMs, () => resolve(undefined));
      this.#ended.then((ended) => {
        timer.stop();
        resolve(ended);
      });
    });
  }

  #ownerOnly(): Process {
    const process = currentProcess();
    if (process.pid !== this.owner) {
      throw new Misuse(
        `A task is awaited by the process that started it, ${formatPid(this.owner)}, and not by ${formatPid(process.pid)}.`,
      );
    }
    return process;
  }
}

export const task = {
  /** Starts `work` in a linked process: if either fails, so does the other. */
  async<T>(work: () => T | Promise<T>): Task<T> {
    return new Task(currentProcess(), work, true);
  },

  /** Starts `work` in a process that is not linked: its failure is a result. */
  asyncNolink<T>(work: () => T | Promise<T>): Task<T> {
    return new Task(currentProcess(), work, false);
  },

  /**
   * Waits for the result. 5,000 milliseconds by default.
   * @throws {CallTimeout} it took too long; left alone this ends the caller, and with it a linked task, as in Elixir
   * @throws {CalleeExited} the task failed
   */
  async await<T>(started: Task<T>, timeoutMs: number = limits.callTimeoutMsDefault): Promise<T> {
    const ended = await started.endedWithin(timeoutMs);
    const what = `Task ${formatPid(started.pid)}`;
    if (ended === undefined) throw new CallTimeout(what, "await", timeoutMs);
    if (!ended.ok) throw new CalleeExited(what, "await", ended.reason);
    return ended.value;
  },

  /** How it ended, or undefined when it has not yet: it may be asked again. */
  async yield<T>(
    started: Task<T>,
    timeoutMs: number = limits.callTimeoutMsDefault,
  ): Promise<Ended<T> | undefined> {
    return started.endedWithin(timeoutMs);
  },

  /**
   * Stops the task, `kill` after `timeoutMs` milliseconds, and gives how it ended; a result that was ready is not lost.
   */
  async shutdown<T>(
    started: Task<T>,
    timeoutMs: number | "brutal_kill" = limits.shutdownMsDefault,
  ): Promise<Ended<T>> {
    const owner = currentProcess();
    const ended = started.ended();
    const process = owner.kernel.find(started.pid);
    unlink(started.pid);
    if (process !== undefined && timeoutMs !== "brutal_kill") {
      exit(started.pid, "shutdown");
      await awaitExit(owner, process, timeoutMs);
    }
    exit(started.pid, "kill");
    return ended;
  },
};

/** `work` under its own name, which notes when it returns. */
function noting<T>(work: () => T | Promise<T>, note: () => void): () => T | Promise<T> {
  if (typeof work !== "function") return work;
  const noted = (): T | Promise<T> => {
    const result = work();
    if (!(result instanceof Promise)) {
      note();
      return result;
    }
    return result.then((value) => {
      note();
      return value;
    });
  };
  return Object.defineProperty(noted, "name", { value: work.name });
}

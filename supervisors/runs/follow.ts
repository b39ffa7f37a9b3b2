// Reads a run by the numbers of its entries, page by page, until it is over or nobody goes on with it.
import type { ReadRunRequest, RunPage } from "../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import { isOver, type RunSummary } from "../../actors/runs/run-summary.ts";
import { followLimits } from "./limits.ts";
import { RunRefused } from "./refused.ts";
import type { FollowOptions, RunQuestion } from "./runs.ts";

/** Where a run is read from, whoever has it. */
export interface RunSource {
  /** Waits for entries where there are none yet. Where the one that was asked is gone, another one is. @throws {RunRefused} */
  read(request: ReadRunRequest): Promise<RunPage>;
  answer(id: string, question: string, choice: string): Promise<unknown>;
}

/**
 * Resolves when the run is over, or interrupted, and every entry was given.
 * @throws {RunRefused}; what `signal` was aborted with; what `onEntry` or `onQuestion` threw
 */
export async function followEntries(
  source: RunSource,
  id: string,
  options: Pick<FollowOptions, "from" | "onEntry" | "onQuestion" | "signal">,
): Promise<RunSummary> {
  const { from = 1, onEntry, onQuestion, signal } = options;
  signal?.throwIfAborted();
  const ended = endOf(signal);
  const open = new Map<string, RunQuestion>();
  const ask = ({ question, ...asked }: RunQuestion): void => {
    onQuestion?.({ question, ...asked })
      .then((choice) => (choice === undefined ? undefined : source.answer(id, question, choice)))
      // Somebody else may have answered meanwhile, or the run be over: its entries tell.
      .catch((error: unknown) => (error instanceof RunRefused ? undefined : ended.fail(error)));
  };
  let next = from;
  try {
    for (let strange = 0; ; ) {
      const page = await ended.or(
        source.read({ id, from: next, waitMs: followLimits.readWaitMs, bytesMax: followLimits.pageBytesMax }),
      );
      const entries = following(next, page.entries);
      strange = entries.length < page.entries.length ? strange + 1 : 0;
      if (strange > followLimits.strangePagesMax) throw leavesOut(id, next);
      for (const entry of entries) {
        await ended.or(Promise.resolve(onEntry?.(entry)));
        if (entry.type === "asked") open.set(entry.question, entry);
        else if (entry.type === "answered") open.delete(entry.question);
        next = entry.n + 1;
      }
      if (next <= page.summary.n) continue;
      if (isOver(page.summary.phase) || page.summary.phase === "interrupted") return page.summary;
      // Only now is it known which of the questions nobody has answered.
      for (const question of open.values()) ask(question);
      open.clear();
    }
  } finally {
    ended.forget();
  }
}

/** What of a page is new, in order: what is there already is dropped, and what comes after a gap has to be read again. */
export function following(next: number, entries: readonly RunEntry[]): readonly RunEntry[] {
  const fresh: RunEntry[] = [];
  for (const entry of entries) {
    if (entry.n === next + fresh.length) fresh.push(entry);
    else if (entry.n > next) break;
  }
  return fresh;
}

function leavesOut(id: string, n: number): RunRefused {
  return new RunRefused(
    "bad_run",
    `What is told of run ${id} leaves out its entry ${n}, however often it is asked for. Ask another node, or read it with \`aiex runs show ${id} --at ${n - 1}\`.`,
  );
}

interface Ended {
  fail(error: unknown): void;
  /** @throws what ended the following, as soon as that happens */
  or<Value>(work: Promise<Value>): Promise<Value>;
  forget(): void;
}

function endOf(signal: AbortSignal | undefined): Ended {
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const abort = (): void => fail(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  return {
    fail,
    or: (work) => Promise.race([failed, work]),
    forget: () => signal?.removeEventListener("abort", abort),
  };
}

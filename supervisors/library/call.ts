// A call of the library: work that has begun as a run, can be awaited for its result, and iterated for the events of its run.
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import { AiexError } from "../../runtime/errors.ts";
import type { FollowOptions, RunEnd, RunOrder, Runs } from "../runs/runs.ts";
import { EventQueue } from "./event-queue.ts";

/**
 * Work that goes on. Awaiting it gives the result, or rejects with why there is none; iterating it gives every event of its run from
 * the first on, also where it is iterated late or twice, and ends with the run. A failure that nobody awaits is no unhandled one.
 */
export interface Call<Result> extends PromiseLike<Result>, AsyncIterable<RunEntry> {
  /** The id of its run, once that is written down: from then on `aiex runs resume` finds it, whatever becomes of this program. */
  readonly run: Promise<string>;
  /** Ends it for good. Awaiting it rejects with the code `run_cancelled` then. */
  cancel(): Promise<void>;
}

/** A run that came to no result; `code` says why, as `aiex runs show` has it. */
export class CallFailed extends AiexError {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface CallOptions<Result> {
  readonly order: () => Promise<RunOrder>;
  readonly onQuestion: NonNullable<FollowOptions["onQuestion"]>;
  /** Of a run that is done. */
  readonly result: (end: RunEnd) => Result | Promise<Result>;
  /** Of a run that is not. Default: `CallFailed`. */
  readonly failure?: (end: RunEnd) => Promise<Error>;
  /** Lets the run go, to be gone on with later; the call rejects with its reason. */
  readonly signal: AbortSignal | undefined;
}

export function callOf<Result>(runs: Runs, options: CallOptions<Result>): Call<Result> {
  const { order, onQuestion, result, signal, failure = async (end: RunEnd) => failureOf(end) } = options;
  const submitted = async (): Promise<string> => {
    signal?.throwIfAborted();
    return runs.submit(await order());
  };
  const run = submitted();
  const followed = async (): Promise<Result> => {
    const id = await run;
    const end = await runs.follow(id, { onQuestion, signal }).catch(async (error: unknown) => {
      if (signal?.aborted === true) await runs.leave(id, "It was interrupted.");
      throw error;
    });
    if (end.summary.phase === "done") return result(end);
    throw await failure(end);
  };
  const settled = followed();
  for (const promise of [run, settled]) promise.catch(() => undefined);
  return {
    run,
    // biome-ignore lint/suspicious/noThenProperty: a call is awaited as a promise is.
    then: (onResult, onFailure) => settled.then(onResult, onFailure),
    cancel: async () => {
      await runs.cancel(await run);
    },
    [Symbol.asyncIterator]: () => eventsOf(runs, run),
  };
}

/** Why there is no result. */
export function failureOf({ summary, problem }: RunEnd): CallFailed {
  const { id, phase } = summary;
  if (phase === "failed") {
    const { code = "run_failed", message = "Why is not known." } = problem ?? {};
    return new CallFailed(code, `Run ${id} failed. ${message}`);
  }
  return new CallFailed(`run_${phase}`, `Run ${id} is ${phase}, and has no result.`);
}

async function* eventsOf(runs: Runs, run: Promise<string>): AsyncGenerator<RunEntry, void, undefined> {
  const id = await run;
  const left = new AbortController();
  const queue = new EventQueue<RunEntry>();
  const following = runs.follow(id, { onEntry: (entry) => queue.add(entry), signal: left.signal });
  following.then(
    () => queue.end(),
    (error: unknown) => queue.fail(error),
  );
  try {
    yield* queue;
  } finally {
    left.abort(new Error("Nobody iterates any more."));
  }
}

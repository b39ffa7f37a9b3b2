// Follows one run to its end: asks the runner, hears the progress, and asks again when the runner was lost on the way.

import type { ContextManager } from "../actors/context/manager.ts";
import type { Plan } from "../actors/pipeline/plan.ts";
import type { PipelineRunner } from "../actors/pipeline/run-desk.ts";
import {
  describeFailure,
  type ProgressMessage,
  type RunResult,
  retryDelayMs,
} from "../actors/pipeline/run-steps.ts";
import {
  AiexError,
  CalleeExited,
  call,
  cast,
  type Node,
  NoProcess,
  named,
  receive,
  self,
  send,
  sleep,
} from "../runtime/index.ts";
import { pipelineNames } from "./trees/pipeline.ts";

export type Followed =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly message: string };

/** Times that the runner may be lost under one run. Restarted at once it costs a few milliseconds, so this is seconds of trouble. */
const lossesMax = 10;

const runner = named<PipelineRunner>(pipelineNames.runner);
const context = named<ContextManager>("context.manager");

/**
 * Has a plan carried out. When `signal` aborts, the run is given up.
 * @throws what `signal` was aborted with
 */
export async function followRun(
  node: Node,
  run: { readonly id: string; readonly plan: Plan },
  signal: AbortSignal | undefined,
  onProgress: (progress: ProgressMessage) => void,
): Promise<Followed> {
  signal?.throwIfAborted();
  let settle: (followed: Followed) => void = () => {};
  const settled = new Promise<Followed>((resolve) => {
    settle = resolve;
  });
  const reader = await node.spawn(async () => {
    const result = askUntilAnswered(run);
    const me = self();
    result.then(
      () => send(me, { type: "answered" }),
      () => send(me, { type: "answered" }),
    );
    for (;;) {
      const message = await receive();
      if (message.type === "answered") break;
      if (message.type === "pipeline.progress") onProgress(message as unknown as ProgressMessage);
    }
    cast(context, "forget", { session: run.id });
    settle(await result);
  });
  const abort = (): void => node.exit(reader, "shutdown");
  signal?.addEventListener("abort", abort, { once: true });
  // It may have been aborted while the reader started, and then no event comes any more.
  if (signal?.aborted === true) abort();
  const down = new Promise<Followed>((resolve) => {
    node.monitor(reader, ({ reason }) =>
      resolve({ ok: false, message: `Its reader ended: ${JSON.stringify(reason)}.` }),
    );
  });
  try {
    const followed = await Promise.race([settled, down]);
    signal?.throwIfAborted();
    return followed;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Asking again under the same id finds the run that is there, or starts it again from what its steps had kept. */
async function askUntilAnswered(run: { readonly id: string; readonly plan: Plan }): Promise<Followed> {
  for (let losses = 0; ; losses += 1) {
    try {
      const result: RunResult = await call(
        runner,
        "run",
        { ...run, reader: self() },
        { timeoutMs: Number.POSITIVE_INFINITY },
      );
      return result.ok
        ? { ok: true, output: result.output }
        : { ok: false, message: describeFailure(result) };
    } catch (error) {
      const wasLost = error instanceof NoProcess || error instanceof CalleeExited;
      if (!wasLost || losses >= lossesMax) {
        return { ok: false, message: error instanceof AiexError ? error.message : String(error) };
      }
      await sleep(retryDelayMs(losses + 1));
    }
  }
}

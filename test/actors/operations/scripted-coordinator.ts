// A coordinator of language models that answers from a script, on a node in virtual time.
import type { CompletionResult } from "../../../actors/llm/complete.ts";
import type { Completion, CompletionOrder } from "../../../actors/llm/completion.ts";
import type { FailureCode, Tries } from "../../../actors/llm/failure.ts";
import {
  noReply,
  ok,
  replyWith,
  server,
  simulatedWorld,
  startNode,
  stopWith,
} from "../../../runtime/index.ts";

/** `lost`: the coordinator ends in the middle of it. */
export type Script = (order: CompletionOrder, index: number) => CompletionResult | "lost";

const oneTry: Tries = { requests: 1, inVain: 0 };

export function says(answer: unknown, over: Partial<Completion> = {}): CompletionResult {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  const usage = { input_tokens: 100, output_tokens: 20 };
  const completion: Completion = { text, model: "model-1-2026", finish: "stop", usage, ...over };
  return { ok: true, completion, entry: "work", tries: oneTry };
}

export function fails(code: FailureCode, tries: Tries = oneTry): CompletionResult {
  return { ok: false, failure: { code, message: `It said ${code}.`, retryable: false }, tries };
}

/** Plays `work` as a process beside the coordinator; gives what it was asked. */
export async function besideCoordinator(
  script: Script,
  work: () => Promise<void>,
): Promise<readonly CompletionOrder[]> {
  const world = simulatedWorld();
  const node = startNode({ world, name: "test", boundary: "freeze" });
  const orders: CompletionOrder[] = [];
  const coordinator = server("llm.coordinator", {
    init: () => ok(null),
    calls: {
      complete: (state: null, order: CompletionOrder) => {
        orders.push(order);
        const result = script(order, orders.length - 1);
        return result === "lost" ? stopWith("crashed", state) : replyWith(result, state);
      },
    },
    info: (state) => noReply(state),
  });
  await world.until(node.spawn(coordinator, { name: "llm.coordinator" }));
  const played = new Promise<void>((resolve, reject) => {
    void node.spawn(() => work().then(resolve, reject));
  });
  await world.until(played);
  return orders;
}

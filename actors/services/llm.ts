// The service `llm`: completions by the language models of the node that takes the request, and what state those are in.
import { z } from "zod";
import { call } from "../../runtime/index.ts";
import { complete, coordinator } from "../llm/complete.ts";
import { completionOrder } from "../llm/completion.ts";
import { CompletionFailed, type FailureCode } from "../llm/failure.ts";
import {
  answered,
  endpoint,
  failed,
  fromPart,
  type Outcome,
  type ServiceDefinition,
  type Status,
  unavailable,
} from "./endpoint.ts";
import { serviceLimits } from "./limits.ts";

const { answerMsMax, statusMsMax } = serviceLimits;
/** Milliseconds by which the coordinator is told earlier, so that its own words are the answer. */
const aheadMs = 5_000;

export const llmService: ServiceDefinition = {
  name: "llm",
  description: "Completions by language models",
  main: "complete",
  endpoints: [
    endpoint("complete", {
      description: "Takes { request: { messages: [{ role, content }, ...] }, provider?, deadline_ms? }.",
      timeoutMs: answerMsMax,
      payload: completionOrder,
      answer: async (order) => {
        const most = answerMsMax - aheadMs;
        const deadline = Math.min(order.deadline_ms ?? most, most);
        try {
          return answered(await complete(call, { ...order, deadline_ms: deadline }));
        } catch (error) {
          return notCompleted(error);
        }
      },
    }),
    endpoint("status", {
      description: "Takes nothing.",
      timeoutMs: statusMsMax,
      payload: z.union([z.undefined(), z.null(), z.strictObject({})]),
      answer: () => fromPart(call(coordinator, "status")),
    }),
  ],
};

function notCompleted(error: unknown): Outcome {
  if (!(error instanceof CompletionFailed)) return unavailable(error);
  return failed(statusOf(error.code), error.code, error.message, error.retryable);
}

function statusOf(code: FailureCode): Status {
  switch (code) {
    case "invalid_order":
    case "invalid_request":
    case "context_too_long":
      return 400;
    case "unknown_provider":
      return 404;
    case "no_provider":
    case "all_unavailable":
    case "interrupted":
      return 503;
    case "limited":
    case "budget":
    case "too_many_waiting":
      return 429;
    case "deadline":
      return 504;
    default:
      return 502;
  }
}

// What happens with language models, as events that logs, metrics and traces hear of.
import { defineEvents, event, field, measure } from "../../runtime/index.ts";

const entry = { entry: field.label("The entry of llm.providers") };
const request = { ...entry, request: field.pid("The process of the request") };
const key = ["request"] as const;

export const llmEvents = defineEvents("llm", {
  request_began: event({
    means: "A provider of models is asked.",
    level: "debug",
    metadata: request,
    span: { is: "begin", span: "llm.request", key },
  }),
  request_answered: event({
    means: "A provider of models has answered.",
    level: "info",
    measurements: {
      inputTokens: measure("{token}", "Tokens that the model read; 0 where the provider does not say"),
      outputTokens: measure("{token}", "Tokens that it wrote; 0 where the provider does not say"),
    },
    metadata: { ...request, finish: field.label("Why the answer ends: stop, length or refused") },
    span: { is: "end", span: "llm.request", key, failed: false },
  }),
  request_failed: event({
    means: "A provider of models gave no answer, or none in time.",
    level: "warn",
    metadata: { ...request, code: field.label("The code of the failure") },
    span: { is: "end", span: "llm.request", key, failed: true },
  }),
  request_abandoned: event({
    means: "Nobody waits any more for what a provider of models is asked.",
    level: "info",
    metadata: request,
    span: { is: "end", span: "llm.request", key, failed: true },
  }),
  answer_continued: event({
    means: "An answer was cut off, and is gone on with where it was.",
    level: "info",
    metadata: request,
  }),
  answer_restarted: event({
    means: "An answer was cut off, and begins again: nobody can go on with it in the middle.",
    level: "info",
    metadata: request,
  }),
  answer_partial: event({
    means: "An answer was cut off, and nobody could go on with it: it is given as a part.",
    level: "warn",
    metadata: { ...request, code: field.label("The code of the last failure") },
  }),
  breaker_opened: event({
    means: "A provider of models failed too often, and is left alone for a while.",
    level: "warn",
    measurements: { failures: measure("{failure}", "Failures in a row") },
    metadata: entry,
  }),
  breaker_half_opened: event({
    means: "A provider of models was left alone for long enough: one request may try it.",
    level: "info",
    metadata: entry,
  }),
  breaker_closed: event({
    means: "A provider of models answers again.",
    level: "info",
    metadata: entry,
  }),
});

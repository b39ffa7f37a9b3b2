// The service `context`: what is remembered for clients, in sessions of their own, apart from those of operations and people.
import { z } from "zod";
import { call } from "../../runtime/index.ts";
import { sessionLimits } from "../context/sessions/limits.ts";
import { type SessionAnswer, sessionManager } from "../context/sessions/manager.ts";
import { idOfClient, type SessionEntry, type SessionRef } from "../context/sessions/session.ts";
import { ownWorld } from "../llm/own-world.ts";
import { maskSecrets } from "../workspace/masking.ts";
import {
  answered,
  endpoint,
  failed,
  fromPart,
  type Outcome,
  type ServiceDefinition,
  unavailable,
} from "./endpoint.ts";
import { serviceLimits } from "./limits.ts";

const { keyCharactersMax, statusMsMax } = serviceLimits;
const { askMsMax: timeoutMs, nameCharactersMax, summaryCharactersMax } = sessionLimits;
/** As a name that people type: it is shown to them. */
const session = z
  .string()
  .min(1)
  .max(nameCharactersMax)
  .regex(/^\P{C}+$/u, "it has characters that cannot be seen");
const key = z.string().min(1).max(keyCharactersMax);

export const contextService: ServiceDefinition = {
  name: "context",
  description: "What is remembered, by session and key",
  main: "status",
  endpoints: [
    endpoint("put", {
      description:
        "Takes { session, key, text }, and gives { kept }. Of two texts with one key the later stays. Secrets in it are masked.",
      timeoutMs,
      payload: z.strictObject({ session, key, text: z.string().max(summaryCharactersMax) }),
      answer: ({ session, key, text }) => {
        const entries = [entryOf(key, text)];
        return granted(call(sessionManager, "add", { session: own(session), entries }, { timeoutMs }), () =>
          answered({ kept: true }),
        );
      },
    }),
    endpoint("get", {
      description:
        "Takes { session } or { session, key }, and gives { entries: [{ key, at, text }] }, the oldest first.",
      timeoutMs,
      payload: z.strictObject({ session, key: key.optional() }),
      answer: ({ session, key }) =>
        granted(call(sessionManager, "read", { id: own(session).id }, { timeoutMs }), (found) => {
          const entries = (found?.entries ?? [])
            .filter(({ id }) => key === undefined || id === key)
            .map(({ id, at, summary }) => ({ key: id, at, text: summary }));
          const words = "Nothing is remembered under that in this session.";
          return entries.length === 0 ? failed(404, "not_found", words) : answered({ entries });
        }),
    }),
    endpoint("forget", {
      description: "Takes { session }, and gives { known }.",
      timeoutMs,
      payload: z.strictObject({ session }),
      answer: ({ session }) =>
        granted(call(sessionManager, "clear", { id: own(session).id }, { timeoutMs }), (known) =>
          answered({ known }),
        ),
    }),
    endpoint("status", {
      description: "Takes nothing.",
      timeoutMs: statusMsMax,
      payload: z.union([z.undefined(), z.null(), z.strictObject({})]),
      answer: () => fromPart(call(sessionManager, "status", undefined, { timeoutMs: statusMsMax })),
    }),
  ],
};

/** What operations have found, and what people have named, is in sessions too: no client reads or changes that. */
function own(name: string): SessionRef {
  return { id: idOfClient(name), label: `${name} (client)`, directory: null };
}

function entryOf(key: string, text: string): SessionEntry {
  const { text: summary } = maskSecrets(text, { isCode: false });
  const at = ownWorld().clock.wallTime();
  return { id: key, at, kind: "message", operation: "client", summary, paths: [], run: null, short: false };
}

async function granted<Value>(
  asking: Promise<SessionAnswer<Value>>,
  outcome: (value: Value) => Outcome,
): Promise<Outcome> {
  try {
    const answer = await asking;
    return answer.ok ? outcome(answer.value) : failed(503, "context_unavailable", answer.message, true);
  } catch (error) {
    return unavailable(error);
  }
}

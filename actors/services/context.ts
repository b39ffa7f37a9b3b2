// The service `context`: what the node that takes the request remembers for clients. Their sessions are apart from the program's own.
import { z } from "zod";
import { call, named } from "../../runtime/index.ts";
import type { ContextManager } from "../context/manager.ts";
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

const { keyCharactersMax, statusMsMax: timeoutMs } = serviceLimits;
const manager = named<ContextManager>("context.manager");
const text = z.string().min(1).max(keyCharactersMax);
const place = { session: text, key: text };

export const contextService: ServiceDefinition = {
  name: "context",
  description: "What is remembered, by session and key",
  main: "status",
  endpoints: [
    endpoint("put", {
      description:
        "Takes { session, key, value }, and gives { kept }: false where it is larger than all there is room for.",
      timeoutMs,
      payload: z.strictObject({ ...place, value: z.json() }),
      answer: async ({ session, key, value }) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
        return wrapped("kept", call(manager, "put", { session: own(session), key, value, bytes }));
      },
    }),
    endpoint("get", {
      description: "Takes { session, key }, and gives { value }.",
      timeoutMs,
      payload: z.strictObject(place),
      answer: async ({ session, key }) => {
        const found = await wrapped("value", call(manager, "get", { session: own(session), key }));
        const isMissing = found.ok && (found.value as { value: unknown }).value === undefined;
        const words = `Nothing is remembered under ${JSON.stringify(key)} in that session on this node.`;
        return isMissing ? failed(404, "not_found", words) : found;
      },
    }),
    endpoint("forget", {
      description: "Takes { session }, and gives { known }.",
      timeoutMs,
      payload: z.strictObject({ session: text }),
      answer: ({ session }) => wrapped("known", call(manager, "forget", { session: own(session) })),
    }),
    endpoint("status", {
      description: "Takes nothing.",
      timeoutMs,
      payload: z.union([z.undefined(), z.null(), z.strictObject({})]),
      answer: () => fromPart(call(manager, "status")),
    }),
  ],
};

/** What runs have found is kept in sessions too, by the names of the runs: no client reads or changes that. */
function own(session: string): string {
  return `svc.${session}`;
}

async function wrapped(name: string, asking: Promise<unknown>): Promise<Outcome> {
  try {
    return answered({ [name]: await asking });
  } catch (error) {
    return unavailable(error);
  }
}

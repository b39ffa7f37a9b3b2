// The service `breaker`: which providers of language models are left alone for a while, and for how long.
import { z } from "zod";
import { call } from "../../runtime/index.ts";
import { coordinator } from "../llm/complete.ts";
import { answered, endpoint, failed, type Outcome, type ServiceDefinition, unavailable } from "./endpoint.ts";
import { serviceLimits } from "./limits.ts";

const { keyCharactersMax, statusMsMax } = serviceLimits;

export const breakerService: ServiceDefinition = {
  name: "breaker",
  description: "The circuit breakers of the language models",
  main: "status",
  endpoints: [
    endpoint("status", {
      description: "Takes nothing, or { entry }. Gives { breakers: [...] }.",
      timeoutMs: statusMsMax,
      payload: z.union([
        z.undefined(),
        z.null(),
        z.strictObject({ entry: z.string().max(keyCharactersMax).optional() }),
      ]),
      answer: (payload) => breakers(payload?.entry),
    }),
  ],
};

async function breakers(entry: string | undefined): Promise<Outcome> {
  try {
    const { entries } = await call(coordinator, "status");
    const wanted = entries.filter(({ name }) => entry === undefined || name === entry);
    if (entry !== undefined && wanted.length === 0) {
      const known = entries.map(({ name }) => name).join(", ") || "none";
      const words = `There is no entry ${JSON.stringify(entry)} in llm.providers. The entries are: ${known}.`;
      return failed(404, "unknown_provider", words);
    }
    // One that is just being started again says nothing, and is closed when it has.
    return answered({
      breakers: wanted.map(({ name, breaker }) => breaker ?? { entry: name, state: "starting" }),
    });
  } catch (error) {
    return unavailable(error);
  }
}

// What a person can configure about the context that is kept from earlier operations.
import { z } from "zod";

export const contextConfiguration = z.strictObject({
  max_memory_mb: z
    .int()
    .min(1)
    .max(65_536)
    .default(100)
    .describe("Megabytes of context held in memory; above it the least recently used session goes first"),
  max_sessions: z.int().min(1).max(100_000).default(100).describe("Sessions held in memory"),
  session_timeout_ms: z
    .int()
    .min(1_000)
    .max(30 * 24 * 3_600_000)
    .default(3_600_000)
    .describe("Milliseconds without use after which a session is forgotten"),
});

/** Environment variables and the keys, below this part, that they set. */
export const contextVariables = { AIEX_CONTEXT_MAX_MEMORY_MB: "max_memory_mb" } as const;

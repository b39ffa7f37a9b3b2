// What a person can configure about the context that is kept from earlier operations.
import { z } from "zod";

/** Of a setting that is on or off: from the environment it comes as text. */
const onOrOff = z.preprocess(
  (given) => (given === "true" ? true : given === "false" ? false : given),
  z.boolean(),
);

const dayMs = 24 * 3_600_000;

export const contextConfiguration = z.strictObject({
  max_memory_mb: z
    .int()
    .min(1)
    .max(65_536)
    .default(100)
    .describe(
      "Megabytes of context that a process holds in memory; above it the least recently used session leaves, and is read again from where it is kept",
    ),
  // The list of them is one record, which takes a mebibyte at most.
  max_sessions: z
    .int()
    .min(1)
    .max(2_000)
    .default(100)
    .describe("Sessions that are kept; above it the least recently used is forgotten"),
  session_timeout_ms: z
    .int()
    .min(1_000)
    .max(365 * dayMs)
    .default(7 * dayMs)
    .describe("Milliseconds without use after which a session is forgotten"),
  persistence_interval_ms: z
    .int()
    .min(100)
    .max(600_000)
    .default(5_000)
    .describe(
      "Milliseconds that what was added may wait until it is on the disk; a command that ends writes at once",
    ),
  gc_interval_ms: z
    .int()
    .min(1_000)
    .max(dayMs)
    .default(30_000)
    .describe(
      "Milliseconds between two looks for sessions that are to be forgotten; a command that wrote looks when it ends",
    ),
  compression_enabled: onOrOff
    .default(true)
    .describe("Whether what does not fit is shortened before any of it is left out"),
  compression_ratio: z
    .number()
    .min(0.05)
    .max(0.95)
    .default(0.7)
    .describe(
      "The share of its length to which a text is shortened that does not fit; of a pack, the share that whole text takes before bodies are dropped",
    ),
  // Some ten thousand words a file are held in memory: what a project of a large company's team has.
  index_max_files: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(20_000)
    .describe("Files of one project that are in its index"),
  // What 20,000 files of the usual size come to.
  index_max_mb: z
    .int()
    .min(0)
    .max(65_536)
    .default(256)
    .describe("Megabytes of what was found in files that are kept on disk for unchanged ones; 0 keeps none"),
  distributed_sync: onOrOff
    .default(true)
    .describe(
      "Whether the nodes of a cluster share their sessions; otherwise each node's are on its own disk",
    ),
  replication_factor: z
    .int()
    .min(1)
    .max(5)
    .optional()
    .describe(
      "Brokers that keep each shared session, where nobody has made their stream yet; as many as keep everything else where it is left out",
    ),
});

export type ContextConfiguration = z.output<typeof contextConfiguration>;

/** Environment variables and the keys, below this part, that they set. */
export const contextVariables = {
  AIEX_CONTEXT_MAX_MEMORY_MB: "max_memory_mb",
  AIEX_CONTEXT_PERSISTENCE_INTERVAL: "persistence_interval_ms",
} as const;

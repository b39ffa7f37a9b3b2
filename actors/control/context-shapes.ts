// What a node tells of the sessions that it keeps, and what can be done about them from outside. As with all reports, a later version
// only adds.
import { z } from "zod";
import { sessionLimits } from "../context/sessions/limits.ts";

const count = z.number();
const session = z.string().min(1).max(64);

export const contextStatusReport = z.object({
  place: z.string(),
  sessions: count,
  entries: count,
  bytes: count,
  bytesMax: count,
  unwritten: count.default(0),
  evicted: count.default(0),
  forgotten: count.default(0),
  problem: z.string().nullable().catch(null),
});

export const contextSessionsReport = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      entries: count,
      bytes: count,
      createdAt: count,
      usedAt: count,
      /** The node that owns it; null where that is not known, and where nobody shares it. */
      node: z.string().nullable().catch(null),
    }),
  ),
  cut: count.default(0),
});

/** What is in a session. The newest entry first; `cut` counts those behind it that are not shown. */
export const contextSessionReport = z.object({
  id: z.string(),
  label: z.string(),
  createdAt: count,
  usedAt: count,
  entries: z.array(
    z.object({
      id: z.string(),
      at: count,
      kind: z.string(),
      operation: z.string(),
      summary: z.string(),
      paths: z.array(z.string()),
      run: z.string().nullable(),
      short: z.boolean(),
    }),
  ),
  cut: count.default(0),
});

/** Asked as `context`: what shows or changes what is in a session. */
export const contextOrder = z.discriminatedUnion("what", [
  z.object({ what: z.literal("clear"), session }),
  z.object({
    what: z.literal("show"),
    session,
    /** Entries at most. */
    limit: z.int().min(1).max(sessionLimits.entriesMax),
  }),
]);

/** `known`: there was something in it. `shown`: what was asked for with "show"; null where there is nothing. */
export const contextOrdered = z.object({
  known: z.boolean(),
  shown: contextSessionReport.nullable().optional(),
});

export type ContextStatusReport = z.output<typeof contextStatusReport>;
export type ContextSessionsReport = z.output<typeof contextSessionsReport>;
export type ContextSessionReport = z.output<typeof contextSessionReport>;
export type ContextOrder = z.output<typeof contextOrder>;
export type ContextOrdered = z.output<typeof contextOrdered>;

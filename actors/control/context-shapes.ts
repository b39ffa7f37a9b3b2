// What a node tells of the sessions that it keeps, and what can be done about them from outside. As with all reports, a later version
// only adds.
import { z } from "zod";

const count = z.number();

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

/** Asked as `context`: what shows or changes what is in a session. */
export const contextOrder = z.discriminatedUnion("what", [
  z.object({ what: z.literal("clear"), session: z.string().min(1).max(64) }),
]);

export const contextOrdered = z.object({ known: z.boolean() });

export type ContextStatusReport = z.output<typeof contextStatusReport>;
export type ContextSessionsReport = z.output<typeof contextSessionsReport>;
export type ContextOrder = z.output<typeof contextOrder>;
export type ContextOrdered = z.output<typeof contextOrdered>;

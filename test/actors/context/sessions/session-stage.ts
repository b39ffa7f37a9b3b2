// Sessions for tests: entries, and a store that can be made to fail.
import type { SessionEntry, SessionRef } from "../../../../actors/context/sessions/session.ts";
import type { SessionSettings } from "../../../../actors/context/sessions/settings.ts";

export const ref: SessionRef = { id: "name-a", label: "a", directory: "/project" };

export function entry(id: string, at: number, more: Partial<SessionEntry> = {}): SessionEntry {
  return {
    ...{
      id,
      at,
      kind: "operation",
      operation: "analyze",
      summary: `found by ${id}`,
      paths: ["/project/a.ts"],
    },
    ...{ run: null, short: false },
    ...more,
  };
}

export const settings: SessionSettings = {
  bytesMax: 1024 * 1024,
  sessionsMax: 10,
  timeoutMs: 60_000,
  persistenceMs: 5_000,
  collectMs: 30_000,
  room: { bytesMax: 1024 * 1024, shortenTo: 0.5 },
};

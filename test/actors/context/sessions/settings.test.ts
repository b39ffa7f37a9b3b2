// The settings of sessions, by the names that people know them by.
import { describe, expect, test } from "vitest";
import { contextConfiguration } from "../../../../actors/context/config.ts";
import { overdue, type SessionSummary } from "../../../../actors/context/sessions/session.ts";
import { sessionSettings } from "../../../../actors/context/sessions/settings.ts";

const settingsOf = (given: Readonly<Record<string, unknown>>) =>
  sessionSettings(contextConfiguration.parse(given));

describe("M-OPS-3 The settings of sessions", () => {
  test("are what the processes that keep them go by", () => {
    expect(
      settingsOf({
        ...{ max_memory_mb: 2, persistence_interval_ms: 700, gc_interval_ms: 9_000 },
        ...{ max_sessions: 7, session_timeout_ms: 60_000, compression_ratio: 0.25 },
      }),
    ).toEqual({
      bytesMax: 2 * 1024 * 1024,
      sessionsMax: 7,
      timeoutMs: 60_000,
      persistenceMs: 700,
      collectMs: 9_000,
      room: { bytesMax: 2 * 1024 * 1024, shortenTo: 0.25 },
    });
  });

  test("shorten nothing where compression_enabled is off, however it is written", () => {
    for (const compression_enabled of [false, "false"])
      expect(settingsOf({ compression_enabled }).room.shortenTo).toBeUndefined();
    expect(settingsOf({ compression_enabled: "true" }).room.shortenTo).toBe(0.7);
  });
});

describe("What is to be forgotten", () => {
  const used = (id: string, usedAt: number): Pick<SessionSummary, "id" | "usedAt"> => ({ id, usedAt });
  const rules = { now: 1_000, timeoutMs: 1_000 };

  test("is what nobody used for so long, and the least recently used of too many", () => {
    const sessions = [used("a", 0), used("b", 1), used("c", 999), used("d", 500)];
    expect(overdue(sessions, { ...rules, sessionsMax: 2 })).toEqual(["a", "b"]);
  });

  test("is none of people's sessions for those that clients have, however many and however new", () => {
    const clients = Array.from({ length: 300 }, (_, index) => used(`client-${index}`, 999));
    const gone = overdue([...clients, used("name-a", 1), used("project-b", 2)], {
      ...rules,
      sessionsMax: 250,
    });
    expect(gone).toHaveLength(200);
    expect(gone.every((id) => id.startsWith("client-"))).toBe(true);
  });
});

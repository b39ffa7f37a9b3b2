// The settings of sessions, as the processes that keep them need them.
import type { ContextConfiguration } from "../config.ts";
import type { SessionRoom } from "./session.ts";

export interface SessionSettings {
  /** Of all sessions in the memory of one node. */
  readonly bytesMax: number;
  readonly sessionsMax: number;
  readonly timeoutMs: number;
  /** How long what was added may wait until it is written. */
  readonly persistenceMs: number;
  /** How often what is to be forgotten is looked for. */
  readonly collectMs: number;
  readonly room: SessionRoom;
}

export function sessionSettings(configuration: ContextConfiguration): SessionSettings {
  const bytesMax = configuration.max_memory_mb * 1024 * 1024;
  return {
    bytesMax,
    sessionsMax: configuration.max_sessions,
    timeoutMs: configuration.session_timeout_ms,
    persistenceMs: configuration.persistence_interval_ms,
    collectMs: configuration.gc_interval_ms,
    room: {
      bytesMax,
      shortenTo: configuration.compression_enabled ? configuration.compression_ratio : undefined,
    },
  };
}

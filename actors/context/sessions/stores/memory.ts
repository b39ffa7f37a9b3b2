// Sessions in this program's memory: where nothing can be written, and for tests.
import { fitted, merged, type Session, summaryOf } from "../session.ts";
import type { SessionStore } from "../session-store.ts";

export function memorySessionStore(): SessionStore {
  const kept = new Map<string, Session>();
  return {
    place: "memory",
    read: async (id) => kept.get(id),
    list: async () => [...kept.values()].map(summaryOf),
    merge: async (sessions, room) =>
      sessions.map((session) => {
        const before = kept.get(session.id);
        const after = fitted(before === undefined ? session : merged(before, session), room);
        kept.set(session.id, after);
        return after;
      }),
    forget: async (choose) => {
      const gone = choose([...kept.values()].map(summaryOf));
      return gone.filter((id) => kept.delete(id)).length;
    },
  };
}

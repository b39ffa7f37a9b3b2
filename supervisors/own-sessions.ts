// The sessions of this machine's user, as a command looks at them: no node is needed for that.

import { idOfNamed } from "../actors/context/sessions/session.ts";
import { SessionCache } from "../actors/context/sessions/session-cache.ts";
import { sessionSettings } from "../actors/context/sessions/settings.ts";
import { shownSession } from "../actors/control/context.ts";
import type {
  ContextSessionReport,
  ContextSessionsReport,
  ContextStatusReport,
} from "../actors/control/context-shapes.ts";
import type { World } from "../runtime/world.ts";
import type { Configuration } from "./config.ts";
import { openSessionStore, type SessionChoice, sessionRef } from "./sessions.ts";

export interface OwnSessions {
  /** @throws {StoreUnavailable} */
  status(): Promise<ContextStatusReport>;
  /** The last used first. @throws {StoreUnavailable} */
  list(): Promise<ContextSessionsReport>;
  /** What is in it, so many entries at most; null where there is nothing. @throws {StoreUnavailable} */
  show(id: string, limit: number): Promise<ContextSessionReport | null>;
  /** Which session is meant. @throws {FileError} the directory is not there */
  idOf(choice: SessionChoice): Promise<string>;
  /** True where there was something in it. @throws {StoreUnavailable} */
  clear(id: string): Promise<boolean>;
}

export function ownSessions(
  world: World,
  { values, folders }: Pick<Configuration, "values" | "folders">,
  directory: string,
): OwnSessions {
  const store = openSessionStore(world, folders.data);
  const settings = sessionSettings(values.context);
  const cache = new SessionCache({ settings, store: () => store, clock: world.clock, writeLater: () => {} });
  return {
    status: async () => {
      const all = await cache.list();
      const sum = (count: (one: (typeof all)[number]) => number): number =>
        all.reduce((total, one) => total + count(one), 0);
      const kept = {
        sessions: all.length,
        entries: sum(({ entries }) => entries),
        bytes: sum(({ bytes }) => bytes),
      };
      return { ...cache.status, ...kept };
    },
    list: async () => ({
      sessions: (await cache.list()).map((session) => ({ ...session, node: null })),
      cut: 0,
    }),
    idOf: async (choice) =>
      choice.name === undefined
        ? (await sessionRef({ files: world.files, directory }, choice)).id
        : idOfNamed(choice.name),
    show: async (id, limit) => shownSession(await cache.read(id), limit),
    clear: (id) => cache.clear(id),
  };
}

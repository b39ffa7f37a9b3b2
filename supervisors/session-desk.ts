// The sessions of a program's own node, as whoever started it asks about them.

import { sessionLimits } from "../actors/context/sessions/limits.ts";
import { contextSessionsOf, orderContext } from "../actors/control/context.ts";
import type { ContextSessionReport, ContextSessionsReport } from "../actors/control/context-shapes.ts";
import type { Node } from "../runtime/index.ts";
import { namedSession, type SessionPlace, sessionRef } from "./sessions.ts";

/** Which session is meant: the one of that id, or of that name. Without either that of the project. */
export interface MeantSession {
  /** As `list` tells it. */
  readonly id?: string;
  /** As it was named when something was remembered in it. */
  readonly name?: string;
}

/** One of a list: `entries` are counted, `bytes` is what they take, times are milliseconds since the epoch. */
export type ListedSession = ContextSessionsReport["sessions"][number];

/** What is in a session, the newest entry first; `cut` counts the older ones that are left out. */
export type ShownSession = ContextSessionReport;

export interface SessionDesk {
  /** Those that hold anything, the last used first. @throws {AiexError} `context_unavailable`: try again */
  list(): Promise<readonly ListedSession[]>;
  /**
   * What is in one, `limit` entries at most (default: all that fit into one answer); null where nothing is.
   * @throws {Misuse} no session can be called so; else as `list`
   */
  show(meant?: MeantSession & { readonly limit?: number }): Promise<ShownSession | null>;
  /** Forgets what is in one, for every program. True where there was anything. @throws as `show` */
  clear(meant?: MeantSession): Promise<boolean>;
}

export function sessionDesk(node: Pick<Node, "call">, place: SessionPlace): SessionDesk {
  const idOf = async ({ id, name }: MeantSession): Promise<string> =>
    id ?? (await sessionRef(place, name === undefined ? {} : { name: namedSession(name) })).id;
  return {
    list: async () => (await contextSessionsOf(node.call)).sessions,
    show: async ({ limit = sessionLimits.entriesMax, ...meant } = {}) => {
      const session = await idOf(meant);
      return (await orderContext(node.call, { what: "show", session, limit })).shown ?? null;
    },
    clear: async (meant = {}) =>
      (await orderContext(node.call, { what: "clear", session: await idOf(meant) })).known,
  };
}

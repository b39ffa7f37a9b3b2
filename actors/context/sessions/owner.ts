// The owner of a session that nodes share: one process in the whole cluster, which answers from memory and writes to the session's log
// before it says that something is kept. Where its node goes, another one reads the log and goes on.
import {
  clusterSupervisor,
  durable,
  noReply,
  ok,
  replyWith,
  self,
  sendAfter,
  server,
  stopWith,
  tellEvent,
} from "../../../runtime/index.ts";
import type { Journal } from "../../../runtime/journal/journal.ts";
import type { World } from "../../../runtime/world.ts";
import { sessionEvents } from "./events.ts";
import { sessionLimits } from "./limits.ts";
import type { SessionAnswer } from "./manager.ts";
import {
  fitted,
  merged,
  newSession,
  type Session,
  type SessionRoom,
  type SessionSummary,
  summaryOf,
} from "./session.ts";
import { SessionLog } from "./session-log.ts";

/** The name of the cluster supervisor of sessions; an owner is called `context/<id>`. */
export const sessionsSupervisor = "context";

export interface SessionOwnerOptions {
  readonly world: World;
  readonly node: string;
  /** Where the logs are; undefined while the node has no part in what its cluster owns. */
  readonly journal: () => Journal | undefined;
  /** True while this node may own anything. */
  readonly permitted: () => boolean;
  readonly room: SessionRoom;
}

/** Which session it is. All that is in it is in its log. */
export type OwnedSession = Pick<Session, "id" | "label">;

/** What an owner understands, for `clusterNamed<SessionOwner>("context/<id>")`. */
export interface SessionOwner {
  readonly calls: {
    /** Answers with the whole when the change lasts. */
    readonly merge: { readonly payload: Session; readonly reply: SessionAnswer<Session> };
    readonly read: { readonly payload: undefined; readonly reply: SessionAnswer<Session> };
    readonly summary: { readonly payload: undefined; readonly reply: SessionAnswer<SessionSummary> };
    /** Takes out all there is, and ends. */
    readonly forget: { readonly payload: undefined; readonly reply: SessionAnswer<null> };
  };
  readonly casts: Record<never, never>;
  readonly messages: { readonly type: string };
}

interface Held {
  readonly log: SessionLog;
  session: Session;
}

export function sessionOwner(options: SessionOwnerOptions) {
  const { world, node, journal, permitted, room } = options;
  /** What processes of this node have read. Nothing of it is worth keeping: the log has it. */
  const all = new Map<string, Held>();
  const again = (): void => {
    sendAfter(self(), { type: "begin" } as never, sessionLimits.claimRetryMs);
  };
  const begin = async ({ id, label }: OwnedSession): Promise<void> => {
    if (all.has(id)) return;
    const own = journal();
    if (own === undefined || !permitted()) return again();
    try {
      const { log, session, damaged } = await SessionLog.claim({ world, journal: own, id, node, permitted });
      const known = session ?? newSession({ id, label }, world.clock.wallTime());
      all.set(id, { log, session: known });
      if (damaged) tellEvent(sessionEvents.session_damaged, { session: id });
      tellEvent(sessionEvents.session_owned, {
        session: id,
        entries: known.entries.length,
        epoch: log.epoch,
      });
    } catch {
      // The broker is away, or another node has begun: then this process ends soon.
      again();
    }
  };
  const merge = async ({ id }: OwnedSession, change: Session): Promise<SessionAnswer<Session>> => {
    const held = all.get(id);
    if (held === undefined) return notYet;
    const next = fitted(merged(held.session, change), room);
    try {
      await held.log.write(change, next);
    } catch (error) {
      // Nobody knows what of it lasts: the log tells, under a new epoch.
      all.delete(id);
      again();
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
    held.session = next;
    return { ok: true, value: next };
  };
  const logic = server("session_owner", {
    init: (input: OwnedSession) => {
      all.delete(input.id);
      return ok<OwnedSession>(input, { continue: "begin" });
    },
    continue: async (state) => {
      await begin(state);
      return noReply(state);
    },
    calls: {
      merge: async (state: OwnedSession, change: Session) => replyWith(await merge(state, change), state),
      read: (state: OwnedSession) => replyWith(answerOf(all.get(state.id)?.session), state),
      summary: (state: OwnedSession) => {
        const session = all.get(state.id)?.session;
        return replyWith(answerOf(session && summaryOf(session)), state);
      },
      forget: async (state: OwnedSession) => {
        const held = all.get(state.id);
        if (held === undefined) return replyWith<SessionAnswer<null>, OwnedSession>(notYet, state);
        await held.log.remove();
        all.delete(state.id);
        const reply: SessionAnswer<null> = { ok: true, value: null };
        return stopWith("normal", state, { reply });
      },
    },
    info: async (state, { type }) => {
      if (type === "restored") all.delete(state.id);
      if (type === "restored" || type === "begin") await begin(state);
      return noReply(state);
    },
    terminate: ({ id }) => {
      all.delete(id);
    },
  });
  return durable(logic, { key: "session", version: 1, onRestored: { type: "restored" } });
}

/** Runs on every node that may own sessions. One session's trouble is no other's. */
export function sessionsSupervision(owner: ReturnType<typeof sessionOwner>) {
  return clusterSupervisor(sessionsSupervisor, { logic: [owner], maxRestarts: 1_000, withinMs: 10_000 });
}

const notYet = { ok: false, message: "its owner is still reading it" } as const;

function answerOf<Value>(value: Value | undefined): SessionAnswer<Value> {
  return value === undefined ? notYet : { ok: true, value };
}

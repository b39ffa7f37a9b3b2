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
  const here = new OwnedHere(options);
  const logic = server("session_owner", {
    init: (input: OwnedSession) => {
      here.leave(input.id);
      return ok<OwnedSession>(input, { continue: "begin" });
    },
    continue: async (state) => {
      await here.begin(state);
      return noReply(state);
    },
    calls: {
      merge: async (state: OwnedSession, change: Session) =>
        replyWith(await here.merge(state, change), state),
      read: (state: OwnedSession) =>
        replyWith(
          here.answer(state, (session) => session),
          state,
        ),
      summary: (state: OwnedSession) => replyWith(here.answer(state, summaryOf), state),
      forget: async (state: OwnedSession) => {
        const reply = await here.forget(state);
        return reply.ok ? stopWith("normal", state, { reply }) : replyWith(reply, state);
      },
    },
    info: async (state, { type }) => {
      if (type === "restored") here.leave(state.id);
      if (type === "restored" || type === "begin") await here.begin(state);
      return noReply(state);
    },
    terminate: ({ id }) => here.leave(id),
  });
  return durable(logic, { key: "session", version: 1, onRestored: { type: "restored" } });
}

/** What the owners of this node have read. Nothing of it is worth keeping: the logs have it. For code of processes. */
class OwnedHere {
  readonly #options: SessionOwnerOptions;
  readonly #held = new Map<string, Held>();
  /** Why the log of one cannot be read now. */
  readonly #problems = new Map<string, string>();

  constructor(options: SessionOwnerOptions) {
    this.#options = options;
  }

  leave(id: string): void {
    this.#held.delete(id);
    this.#problems.delete(id);
  }

  async begin({ id, label }: OwnedSession): Promise<void> {
    if (this.#held.has(id)) return;
    const { world, node, permitted } = this.#options;
    const journal = this.#options.journal();
    if (journal === undefined || !permitted()) return again();
    try {
      const { log, session, damaged } = await SessionLog.claim({ world, journal, id, node, permitted });
      const known = session ?? newSession({ id, label }, world.clock.wallTime());
      this.#held.set(id, { log, session: known });
      this.#problems.delete(id);
      if (damaged) tellEvent(sessionEvents.session_damaged, { session: id });
      const { epoch } = log;
      tellEvent(sessionEvents.session_owned, { session: id, entries: known.entries.length, epoch });
    } catch (error) {
      // The broker is away, or another node has begun: then this process ends soon.
      this.#problems.set(id, messageOf(error));
      again();
    }
  }

  async merge({ id }: OwnedSession, change: Session): Promise<SessionAnswer<Session>> {
    const held = this.#held.get(id);
    if (held === undefined) return this.#notYet(id);
    const next = fitted(merged(held.session, change), this.#options.room);
    try {
      await held.log.write(change, next);
    } catch (error) {
      // Nobody knows what of it lasts: the log tells, under a new epoch.
      this.#held.delete(id);
      again();
      return { ok: false, message: messageOf(error) };
    }
    held.session = next;
    return { ok: true, value: next };
  }

  async forget({ id }: OwnedSession): Promise<SessionAnswer<null>> {
    const held = this.#held.get(id);
    if (held === undefined) return this.#notYet(id);
    await held.log.remove();
    this.leave(id);
    return { ok: true, value: null };
  }

  answer<Value>({ id }: OwnedSession, of: (session: Session) => Value): SessionAnswer<Value> {
    const held = this.#held.get(id);
    return held === undefined ? this.#notYet(id) : { ok: true, value: of(held.session) };
  }

  #notYet(id: string): SessionAnswer<never> {
    const problem = this.#problems.get(id);
    const why =
      problem === undefined ? "its owner is still reading it" : `its owner cannot read its log: ${problem}`;
    return { ok: false, message: why };
  }
}

function again(): void {
  sendAfter(self(), { type: "begin" } as never, sessionLimits.claimRetryMs);
}

/** Runs on every node that may own sessions. One session's trouble is no other's. */
export function sessionsSupervision(owner: ReturnType<typeof sessionOwner>) {
  return clusterSupervisor(sessionsSupervisor, { logic: [owner], maxRestarts: 1_000, withinMs: 10_000 });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

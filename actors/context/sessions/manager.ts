// The manager of sessions on a node: a cache in front of where they are kept. Whoever adds to one or asks for one asks it.
import {
  named,
  noReply,
  ok,
  type Ref,
  reply,
  self,
  sendAfter,
  server,
  tellEvent,
} from "../../../runtime/index.ts";
import { ownWorld } from "../../llm/own-world.ts";
import { sessionEvents } from "./events.ts";
import type { Session, SessionEntry, SessionRef, SessionSummary } from "./session.ts";
import { SessionCache } from "./session-cache.ts";
import type { SessionStore } from "./session-store.ts";
import type { SessionSettings } from "./settings.ts";

export type SessionAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  /** Where they are kept cannot be reached now. */
  | { readonly ok: false; readonly message: string };

export interface SessionsStatus {
  /** Where they are kept, as people name it. */
  readonly place: string;
  /** In memory on this node, of how many that it may take. */
  readonly sessions: number;
  readonly entries: number;
  readonly bytes: number;
  readonly bytesMax: number;
  /** Changed here and not yet written. */
  readonly unwritten: number;
  /** That left memory before their time, for want of room: they are where they are kept. */
  readonly evicted: number;
  /** Forgotten since the node began: unused for too long, or more than context.max_sessions. */
  readonly forgotten: number;
  /** Why the last write failed; null where it did not. */
  readonly problem: string | null;
}

/** What the manager understands, for `named<SessionManager>(sessionManagerName)`. */
export interface SessionManager {
  readonly calls: {
    readonly add: {
      readonly payload: { readonly session: SessionRef; readonly entries: readonly SessionEntry[] };
      readonly reply: SessionAnswer<null>;
    };
    /** Null where there is none. */
    readonly read: {
      readonly payload: { readonly id: string };
      readonly reply: SessionAnswer<Session | null>;
    };
    readonly list: {
      readonly payload: undefined;
      readonly reply: SessionAnswer<readonly SessionSummary[]>;
    };
    /** True where there was something in it. */
    readonly clear: { readonly payload: { readonly id: string }; readonly reply: SessionAnswer<boolean> };
    readonly status: { readonly payload: undefined; readonly reply: SessionsStatus };
  };
  readonly casts: Record<never, never>;
  readonly messages: { readonly type: string };
}

export const sessionManagerName = "context.manager";
export const sessionManager = named<SessionManager>(sessionManagerName);

export interface SessionManagerOptions {
  readonly settings: SessionSettings;
  /** Where they are kept now: of a node that enters a cluster, elsewhere from then on. */
  readonly store: () => SessionStore;
}

type Payload<C extends keyof SessionManager["calls"]> = SessionManager["calls"][C]["payload"];

/** Defines the process `context.manager`. It answers when it knows, and takes other questions meanwhile. */
export function sessionManagerLogic({ settings, store }: SessionManagerOptions) {
  const answered =
    <P, Value>(work: (cache: SessionCache, payload: P) => Promise<Value>) =>
    (cache: SessionCache, payload: P, from: Ref) => {
      void work(cache, payload).then(
        (value) => reply(from, { ok: true, value }),
        (error: unknown) => reply(from, { ok: false, message: messageOf(error) }),
      );
      return noReply(cache);
    };
  return server(sessionManagerName, {
    init: () => {
      const me = self();
      const again = (type: "write" | "collect", inMs: number): void => {
        sendAfter(me, { type } as never, inMs);
      };
      const cache = new SessionCache({
        ...{ settings, store, clock: ownWorld().clock },
        writeLater: () => again("write", settings.persistenceMs),
        onProblem: (reason) => tellEvent(sessionEvents.sessions_unwritten, { reason }),
        onForgotten: (sessions) => tellEvent(sessionEvents.sessions_forgotten, { sessions }),
      });
      again("collect", settings.collectMs);
      return ok(cache);
    },
    calls: {
      add: answered(async (cache, { session, entries }: Payload<"add">) => {
        await cache.add(session, entries);
        return null;
      }),
      read: answered(async (cache, { id }: Payload<"read">) => (await cache.read(id)) ?? null),
      list: answered((cache) => cache.list()),
      clear: answered((cache, { id }: Payload<"clear">) => cache.clear(id)),
      status: (cache: SessionCache, _: undefined, from: Ref) => {
        reply(from, cache.status);
        return noReply(cache);
      },
    },
    info: (cache, { type }) => {
      if (type === "write") void cache.write();
      if (type === "collect") {
        void cache.collect();
        sendAfter(self(), { type } as never, settings.collectMs);
      }
      return noReply(cache);
    },
    terminate: (cache) => cache.close(),
    formatState: (cache) => cache.status,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Sessions that the nodes of a cluster share: each has one owner among them, who is asked for it wherever it is.
import {
  AiexError,
  ChildPresent,
  call,
  clusterNamed,
  MovePending,
  type Ownership,
  placedChild,
  sleep,
  UnknownChild,
} from "../../../../runtime/index.ts";
import type { PlacementRecord } from "../../../../runtime/placement/placement-record.ts";
import { StoreUnavailable } from "../../../../runtime/store/failures.ts";
import type { Clock } from "../../../../runtime/world.ts";
import { sessionLimits } from "../limits.ts";
import type { SessionAnswer } from "../manager.ts";
import { type SessionOwner, type sessionOwner, sessionsSupervisor } from "../owner.ts";
import type { Session, SessionSummary } from "../session.ts";
import type { SessionStore } from "../session-store.ts";

export interface ClusterSessionStoreOptions {
  readonly clock: Pick<Clock, "now">;
  readonly node: string;
  readonly ownership: Ownership;
  readonly owner: ReturnType<typeof sessionOwner>;
}

const live: ReadonlySet<PlacementRecord["phase"]> = new Set(["waiting", "assigned", "running", "leaving"]);

/** Its functions are for code of processes. */
export function clusterSessionStore(options: ClusterSessionStoreOptions): SessionStore {
  const { node, ownership } = options;
  const place = ownership.store?.place ?? "the cluster";
  const recordOf = (id: string) => ownership.placement.table.find(childOf(id))?.record;
  const isThere = (id: string): boolean => {
    const record = recordOf(id);
    return record !== undefined && live.has(record.phase);
  };
  return {
    place,
    isShared: true,
    read: async (id) => (isThere(id) ? asked(options, id, "read", undefined) : undefined),
    list: async () => {
      const ids = childrenOf(ownership).filter(({ phase }) => live.has(phase));
      const found: SessionSummary[] = [];
      for (let from = 0; from < ids.length; from += sessionLimits.ownersAtOnceMax) {
        const some = ids.slice(from, from + sessionLimits.ownersAtOnceMax);
        const summaries = some.map(async ({ id, node: owner }) => {
          const summary = await asked(options, id, "summary", undefined);
          return { ...summary, node: owner ?? null };
        });
        found.push(...(await Promise.all(summaries)));
      }
      return found;
    },
    merge: async (sessions) => {
      const after: Session[] = [];
      for (const session of sessions) {
        if (!isThere(session.id)) await begin(options, session, recordOf(session.id) !== undefined);
        after.push(await asked(options, session.id, "merge", session));
      }
      return after;
    },
    forget: async (choose) => {
      // One node sees to it, the first by name of those that have any.
      if (ownership.placement.table.members.map(({ lease }) => lease.node).toSorted()[0] !== node) return 0;
      const gone = choose(await clusterSessionStore(options).list());
      for (const id of gone) {
        await asked(options, id, "forget", undefined);
        await outOfTable(ownership, childOf(id));
      }
      return gone.length;
    },
  };
}

type Calls = SessionOwner["calls"];
type ValueOf<C extends keyof Calls> = Calls[C]["reply"] extends SessionAnswer<infer V> ? V : never;

/** Everything may be asked twice. @throws {StoreUnavailable} no owner answers */
async function asked<C extends keyof Calls>(
  { clock, ownership }: ClusterSessionStoreOptions,
  id: string,
  verb: C,
  payload: Calls[C]["payload"],
): Promise<ValueOf<C>> {
  const until = clock.now() + sessionLimits.ownerMsMax;
  for (;;) {
    let why: string;
    try {
      const timeoutMs = sessionLimits.ownerAskMs;
      const owner = clusterNamed<SessionOwner>(childOf(id));
      const answer = (await call(owner, verb, payload as never, { timeoutMs })) as SessionAnswer<ValueOf<C>>;
      if (answer.ok) return answer.value;
      why = answer.message;
    } catch (error) {
      if (!(error instanceof AiexError)) throw error;
      why = error.message;
    }
    const record = ownership.placement.table.find(childOf(id))?.record;
    if (verb === "forget" && record?.phase === "finished") return null as ValueOf<C>;
    if (clock.now() >= until)
      throw new StoreUnavailable(
        ownership.store?.place ?? "the cluster",
        `the owner of session ${id}: ${why}`,
      );
    await sleep(sessionLimits.ownerRetryMs);
  }
}

/** @param isKnown there is a record of an owner that has ended */
async function begin(
  { ownership, owner }: ClusterSessionStoreOptions,
  { id, label }: Session,
  isKnown: boolean,
): Promise<void> {
  try {
    if (isKnown) await outOfTable(ownership, childOf(id));
    const place = { strategy: "consistent_hash", key: id } as const;
    const { ownerShutdownMs: shutdownMs } = sessionLimits;
    const child = placedChild(owner, { id, input: { id, label }, place, restart: "transient", shutdownMs });
    await ownership.startChild(sessionsSupervisor, child);
  } catch (error) {
    // It is agreed on, and comes by itself; or another node was quicker with the same.
    if (!(error instanceof MovePending || error instanceof ChildPresent)) throw error;
  }
}

async function outOfTable(ownership: Ownership, child: string): Promise<void> {
  try {
    await ownership.stopChild(child);
    await ownership.deleteChild(child);
  } catch (error) {
    if (!(error instanceof UnknownChild)) throw error;
  }
}

function childrenOf({ placement }: Ownership) {
  return placement.table.children().filter(({ supervisor }) => supervisor === sessionsSupervisor);
}

function childOf(id: string): string {
  return `${sessionsSupervisor}/${id}`;
}

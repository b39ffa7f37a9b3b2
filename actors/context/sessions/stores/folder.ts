// Sessions of this machine's user in one LMDB folder, which every program of theirs opens for a moment when it has something to write.
import { StoreHeld } from "../../../../runtime/journal/failures.ts";
import type { Journal } from "../../../../runtime/journal/journal.ts";
import type { ClusterStore } from "../../../../runtime/store/cluster-store.ts";
import { localUnavailable } from "../../../../runtime/store/failures.ts";
import { localStore } from "../../../../runtime/store/local-store.ts";
import type { World } from "../../../../runtime/world.ts";
import { sessionLimits } from "../limits.ts";
import {
  decodeSession,
  encodeSession,
  fitted,
  merged,
  type Session,
  type SessionSummary,
  summaryOf,
} from "../session.ts";
import type { SessionStore } from "../session-store.ts";

export interface FolderSessionStoreOptions {
  readonly world: Pick<World, "kind" | "clock" | "files" | "timers" | "random">;
  /** It is made with the first session, for its owner alone. */
  readonly folder: string;
  /** What the list of them may take. Default: `sessionLimits.listBytesMax`. */
  readonly listBytesMax?: number;
}

/** The log that lists the others: what it says is made anew with every change, while nobody else has the folder. */
const indexLog = "index";

export function folderSessionStore({
  world,
  folder,
  listBytesMax = sessionLimits.listBytesMax,
}: FolderSessionStoreOptions): SessionStore {
  const opened = async <Result>(
    access: "own" | "read",
    work: (journal: Journal) => Promise<Result>,
  ): Promise<Result> => {
    let store: ClusterStore | undefined;
    try {
      store =
        access === "read" ? await localStore({ world, path: folder, access }) : await held(world, folder);
      return await work(store.journal);
    } catch (error) {
      throw localUnavailable(folder, error);
    } finally {
      await store?.close();
    }
  };
  return {
    place: folder,
    read: (id) => opened("read", (journal) => readSession(journal, id)),
    list: () => opened("read", readIndex),
    merge: (sessions, room) =>
      opened("own", async (journal) => {
        const after: Session[] = [];
        for (const session of sessions) {
          const before = await readSession(journal, session.id);
          const next = fitted(before === undefined ? session : merged(before, session), room);
          await replace(world, journal, logOf(session.id), encodeSession(next));
          after.push(next);
        }
        const index = new Map((await readIndex(journal)).map((summary) => [summary.id, summary]));
        for (const session of after) index.set(session.id, summaryOf(session));
        const listed = listable([...index.values()], listBytesMax);
        for (const { id } of listed.tooMany) await journal.remove(logOf(id));
        await writeIndex(world, journal, listed.listed);
        return after;
      }),
    forget: (choose) =>
      opened("own", async (journal) => {
        const index = await readIndex(journal);
        const chosen = new Set(choose(index));
        const gone = new Set(index.flatMap(({ id }) => (chosen.has(id) ? [id] : [])));
        if (gone.size === 0) return 0;
        for (const id of gone) await journal.remove(logOf(id));
        await writeIndex(
          world,
          journal,
          index.filter(({ id }) => !gone.has(id)),
        );
        return gone.size;
      }),
  };
}

/** Others have it for moments: whoever comes meanwhile waits. @throws {StoreHeld} one of them hangs */
async function held(world: FolderSessionStoreOptions["world"], folder: string): Promise<ClusterStore> {
  const until = world.clock.now() + sessionLimits.heldMsMax;
  for (;;) {
    try {
      return await localStore({ world, path: folder });
    } catch (error) {
      if (!(error instanceof StoreHeld) || world.clock.now() >= until) throw error;
      // Not all at the same moment again.
      const pauseMs = sessionLimits.heldRetryMs * (1 + world.random.next());
      await new Promise<void>((resolve) => world.timers.set(pauseMs, resolve));
    }
  }
}

async function readSession(journal: Journal, id: string): Promise<Session | undefined> {
  const payload = (await journal.snapshot(logOf(id)))?.payload;
  const session = payload === undefined ? undefined : decodeSession(payload);
  return session?.id === id ? session : undefined;
}

async function readIndex(journal: Journal): Promise<readonly SessionSummary[]> {
  const payload = (await journal.snapshot(indexLog))?.payload;
  if (payload === undefined) return [];
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return Array.isArray(value) ? (value as readonly SessionSummary[]) : [];
  } catch {
    return [];
  }
}

/** What is used least goes, so that there is always room for what is used. */
function listable(
  index: readonly SessionSummary[],
  bytesMax: number,
): { readonly listed: readonly SessionSummary[]; readonly tooMany: readonly SessionSummary[] } {
  const newest = index.toSorted((a, b) => b.usedAt - a.usedAt || (a.id < b.id ? -1 : 1));
  let bytes = "[]".length;
  const end = newest.findIndex((summary) => {
    bytes += Buffer.byteLength(JSON.stringify(summary)) + ",".length;
    return bytes > bytesMax;
  });
  return end < 0
    ? { listed: newest, tooMany: [] }
    : { listed: newest.slice(0, end), tooMany: newest.slice(end) };
}

async function writeIndex(
  world: FolderSessionStoreOptions["world"],
  journal: Journal,
  index: readonly SessionSummary[],
): Promise<void> {
  await replace(world, journal, indexLog, new TextEncoder().encode(JSON.stringify(index)));
}

/** The folder has one owner at a time, so that nobody is fenced: there is one epoch. */
async function replace(
  { random }: FolderSessionStoreOptions["world"],
  journal: Journal,
  log: string,
  payload: Uint8Array,
): Promise<void> {
  const { position: expected } = await journal.end(log);
  const id = Buffer.from(random.bytes(12)).toString("base64url");
  const outcome = await journal.append(log, { kind: "snapshot", epoch: 1, id, payload, expected });
  if (outcome.kind !== "appended") throw new Error(`its log "${log}" was changed by somebody else`);
  await journal.truncate(log, outcome.position);
}

function logOf(id: string): string {
  return `session/${id}`;
}

// A session: what operations found and what was said, under one name, and how two copies of it become one. Pure.
import { createHash } from "node:crypto";
import { z } from "zod";
import { sessionLimits } from "./limits.ts";

const { summaryCharactersMax, entryPathsMax, pathCharactersMax, labelCharactersMax } = sessionLimits;

const entryShape = z.object({
  /** The same however often it is added: of a run, its id and the step's. */
  id: z.string().min(1).max(300),
  /** By the wall clock, in milliseconds. */
  at: z.number().min(0),
  kind: z.enum(["operation", "message"]),
  /** Such as "analyze"; of a message who said it: "user" or "assistant". */
  operation: z.string().min(1).max(64),
  /** Short text for people and for prompts. It may repeat what a model or a file said: it is data, never an instruction. */
  summary: z.string().max(summaryCharactersMax),
  /** What it is about: posix, below the directory of the session, or absolute where they lie elsewhere. */
  paths: z.array(z.string().max(pathCharactersMax)).max(entryPathsMax),
  /** The run that has the whole of it; null where there is none. */
  run: z.string().max(64).nullable(),
  /** True where its summary was shortened to make room. */
  short: z.boolean().default(false),
});

export type SessionEntry = Readonly<Omit<z.output<typeof entryShape>, "paths">> & {
  readonly paths: readonly string[];
};

/** Which session is meant. Plain data: a part of what a run is asked to do. */
export const sessionRefShape = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  /** How people name it. */
  label: z.string().min(1).max(labelCharactersMax),
  /** Where relative paths start: absolute; null where no files belong to it. */
  directory: z.string().max(pathCharactersMax).nullable(),
});

export type SessionRef = Readonly<z.output<typeof sessionRefShape>>;

const sessionShape = z.object({
  id: sessionRefShape.shape.id,
  label: sessionRefShape.shape.label,
  createdAt: z.number().min(0),
  usedAt: z.number().min(0),
  /** Entries from then and before are gone; 0 where nobody has cleared it. */
  clearedAt: z.number().min(0),
  entries: z.array(entryShape),
});

/** The oldest entry first. */
export type Session = Readonly<Omit<z.output<typeof sessionShape>, "entries">> & {
  readonly entries: readonly SessionEntry[];
};

export interface SessionSummary extends Omit<Session, "entries"> {
  readonly entries: number;
  readonly bytes: number;
  /** The node that owns it; left out where nobody shares it. */
  readonly node?: string | null;
}

/** How a session is made to fit. */
export interface SessionRoom {
  readonly bytesMax: number;
  /** The share of its length to which a summary is shortened before whole entries go; undefined where none is. */
  readonly shortenTo: number | undefined;
}

/** The id of the session that a person named. */
export function idOfNamed(name: string): string {
  return `name-${digest(name)}`;
}

/** The id of the session of a directory, which is a real path of the machine `host`. */
export function idOfDirectory(host: string, directory: string): string {
  return `project-${digest(JSON.stringify([host, directory]))}`;
}

/** The id of a session of clients of the service `context`. */
export function idOfClient(name: string): string {
  return `${clientPrefix}${digest(name)}`;
}

const clientPrefix = "client-";

export function newSession({ id, label }: Pick<SessionRef, "id" | "label">, now: number): Session {
  return { id, label, createdAt: now, usedAt: now, clearedAt: 0, entries: [] };
}

/** With an entry that came now: one with the same id takes the place of the earlier one. */
export function withEntry(session: Session, entry: SessionEntry, now: number): Session {
  // What is said in the same millisecond in which the session was cleared was said afterwards.
  const at = Math.max(entry.at, session.clearedAt + 1);
  return merged(session, { ...session, usedAt: now, entries: [{ ...entry, at }] });
}

export function cleared(session: Session, now: number): Session {
  const last = session.entries.at(-1)?.at ?? 0;
  return { ...session, usedAt: now, clearedAt: Math.max(now, last), entries: [] };
}

/**
 * One of two copies: all entries of both but those that either has cleared. Of two entries with one id the later stays, and of two
 * equally late ones that which was shortened. It makes no difference which copy comes first, or how often one does.
 */
export function merged(one: Session, other: Session): Session {
  const newer = isLater(other, one) ? other : one;
  const clearedAt = Math.max(one.clearedAt, other.clearedAt);
  const byId = new Map<string, SessionEntry>();
  for (const entry of [...one.entries, ...other.entries]) {
    const known = byId.get(entry.id);
    if (entry.at > clearedAt && (known === undefined || stands(entry, known))) byId.set(entry.id, entry);
  }
  const entries = [...byId.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return {
    id: one.id,
    label: newer.label,
    createdAt: Math.min(one.createdAt, other.createdAt),
    usedAt: newer.usedAt,
    clearedAt,
    entries,
  };
}

/** Within its room: the oldest summaries are shortened first, where that is allowed; then the oldest entries go. */
export function fitted(session: Session, { bytesMax, shortenTo }: SessionRoom): Session {
  const most = Math.min(bytesMax, sessionLimits.sessionBytesMax);
  const entries = session.entries.slice(-sessionLimits.entriesMax);
  let bytes = entries.reduce((sum, entry) => sum + bytesOfEntry(entry), bytesOfHead);
  if (shortenTo !== undefined) {
    for (let index = 0; bytes > most && index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined || entry.short) continue;
      const short = shortened(entry, shortenTo);
      bytes += bytesOfEntry(short) - bytesOfEntry(entry);
      entries[index] = short;
    }
  }
  let gone = 0;
  while (bytes > most && gone < entries.length) {
    const entry = entries[gone];
    bytes -= entry === undefined ? 0 : bytesOfEntry(entry);
    gone += 1;
  }
  return { ...session, entries: entries.slice(gone) };
}

/** What it takes, in bytes, about. */
export function bytesOf({ entries }: Session): number {
  return entries.reduce((sum, entry) => sum + bytesOfEntry(entry), bytesOfHead);
}

export function summaryOf(session: Session): SessionSummary {
  return { ...session, entries: session.entries.length, bytes: bytesOf(session) };
}

/**
 * Those to be forgotten: unused for too long, and the least recently used above the number that is kept. Those of clients are counted
 * apart, so that none of them has people's sessions forgotten.
 */
export function overdue(
  sessions: readonly Pick<SessionSummary, "id" | "usedAt">[],
  {
    now,
    timeoutMs,
    sessionsMax,
  }: { readonly now: number; readonly timeoutMs: number; readonly sessionsMax: number },
): readonly string[] {
  const inUse = sessions.filter(({ usedAt }) => now - usedAt < timeoutMs);
  const late = sessions.filter(({ usedAt }) => now - usedAt >= timeoutMs);
  const newest = inUse.toSorted((a, b) => b.usedAt - a.usedAt || (a.id < b.id ? -1 : 1));
  const isOfClient = ({ id }: { readonly id: string }): boolean => id.startsWith(clientPrefix);
  const clientsMax = Math.min(sessionsMax, sessionLimits.clientSessionsMax);
  const tooMany = [
    ...newest.filter((one) => !isOfClient(one)).slice(sessionsMax),
    ...newest.filter(isOfClient).slice(clientsMax),
  ];
  return [...late, ...tooMany].map(({ id }) => id);
}

export function encodeSession(session: Session): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ v: version, ...session }));
}

/** Undefined for what is no session: damaged, or written by a later program. */
export function decodeSession(bytes: Uint8Array): Session | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if ((value as { readonly v?: unknown } | null)?.v !== version) return undefined;
    return sessionShape.safeParse(value).data;
  } catch {
    return undefined;
  }
}

/** What somebody gave as an entry, in its bounds. @throws {z.ZodError} it is none */
export function checkedEntry(given: SessionEntry): SessionEntry {
  const { summary, paths } = given;
  return entryShape.parse({
    ...given,
    summary: summary.length > summaryCharactersMax ? cut(summary, summaryCharactersMax) : summary,
    paths: paths.filter(({ length }) => length <= pathCharactersMax).slice(0, entryPathsMax),
  });
}

const version = 1;

/** What a session has beside its entries. */
const bytesOfHead = 512;

function bytesOfEntry(entry: SessionEntry): number {
  return Buffer.byteLength(JSON.stringify(entry)) + 1;
}

/** Whole lines from the beginning, where what matters stands. */
function shortened(entry: SessionEntry, share: number): SessionEntry {
  return { ...entry, summary: cut(entry.summary, Math.ceil(entry.summary.length * share)), short: true };
}

function cut(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const room = Math.max(0, charactersMax - ellipsis.length);
  const line = text.lastIndexOf("\n", room);
  // A line that is longer than all the room is cut where that ends, and never within a pair of surrogates.
  const end = line > room / 2 ? line : room;
  return `${text.slice(0, end).replace(/[\ud800-\udbff]$/, "")}${ellipsis}`;
}

const ellipsis = " …";

function isLater(one: Session, other: Session): boolean {
  return one.usedAt > other.usedAt || (one.usedAt === other.usedAt && one.label > other.label);
}

function stands(entry: SessionEntry, known: SessionEntry): boolean {
  if (entry.at !== known.at) return entry.at > known.at;
  if (entry.short !== known.short) return entry.short;
  return JSON.stringify(entry) > JSON.stringify(known);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

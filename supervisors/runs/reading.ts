// What is made of a run's entries for people: how it stands, what it came to, and values that are kept beside its log.
import { decodeValue, KeptMissing } from "../../actors/runs/kept.ts";
import type { ReadRunRequest, RunPage } from "../../actors/runs/run-desk-protocol.ts";
import type { Kept, RunEntry } from "../../actors/runs/run-entry.ts";
import { RunState } from "../../actors/runs/run-state.ts";
import type { RunSummary } from "../../actors/runs/run-summary.ts";
import { following } from "./follow.ts";
import { followLimits } from "./limits.ts";
import { RunRefused } from "./refused.ts";
import type { RunEnd, RunShown } from "./runs.ts";

/** Entries, and the bytes that stand beside them. */
export interface RunReader {
  readonly place: string;
  read(request: ReadRunRequest): Promise<RunPage>;
  /** A piece of what is kept under a hash. @throws {RunRefused} it is not there */
  blob(request: {
    readonly id: string;
    readonly hash: string;
    readonly offset: number;
    readonly bytesMax: number;
  }): Promise<{ readonly bytes: Uint8Array; readonly total: number }>;
}

/** @throws {RunRefused} `no_such_event`; as `read` */
export async function shownAt(reader: RunReader, id: string, at?: number): Promise<RunShown> {
  if (at !== undefined && !(Number.isInteger(at) && at >= 1)) throw noSuchEntry(id, at, undefined);
  const state = new RunState();
  const entries: RunEntry[] = [];
  for (;;) {
    const from = entries.length + 1;
    const page = await reader.read({ id, from, waitMs: 0, bytesMax: followLimits.pageBytesMax });
    if (at !== undefined && at > page.summary.n) throw noSuchEntry(id, at, page.summary.n);
    const last = at ?? page.summary.n;
    const fresh = following(from, page.entries).filter(({ n }) => n <= last);
    for (const entry of fresh) state.apply(entry);
    entries.push(...fresh);
    if (entries.length >= last || fresh.length === 0) {
      const summary = at === undefined ? page.summary : (state.summary(page.summary.bytes) ?? page.summary);
      return { summary, state, entries };
    }
  }
}

/** What a run came to that is over, or interrupted. */
export async function endOfRun(reader: RunReader, summary: RunSummary): Promise<RunEnd> {
  const { id, n, phase } = summary;
  if (phase !== "done" && phase !== "failed") return { summary, output: undefined, problem: undefined };
  const { entries } = await reader.read({ id, from: n, waitMs: 0, bytesMax: followLimits.pageBytesMax });
  const last = entries.at(-1);
  const output = last?.type === "done" ? await valueIn(reader, id, last.output) : undefined;
  const problem =
    last?.type === "failed" ? { code: last.code, message: last.message, step: last.step } : undefined;
  return { summary, output, problem };
}

/** @throws {KeptMissing}; {RunRefused} */
export async function valueIn(reader: RunReader, id: string, kept: Kept): Promise<unknown> {
  if ("value" in kept) return kept.value;
  const { blob: hash, bytes: expected } = kept;
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < expected; ) {
    const { bytes } = await reader.blob({ id, hash, offset, bytesMax: followLimits.pieceBytesMax });
    if (bytes.length === 0) throw new KeptMissing(reader.place, hash, "ends too early");
    pieces.push(bytes);
    offset += bytes.length;
  }
  const decoded = decodeValue(Buffer.concat(pieces));
  if (decoded === undefined) throw new KeptMissing(reader.place, hash, "cannot be read");
  return decoded.value;
}

function noSuchEntry(id: string, at: number, last: number | undefined): RunRefused {
  const range = last === undefined ? "Entries are numbered from 1." : `It has the entries 1 to ${last}.`;
  return new RunRefused("no_such_event", `Run ${id} has no entry ${at}. ${range}`);
}

// Registers a name of the cluster for a process of this node, and takes one away.
import type { Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { BucketEntry } from "../store/bucket.ts";
import { agree, type Step } from "./agreed-key.ts";
import type { ConflictResolver } from "./conflict.ts";
import { mayStand } from "./leases.ts";
import {
  type Displaced,
  decodeNameRecord,
  displacedNow,
  encodeNameRecord,
  isSamePid,
  type NameRecord,
  nameKey,
  pidData,
} from "./name-record.ts";
import { agreeing, type NamesContext, ownLease } from "./names-context.ts";

export interface ClaimOptions {
  readonly resolver: ConflictResolver | undefined;
  /** Takes it from whoever has it. */
  readonly replaces: boolean;
}

/** What became of a claim. `ended`: the process did meanwhile. */
export type Claimed =
  | { readonly is: "owned"; readonly revision: number }
  | { readonly is: "held"; readonly by: Pid }
  | { readonly is: "ended" };

interface Granted {
  readonly epoch: number;
  readonly term: number;
  readonly value: Uint8Array;
}

/** @throws {NotOwner}; {StoreUnavailable}; {UnusableName} */
export async function claimName(
  context: NamesContext,
  name: string,
  process: Process,
  options: ClaimOptions,
): Promise<Claimed> {
  const { held, lines } = context;
  const key = nameKey(name);
  ownLease(context, `to change who has the name "${name}"`);
  held.ask(name, process);
  try {
    return await lines.run(name, () => claimInOrder(context, name, key, process, options));
  } finally {
    held.refused(name, process);
  }
}

async function claimInOrder(
  context: NamesContext,
  name: string,
  key: string,
  process: Process,
  { resolver, replaces }: ClaimOptions,
): Promise<Claimed> {
  if (process.hasEnded) return { is: "ended" };
  const { bucket, held, table } = context;
  const { era } = table;
  const { gives, revision } = await agree(bucket, key, agreeing(context), (entry) =>
    planClaim(context, name, process, entry, replaces),
  );
  if ("by" in gives) return { is: "held", by: gives.by };
  table.put(name, gives.value, revision, era);
  if (process.hasEnded) return { is: "ended" };
  held.add(name, process, { ...gives, resolver });
  return { is: "owned", revision };
}

function planClaim(
  context: NamesContext,
  name: string,
  process: Process,
  entry: BucketEntry | undefined,
  replaces: boolean,
): Step<Granted | { readonly by: Pid }> {
  const { term } = ownLease(context, `to change who has the name "${name}"`);
  const record = decodeNameRecord(name, entry?.value);
  const pid = pidData(process.pid);
  // What an attempt wrote that nobody acknowledged.
  if (entry !== undefined && record?.term === term && isSamePid(record.pid, pid))
    return { is: "done", gives: { epoch: record.epoch, term, value: entry.value } };
  const holder = record !== undefined && isLive(context, record) ? record.pid : null;
  if (holder !== null && !replaces) return { is: "done", gives: { by: holder as Pid } };
  const loser: Displaced | undefined = holder === null ? undefined : { pid: holder, how: "unnamed", by: pid };
  const displaced = displacedNow(record?.displaced ?? [], pid, loser);
  const epoch = (record?.epoch ?? 0) + 1;
  const value = encodeNameRecord({ v: 1, name, pid, term, epoch, at: now(context), displaced });
  return { is: "write", value, gives: { epoch, term, value } };
}

/** Whether somebody has the name by this record, or may have it. */
function isLive({ kernel, held, leases }: NamesContext, { pid, term, name }: NameRecord): boolean {
  if (pid === null) return false;
  if (kernel.isLocal(pid)) return held.get(name)?.process.pid.id === pid.id;
  return mayStand(leases, { node: pid.node, incarnation: pid.incarnation, term });
}

/**
 * Takes the name from whoever has it, on whichever node; gives the revision of the record then.
 * @throws {NotOwner}; {StoreUnavailable}; {UnusableName}
 */
export function giveUpName(context: NamesContext, name: string): Promise<number> {
  const key = nameKey(name);
  const { bucket, held, lines } = context;
  ownLease(context, `to change who has the name "${name}"`);
  return lines.run(name, async () => {
    const { revision } = await agree<undefined>(bucket, key, agreeing(context), (entry) => {
      const record = decodeNameRecord(name, entry?.value);
      if (record === undefined || record.pid === null) return { is: "done", gives: undefined };
      const loser: Displaced = { pid: record.pid, how: "unnamed", by: null };
      const displaced = displacedNow(record.displaced, null, loser);
      const freed: NameRecord = { ...record, pid: null, at: now(context), displaced };
      return { is: "write", value: encodeNameRecord(freed), gives: undefined };
    });
    const holding = held.get(name);
    if (holding !== undefined) held.drop(holding);
    return revision;
  });
}

function now({ kernel }: NamesContext): number {
  return kernel.world.clock.wallTime();
}

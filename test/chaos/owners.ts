// What rows about ownership share: nodes that own counters together, and somebody who adds to them all the time and owns nothing.
import assert from "node:assert/strict";
import type { NodeProcess } from "./node-process.ts";
import { supervisorName } from "./owning.ts";
import type { Room } from "./room.ts";

export interface Company {
  readonly owners: readonly NodeProcess[];
  readonly adder: NodeProcess;
  /** Of all counters, in the cluster. */
  readonly names: readonly string[];
}

/** The adder's pause after each answer and before each new try: what an interruption is measured by. */
const addEveryMs = 20;
/** Adds that were begun before something may be answered after it; these were not. */
const addsThatShow = 3;

/** So many ids of children. */
export function ids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `c${index + 1}`);
}

/** Starts the owners and the adder; comes back when every counter answers and they are spread evenly. */
export async function company(room: Room, ...names: readonly string[]): Promise<Company> {
  const launched: NodeProcess[] = [];
  for (const name of names) launched.push(await room.launch(name));
  const adder = await room.launch("adder", { owns: [] });
  for (const node of [...launched, adder]) await node.tells("ready");
  await room.met();
  const counters = (room.owns ?? []).map((id) => `${supervisorName}/${id}`);
  await adder.order({ do: "load", names: counters, everyMs: addEveryMs });
  const whole: Company = { owners: launched, adder, names: counters };
  await answered(whole, 0);
  await spread(room);
  return whole;
}

/** Waits until every owner that runs has its share: from then on nothing is moved only to spread the counters. */
export async function spread(room: Room): Promise<void> {
  await room.eventually("the counters to be spread evenly", () => {
    const owners = room.alive.filter(({ owns }) => owns > 0);
    const counts = owners.map((node) => ownedBy(room, node).length);
    return Math.max(...counts) - Math.min(...counts) < 2;
  });
}

/** Waits until every counter has answered adds that were begun since `mark` of the adder. */
export async function answered({ adder, names }: Company, mark = adder.mark): Promise<void> {
  const counts = new Map<string, number>();
  let from = mark;
  const isDone = (): boolean => {
    for (const entry of adder.entries.slice(from))
      if (entry.type === "added") counts.set(entry.name, (counts.get(entry.name) ?? 0) + 1);
    from = adder.mark;
    return names.every((name) => (counts.get(name) ?? 0) >= addsThatShow);
  };
  await adder.says(isDone, "an answer of every counter", mark);
}

/** The node that took the last add of a counter. */
function ownerOf({ nodes }: Room, name: string): NodeProcess {
  let owner: NodeProcess | undefined;
  let latest = 0;
  for (const node of nodes) {
    const last = node.entries.findLast((entry) => entry.type === "took" && entry.name === name);
    if (last === undefined || last.atMs <= latest) continue;
    latest = last.atMs;
    owner = node;
  }
  if (owner === undefined) throw new Error(`Nobody has taken anything for ${name}.`);
  return owner;
}

/** The counters that a node has. */
export function ownedBy(room: Room, node: NodeProcess): readonly string[] {
  const names = (room.owns ?? []).map((id) => `${supervisorName}/${id}`);
  return names.filter((name) => ownerOf(room, name) === node);
}

/** The node has rested before anybody took anything for what it had; both since `sinceMs`. */
export function restedFirst(
  room: Room,
  node: NodeProcess,
  counters: readonly string[],
  sinceMs: number,
): void {
  const rested = node.all("ownership").find(({ is, atMs }) => is === "suspended" && atMs >= sinceMs);
  assert.ok(rested !== undefined, `${node.name} never rests`);
  for (const other of room.nodes) {
    if (other === node) continue;
    const first = other.all("took").find(({ name, atMs }) => counters.includes(name) && atMs >= sinceMs);
    if (first !== undefined)
      assert.ok(first.atMs > rested.atMs, `${other.name} takes ${first.name} before ${node.name} rests`);
  }
}

/** Every process that a node had for its children by now has handled its last: looked for in the end. */
export function formerProcesses(node: NodeProcess): ReadonlySet<number> {
  return new Set(node.all("took").map(({ process }) => process));
}

/** For each counter the longest time between two answers since `mark` of the adder, in milliseconds. */
export function gaps({ adder, names }: Company, mark = 0): readonly number[] {
  return names.map((name) => {
    const before = adder.entries
      .slice(0, mark)
      .findLast((entry) => entry.type === "added" && entry.name === name);
    const times = adder.all("added", mark).flatMap((entry) => (entry.name === name ? [entry.atMs] : []));
    const from = before === undefined ? times : [before.atMs, ...times];
    return Math.max(0, ...from.slice(1).map((atMs, index) => atMs - (from[index] ?? atMs)));
  });
}

/** The clock that entries are timed by. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** No add is on its way any more: every answer is written down. */
export async function atRest({ adder }: Company): Promise<void> {
  await adder.order({ do: "unload" });
}

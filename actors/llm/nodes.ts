// On which node an entry is asked: what nodes tell each other of themselves, and the order in which they are chosen. Pure.
import { createHash } from "node:crypto";
import type { Pid } from "../../runtime/process/pid.ts";
import { byRank, type EntryFacts, type Place } from "./entries.ts";
import type { Spreading } from "./spreading.ts";

/** What a node tells of itself. */
export interface NodeNews {
  readonly node: string;
  readonly entries: readonly EntryFacts[];
  /** Its orders that ask a provider now, and those that wait. */
  readonly running: number;
  readonly waiting: number;
}

/** `number` grows by one with each that a process tells; what comes late or twice says nothing. */
export interface NewsMessage extends NodeNews {
  readonly type: "news";
  readonly from: Pid;
  readonly number: number;
}

/** What is known of other nodes, by their names. */
export type NodeTable = ReadonlyMap<string, NewsMessage>;

export const noNodes: NodeTable = new Map();

/** The same table where it says nothing new. */
export function withNews(table: NodeTable, news: NewsMessage): NodeTable {
  const known = table.get(news.node);
  const isOld = known !== undefined && compared(known, news) >= 0;
  return isOld ? table : new Map(table).set(news.node, news);
}

/** The process that told of a node is gone, and with it what it has told. */
export function withoutNode(table: NodeTable, pid: Pid): NodeTable {
  const known = table.get(pid.node);
  if (known === undefined || known.from.id !== pid.id || known.from.incarnation !== pid.incarnation)
    return table;
  const rest = new Map(table);
  rest.delete(pid.node);
  return rest;
}

export interface SpreadBy {
  readonly rules: Pick<Spreading, "load_balance_strategy" | "prefer_local_provider" | "node_pool_size">;
  /** Grows by one with each order. */
  readonly turn: number;
  /** What belongs together, such as the requests of one run. */
  readonly key: string | undefined;
}

/** Where each entry can be asked: entry by entry as they are tried, and for each the nodes that have it. */
export function placesOf(own: NodeNews, others: readonly NodeNews[], spread: SpreadBy): readonly Place[] {
  if (others.length === 0) return ownPlaces(own.entries);
  const all = [own, ...others];
  const known = new Map<string, EntryFacts>();
  // Where nodes differ about one entry, this node's word counts for its place among all, then that of the first one.
  for (const { entries } of all)
    for (const entry of entries) if (!known.has(entry.name)) known.set(entry.name, entry);
  return [...known.values()].toSorted(byRank).flatMap(({ name }) => {
    const having = all.filter(({ entries }) => entries.some((entry) => entry.name === name));
    return inOrder(name, having, own, spread).flatMap((node) => {
      const facts = node.entries.find((entry) => entry.name === name);
      return facts === undefined ? [] : [{ ...facts, node: node === own ? undefined : node.node }];
    });
  });
}

/** Where each entry can be asked by a node that knows of no other. */
export function ownPlaces(entries: readonly EntryFacts[]): readonly Place[] {
  return entries.map((entry) => ({ ...entry, node: undefined }));
}

function inOrder(
  entry: string,
  having: readonly NodeNews[],
  own: NodeNews,
  { rules, turn, key }: SpreadBy,
): readonly NodeNews[] {
  // The same ones for everybody who asks the entry, and others only where those are gone.
  const byLot = byHash(entry, having);
  const pool = byLot.slice(0, rules.node_pool_size);
  const rest = byLot.slice(rules.node_pool_size);
  const balanced = [...balancedBy(rules.load_balance_strategy, pool, turn, key), ...rest];
  if (!rules.prefer_local_provider || !having.includes(own)) return balanced;
  return [own, ...balanced.filter((node) => node !== own)];
}

function balancedBy(
  strategy: Spreading["load_balance_strategy"],
  pool: readonly NodeNews[],
  turn: number,
  key: string | undefined,
): readonly NodeNews[] {
  const start = pool.length === 0 ? 0 : turn % pool.length;
  const rotated = [...pool.slice(start), ...pool.slice(0, start)];
  if (strategy === "affinity" && key !== undefined) return byHash(key, pool);
  if (strategy !== "least_loaded") return rotated;
  return rotated.toSorted((left, right) => left.running + left.waiting - (right.running + right.waiting));
}

/** By rendezvous: the order is the same everywhere, and a node that comes or goes moves nothing but its own share. */
function byHash(key: string, nodes: readonly NodeNews[]): readonly NodeNews[] {
  const lot = ({ node }: NodeNews): string => createHash("sha256").update(`${key}\0${node}`).digest("hex");
  return nodes
    .map((node) => ({ node, lot: lot(node) }))
    .toSorted((left, right) => (left.lot < right.lot ? -1 : 1))
    .map(({ node }) => node);
}

/** By the node's incarnation, then by the process that told, then by its number. */
function compared(left: NewsMessage, right: NewsMessage): number {
  return (
    left.from.incarnation - right.from.incarnation ||
    left.from.id - right.from.id ||
    left.number - right.number
  );
}

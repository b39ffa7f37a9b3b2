// Every link gives one EXIT to a peer that traps, and takes down one that does not.
import type { Checker, Entry, Violation } from "../ledger.ts";
import { type Life, livesAt, livesOf, quietPlaces } from "./lives.ts";
import { reasonsOf } from "./reasons.ts";

type PeerEnded = Extract<Entry, { readonly type: "peer_ended" }>;
type Add = (index: number, problem: string) => void;

export const links: Checker = (entries) => {
  const lives = livesOf(entries);
  const found: Violation[] = [];
  const add: Add = (index, problem) => void found.push({ check: "links", problem, index });
  const exits = exitsOfTheDead(entries, lives);
  const reasons = reasonsOf(entries);
  const [quiet = entries.length] = quietPlaces(entries);
  const due = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "peer_ended") continue;
    const key = `${entry.of} ${entry.pid}`;
    due.add(key);
    const count = exits.get(key) ?? 0;
    const expected = entry.isTrapping && !isOwnFailedStart(entry, lives) ? 1 : 0;
    if (count !== expected)
      add(index, `${entry.pid} gets ${count} EXIT of its peer ${entry.of} in place of ${expected}`);
    const [reason = "normal"] = reasons.get(entry.of) ?? [];
    const isFailedStart = lives.get(entry.of)?.readyAt === undefined;
    if (
      !entry.isTrapping &&
      !isFailedStart &&
      reason !== "normal" &&
      index < quiet &&
      livesAt(lives.get(entry.pid), quiet)
    )
      add(index, `${entry.pid} does not trap and survives its peer ${entry.of}, which ended: ${reason}`);
  }
  for (const key of exits.keys()) {
    const [of = "", to = ""] = key.split(" ");
    // Who holds a key is linked to the registry, which nobody here has asked for.
    const isHolder = [of, to].some((pid) => lives.get(Number(pid))?.birth.isTable === true);
    if (!due.has(key) && !isHolder)
      add(lives.get(Number(of))?.endedAt ?? 0, `${to} gets an EXIT of ${of}, no peer of its own`);
  }
  return found;
};

/** EXIT messages by sender and receiver that came when the sender had ended: those of links, and of nothing else. */
function exitsOfTheDead(entries: readonly Entry[], lives: ReadonlyMap<number, Life>): Map<string, number> {
  const exits = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "delivered" || entry.item !== "exit" || entry.reason === "noproc") continue;
    if ((lives.get(entry.from)?.endedAt ?? Number.POSITIVE_INFINITY) > index) continue;
    const key = `${entry.from} ${entry.to}`;
    exits.set(key, (exits.get(key) ?? 0) + 1);
  }
  return exits;
}

/** A starter that traps hears of a failed start by its answer alone. */
function isOwnFailedStart({ pid, of }: PeerEnded, lives: ReadonlyMap<number, Life>): boolean {
  const child = lives.get(of);
  return child?.birth.parent === pid && child.readyAt === undefined;
}

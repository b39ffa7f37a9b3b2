// Every link tells of the end of the other side once at most, for a reason that is true, and does tell where there is something.
import { type Checker, nameOf, nodeOf, type Violation } from "../ledger.ts";
import { type Lives, livesOf } from "./lives.ts";
import { isLocal, SessionHistory } from "./sessions.ts";

type Add = (index: number, problem: string) => void;

interface Made {
  readonly by: string;
  readonly of: string;
  readonly at: number;
}

/** Exit signals that somebody sent of its own accord say so in their reason. */
const isOrder = (reason: string): boolean => reason.startsWith('"told ') || reason.startsWith("told ");

export const links: Checker = (entries) => {
  const found: Violation[] = [];
  const add: Add = (index, problem) => void found.push({ check: "links", problem, index });
  const history = new SessionHistory(entries);
  const lives = livesOf(entries);
  const made = new Map<string, number>();
  const told = new Map<string, number>();
  const last = new Map<string, Made>();
  const lastTold = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "linked" || entry.type === "unlinked") {
      const { by, of } = entry;
      const pair = pairOf(by, of);
      if (entry.type === "linked") {
        made.set(pair, (made.get(pair) ?? 0) + 1);
        last.set(`${by} ${of}`, { by, of, at: index });
      } else {
        last.delete(`${by} ${of}`);
        last.delete(`${of} ${by}`);
      }
    }
    if (entry.type !== "told_exit" || isOrder(entry.reason)) continue;
    const { to, from, reason } = entry;
    const key = `${to} ${from}`;
    told.set(key, (told.get(key) ?? 0) + 1);
    lastTold.set(key, index);
    if ((told.get(key) ?? 0) > (made.get(pairOf(to, from)) ?? 0))
      add(
        index,
        `${to} is told ${told.get(key)} times of ${from}, for ${made.get(pairOf(to, from)) ?? 0} links`,
      );
    judgeReason(index, { to, from, reason }, history, lives, add);
  }
  for (const link of last.values())
    judgeUntold(link, lastTold.get(`${link.by} ${link.of}`), history, lives, add);
  return found;
};

function judgeReason(
  index: number,
  { to, from, reason }: { readonly to: string; readonly from: string; readonly reason: string },
  history: SessionHistory,
  lives: Lives,
  add: Add,
): void {
  if (reason === "noconnection") {
    if (isLocal(to, from) || !history.isLostNear(nodeOf(to), nodeOf(from), index))
      add(index, `${to} is told that the connection to ${from} is lost, and it is not`);
  } else if ((lives.endedAt(from) ?? Number.POSITIVE_INFINITY) > index)
    add(index, `${to} is told of the end of ${from} (${reason}), which lives`);
}

function judgeUntold(
  { by, of, at }: Made,
  toldAt: number | undefined,
  history: SessionHistory,
  lives: Lives,
  add: Add,
): void {
  const { quietAt } = lives;
  if (quietAt === undefined || !lives.isAlive(by) || (toldAt !== undefined && toldAt > at)) return;
  if (!lives.isAlive(of)) add(at, `${by} is never told of the end of ${of}, to which it is linked`);
  else if (!isLocal(by, of) && history.isBrokenBetween(nodeOf(by), nameOf(nodeOf(of)), at, quietAt))
    add(at, `${by} is never told that the connection to ${of}, to which it is linked, was lost`);
}

function pairOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

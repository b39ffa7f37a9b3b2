// Every monitor fires once at most, for a reason that is true, and does fire where there is something to tell.
import { type Checker, nameOf, nodeOf, type Violation } from "../ledger.ts";
import { type Lives, livesOf } from "./lives.ts";
import { isLocal, SessionHistory } from "./sessions.ts";

interface Watch {
  readonly ref: string;
  readonly by: string;
  readonly of: string;
  readonly at: number;
  readonly downs: { readonly index: number; readonly reason: string }[];
  endedAt: number | undefined;
  wasActive: boolean | undefined;
}

type Add = (index: number, problem: string) => void;

export const monitors: Checker = (entries) => {
  const found: Violation[] = [];
  const add: Add = (index, problem) => void found.push({ check: "monitors", problem, index });
  const watches = new Map<string, Watch>();
  for (const [at, entry] of entries.entries()) {
    if (entry.type === "monitored") {
      const { ref, by, of } = entry;
      watches.set(ref, { ref, by, of, at, downs: [], endedAt: undefined, wasActive: undefined });
    }
    if (entry.type !== "demonitored") continue;
    const watch = watches.get(entry.ref);
    if (watch !== undefined) Object.assign(watch, { endedAt: at, wasActive: entry.wasActive });
  }
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "told_down") continue;
    const watch = watches.get(entry.ref);
    if (watch === undefined) add(index, `${entry.to} is told of a monitor ${entry.ref} that nobody made`);
    watch?.downs.push({ index, reason: entry.reason });
  }
  const history = new SessionHistory(entries);
  const lives = livesOf(entries);
  for (const watch of watches.values()) {
    judgeTold(watch, history, lives, add);
    judgeUntold(watch, history, lives, add);
  }
  return found;
};

function judgeTold(
  { ref, by, of, at, downs, endedAt, wasActive }: Watch,
  history: SessionHistory,
  lives: Lives,
  add: Add,
): void {
  const [down, second] = downs;
  if (second !== undefined) add(second.index, `monitor ${ref} fires ${downs.length} times`);
  if (endedAt !== undefined && wasActive !== (down === undefined || down.index > endedAt))
    add(endedAt, `demonitor of ${ref} answers ${wasActive}, and that is not so`);
  if (down === undefined) return;
  const { index, reason } = down;
  if (endedAt !== undefined && index > endedAt) add(index, `monitor ${ref} fires after it was taken back`);
  if (reason === "noconnection") {
    if (isLocal(by, of) || !history.isLost(nodeOf(by), nodeOf(of), index))
      add(index, `monitor ${ref} of ${of} tells of a connection that was not lost`);
    const name = nameOf(nodeOf(of));
    if (history.up(nodeOf(by), name, at) === nodeOf(of) && history.up(nodeOf(by), name, index) !== nodeOf(of))
      add(index, `monitor ${ref} of ${of} fires after the news that its node is down`);
  } else if ((lives.endedAt(of) ?? Number.POSITIVE_INFINITY) > index)
    add(index, `monitor ${ref} tells of the end of ${of} (${reason}), which lives`);
}

function judgeUntold(
  { ref, by, of, at, downs, endedAt }: Watch,
  history: SessionHistory,
  lives: Lives,
  add: Add,
): void {
  const { quietAt } = lives;
  if (downs.length > 0 || endedAt !== undefined || quietAt === undefined || !lives.isAlive(by)) return;
  if (!lives.isAlive(of)) add(at, `monitor ${ref} of ${of}, which has ended, does not fire`);
  else if (!isLocal(by, of) && history.isBrokenBetween(nodeOf(by), nameOf(nodeOf(of)), at, quietAt))
    add(at, `monitor ${ref} of ${of} does not fire, and the session was lost`);
}

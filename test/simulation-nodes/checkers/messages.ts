// Messages from one process to another: in order, once, in a session that stands, and without a gap that nobody was told of.
import { type Checker, nameOf, nodeOf, type Violation } from "../ledger.ts";
import { livesOf } from "./lives.ts";
import { isLocal, SessionHistory } from "./sessions.ts";

interface Sent {
  readonly number: number;
  readonly index: number;
  readonly epoch: number;
  /** The session stood: what is lost then is lost at its end. */
  readonly isUp: boolean;
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly sent: Sent[];
  readonly got: Map<number, number>;
  last: number;
}

export const messages: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void =>
    void found.push({ check: "messages", problem, index });
  const history = new SessionHistory(entries);
  const pairs = new Map<string, Pair>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "sent" && entry.type !== "got") continue;
    const { from, to, number } = entry;
    const key = `${from} ${to}`;
    const pair: Pair = pairs.get(key) ?? { from, to, sent: [], got: new Map(), last: 0 };
    pairs.set(key, pair);
    if (entry.type === "sent") {
      const [node, name] = [nodeOf(from), nameOf(nodeOf(to))];
      const isNear = isLocal(from, to);
      const epoch = isNear ? 0 : history.epoch(node, name, index);
      const isUp = isNear || history.up(node, name, index) !== undefined;
      pair.sent.push({ number, index, epoch, isUp });
      continue;
    }
    if (number <= pair.last) add(index, `message ${number} of ${from} comes to ${to} after ${pair.last}`);
    if (pair.sent[number - 1] === undefined)
      add(index, `message ${number} of ${from} to ${to} was never sent`);
    pair.last = Math.max(pair.last, number);
    pair.got.set(number, index);
    const sender = nodeOf(from);
    if (!isLocal(from, to) && history.up(nodeOf(to), nameOf(sender), index) !== sender)
      add(index, `message ${number} of ${from} comes to ${to} in no session with ${sender}`);
  }
  const lives = livesOf(entries);
  for (const pair of pairs.values()) {
    judgeGaps(pair, add);
    if (lives.quietAt !== undefined && lives.isAlive(pair.to) && lives.runs(nodeOf(pair.from)))
      judgeEnd(pair, history, lives.quietAt, add);
  }
  return found;
};

/**
 * Within one epoch what comes is one piece, and where the session stood it is the first piece: whatever is missing in between or
 * before was lost in silence. Without a session what was sent first may be lost: nobody could be reached.
 */
function judgeGaps({ from, to, sent, got }: Pair, add: (index: number, problem: string) => void): void {
  let missing: { readonly number: number; readonly epoch: number } | undefined;
  let lastEpoch: number | undefined;
  for (const { number, epoch, isUp } of sent) {
    const at = got.get(number);
    if (at === undefined) {
      if (lastEpoch === epoch || isUp) missing ??= { number, epoch };
      continue;
    }
    if (missing !== undefined && missing.epoch === epoch)
      add(
        at,
        `message ${number} of ${from} comes to ${to}, and ${missing.number} before it was lost in silence`,
      );
    missing = undefined;
    lastEpoch = epoch;
  }
}

/** What was sent in the session that stands at the end has arrived. */
function judgeEnd(
  { from, to, sent, got }: Pair,
  history: SessionHistory,
  quietAt: number,
  add: (index: number, problem: string) => void,
): void {
  const [node, name] = [nodeOf(from), nameOf(nodeOf(to))];
  const isNear = isLocal(from, to);
  if (!isNear && history.up(node, name, quietAt) !== nodeOf(to)) return;
  const now = isNear ? 0 : history.epoch(node, name, quietAt);
  const lost = sent.find(({ number, epoch }) => epoch === now && !got.has(number));
  if (lost !== undefined) add(lost.index, `message ${lost.number} of ${from} never comes to ${to}`);
}

// Every call has one outcome: the reply to its own question, or an error that is true.
import { type Checker, nodeOf, type Violation } from "../ledger.ts";
import { livesOf } from "./lives.ts";
import { isLocal, SessionHistory } from "./sessions.ts";

export const calls: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "calls", problem, index });
  const history = new SessionHistory(entries);
  const lives = livesOf(entries);
  const asked = new Map<number, { readonly by: string; readonly of: string; readonly index: number }>();
  const answered = new Set<number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "asked") asked.set(entry.call, { by: entry.by, of: entry.of, index });
    if (entry.type !== "answered") continue;
    const { call, outcome, isRight } = entry;
    if (answered.has(call)) add(index, `call ${call} has a second outcome: ${outcome}`);
    if (!isRight) add(index, `call ${call} is given the reply to another question`);
    answered.add(call);
    const { by, of } = asked.get(call) ?? { by: "", of: "" };
    const isLost = !isLocal(by, of) && history.isLostNear(nodeOf(by), nodeOf(of), index);
    if (outcome === "nodedown" && !isLost) add(index, `call ${call} of ${of} says that its node is down`);
  }
  for (const [call, { by, of, index }] of asked) {
    if (!answered.has(call) && lives.quietAt !== undefined && lives.isAlive(by))
      add(index, `call ${call} of ${by} to ${of} has no outcome`);
  }
  return found;
};

// Every call has one outcome, and a reply is one to its own question.
import type { Checker, Entry, Violation } from "../ledger.ts";
import { livesAt, livesOf, quietPlaces } from "./lives.ts";

type Asked = Extract<Entry, { readonly type: "asked" }>;

export const calls: Checker = (entries) => {
  const lives = livesOf(entries);
  const open = new Map<number, { readonly asked: Asked; readonly index: number }>();
  const answered = new Set<number>();
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "calls", problem, index });
  const quiet = quietPlaces(entries);
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "asked") open.set(entry.call, { asked: entry, index });
    if (entry.type === "answered") {
      if (answered.has(entry.call)) add(index, `call ${entry.call} has a second outcome: ${entry.outcome}`);
      if (!entry.isRight) add(index, `call ${entry.call} is given the reply to another question`);
      answered.add(entry.call);
      open.delete(entry.call);
    }
    if (!quiet.includes(index)) continue;
    for (const [call, { asked }] of open) {
      const callee = lives.get(asked.of);
      // The dead wait for nothing; a table takes no messages, and whoever withstands every order need not answer.
      if (asked.by !== outside && !livesAt(lives.get(asked.by), index)) continue;
      if (livesAt(callee, index) && (callee?.isDefiant === true || callee?.birth.isTable === true)) continue;
      add(index, `call ${call} of ${asked.by} to ${asked.of} has no outcome`);
      open.delete(call);
    }
  }
  return found;
};

/** The number under which code outside of processes asks. */
const outside = 0;

// A supervisor restarts as often as its budget allows, pays for every attempt, and gives up exactly when it must.
import type { Checker, Entry, Violation } from "../ledger.ts";
import { livesAt, livesOf, quietPlaces } from "./lives.ts";

type Spent = Extract<Entry, { readonly type: "spent" }>;

interface Account {
  /** When the attempts that were allowed were made, in milliseconds. */
  readonly times: number[];
  attempts: number;
  exits: number;
  failedStarts: number;
  last: Spent | undefined;
  /** A restart that was allowed is under way. */
  isPaid: boolean;
  /** It was refused a restart, and has not said yet that it gives up. */
  mustGiveUp: boolean;
  gaveUpAt: number | undefined;
}

type Add = (index: number, problem: string) => void;

export const budgets: Checker = (entries) => {
  const lives = livesOf(entries);
  const accounts = new Map<number, Account>();
  const found: Violation[] = [];
  const add: Add = (index, problem) => void found.push({ check: "budgets", problem, index });
  const accountOf = (by: number): Account => {
    const known = accounts.get(by) ?? {
      times: [],
      attempts: 0,
      exits: 0,
      failedStarts: 0,
      last: undefined,
      isPaid: false,
      mustGiveUp: false,
      gaveUpAt: undefined,
    };
    accounts.set(by, known);
    return known;
  };
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "spent") spend(accountOf(entry.by), entry, index, add);
    if (entry.type !== "told") continue;
    const account = accountOf(entry.by);
    if (entry.event === "child_restarted" && !account.isPaid)
      add(index, `supervisor ${entry.by} restarts ${entry.child} and has not paid for it`);
    // A sweep may start many; where the children are many and of no order, each is restarted on its own.
    const isSweep = entry.event === "child_restarted" && lives.get(entry.by)?.birth.isOrdered === true;
    if (entry.event.endsWith("_restarted") || entry.event === "start_failed") account.isPaid &&= isSweep;
    hear(account, entry, index, add);
  }
  const [quiet = entries.length] = quietPlaces(entries);
  for (const [by, { attempts, exits, failedStarts, mustGiveUp, gaveUpAt }] of accounts) {
    const life = lives.get(by);
    const end = life?.endedAt ?? entries.length;
    // One that was killed may have had no time to pay for the last.
    const unpaid = life?.stoppedAt === undefined && life?.endedAt !== undefined ? 1 : 0;
    if (attempts < exits - unpaid || attempts > exits + failedStarts)
      add(end, `supervisor ${by} pays ${attempts} times for ${exits} ends and ${failedStarts} failed starts`);
    if (mustGiveUp && livesAt(life, quiet))
      add(quiet, `supervisor ${by} has no restart left and does not give up`);
    if (gaveUpAt !== undefined && gaveUpAt < quiet && livesAt(life, quiet))
      add(gaveUpAt, `supervisor ${by} gives up and goes on living`);
  }
  return found;
};

function spend(account: Account, entry: Spent, index: number, add: Add): void {
  const { atMs, by, isAllowed, maxRestarts, withinMs } = entry;
  const recent = account.times.filter((time) => atMs - time <= withinMs).length;
  if (isAllowed !== recent < maxRestarts) {
    const answer = isAllowed ? "allowed" : "refused";
    add(
      index,
      `supervisor ${by} is ${answer} a restart after ${recent} of ${maxRestarts} within ${withinMs} ms`,
    );
  }
  if (isAllowed) account.times.push(atMs);
  else account.mustGiveUp = true;
  account.attempts += 1;
  account.last = entry;
  account.isPaid = isAllowed;
}

function hear(
  account: Account,
  { by, event, needsRestart, restarts }: Extract<Entry, { readonly type: "told" }>,
  index: number,
  add: Add,
): void {
  if (needsRestart) account.exits += 1;
  if (event === "start_failed") account.failedStarts += 1;
  if (event === "child_started" || event === "child_restarted") {
    if (account.gaveUpAt !== undefined) add(index, `supervisor ${by} gave up and starts a child`);
  }
  if (event === "child_restarted") {
    const { last, times } = account;
    const counted = last === undefined ? 0 : times.filter((time) => last.atMs - time <= last.withinMs).length;
    if (restarts !== counted || counted === 0)
      add(index, `supervisor ${by} tells of restart ${restarts}, and has paid for ${counted}`);
  }
  if (event !== "gave_up") return;
  if (!account.mustGiveUp) add(index, `supervisor ${by} gives up and need not`);
  account.mustGiveUp = false;
  account.gaveUpAt = index;
}

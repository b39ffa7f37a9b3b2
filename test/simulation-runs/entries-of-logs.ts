// What the logs hold in the end, by run, in order.
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import type { Entry, PromisedRun } from "./ledger.ts";

export function entriesOfLogs(entries: readonly Entry[]): ReadonlyMap<string, readonly RunEntry[]> {
  return new Map(
    entries.flatMap((entry) =>
      entry.type === "log" ? [[entry.run, entry.records.flatMap((record) => record.entries)] as const] : [],
    ),
  );
}

export function plansOf(entries: readonly Entry[]): ReadonlyMap<string, PromisedRun> {
  return new Map(
    entries.flatMap((entry) => (entry.type === "planned" ? [[entry.run, entry.plan] as const] : [])),
  );
}

/** Where in the ledger a log is, for what is wrong with that as a whole. */
export function indexOfLog(entries: readonly Entry[], run: string): number {
  return entries.findIndex((entry) => entry.type === "log" && entry.run === run);
}

// The seam to where runs are kept: their logs, what is too large for a log, and the list of them.

import type { Journal } from "../../runtime/journal/journal.ts";
import type { Blobs } from "../../runtime/store/blobs.ts";
import type { RunSummary } from "./run-summary.ts";

export interface RunStore {
  /** How people name it. */
  readonly place: string;
  /**
   * Where this run's entries are: for its owner, or only to be read.
   * @throws {RunHeld} another program of this machine works on it; {StoreUnavailable}; {JournalFailed}
   */
  open(id: string, access: "own" | "read"): Promise<RunPlace>;
  /** Ids of the runs that are there. Those of `list` may be behind. */
  list(): Promise<readonly RunSummary[]>;
  /** Whether `list` has it, without putting together what it says of all others. Rejects as `list` does. */
  isListed(id: string): Promise<boolean>;
  /** Writes what a list says of a run; false where that could not be: it is written the next time then. Never rejects. */
  note(summary: RunSummary): Promise<boolean>;
  /** Takes out everything of a run. @throws {RunHeld} */
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface RunPlace {
  readonly journal: Journal;
  readonly log: string;
  readonly blobs: Blobs;
  close(): Promise<void>;
}

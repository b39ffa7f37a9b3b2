// What a simulated room is to the programs and tests that play it by seeds, whatever happens in it.

export interface Violation {
  readonly check: string;
  readonly problem: string;
  /** Where in the ledger it shows. */
  readonly index: number;
}

/** One play from one seed. */
export interface Played<Entry> {
  readonly seed: number;
  /** The whole trace in sixteen digits: equal for the same seed. */
  readonly hash: string;
  readonly entries: readonly Entry[];
  readonly violations: readonly Violation[];
}

export interface Room<Entry> {
  /** The npm script that plays it. */
  readonly script: string;
  /** Below test/: its `seeds.json` are the seeds that failed once. */
  readonly folder: string;
  /** Plays one seed from its beginning to its end. */
  play(seed: number): Promise<Played<Entry>>;
  entryText(entry: Entry): string;
}

// The limits of where runs are kept, the unit last in each name, each with its reason.

export const runStoreLimits = {
  /** Of each text in what a list says of a run: a line for people, and five of them fit into a value of a bucket, each character six bytes. */
  summaryTextCharactersMax: 1_000,
  /** What is read of a file that should hold such texts; what is longer is something else. */
  summaryBytesMax: 64 * 1024,
  /** Runs whose files are read at once for a list: enough that a disk is not waited for, few beside the files one may open. */
  summariesAtOnceMax: 16,
} as const;

// The limits of change sets, the unit last in each name, each with its reason.

export const changeLimits = {
  /** Files of one set: more than any refactoring that a person still looks through. */
  filesMax: 10_000,
  /** Of all files of a set, before and after together: it is held in memory while it is applied. */
  setBytesMax: 256 * 1024 * 1024,
  /** What others have handed over for sets that have not come yet. */
  stagedBytesMax: 128 * 1024 * 1024,
  /** Characters of the id of a set: a run's and a number. */
  idCharactersMax: 300,
  /** Characters of its title: a line for people. */
  titleCharactersMax: 1_000,
  /** Of what stands before the files in a kept set: paths as long as they get, `filesMax` times. */
  headBytesMax: 64 * 1024 * 1024,
} as const;

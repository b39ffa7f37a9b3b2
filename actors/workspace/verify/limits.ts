// The limits of checking what was written, the unit last in each name, each with its reason.

export const verifyLimits = {
  /** How long one question waits for the end of a command: whoever asks sees in time that it is asked on. */
  waitMs: 20_000,
  /** A command that nobody has asked for during so long is ended: its run was given up, or is lost. */
  abandonedMs: 60_000,
  /** How long the end of a command is kept for who asks again, as another node does that goes on with a run. */
  keptMs: 600_000,
  /** Commands that wait or are kept: those of all runs on one workspace, a few each. */
  jobsMax: 200,
  /** Files that a command is told of: a refactoring of more is checked without their names. */
  filesMax: 1_000,
  /** Characters of what names a command: a run, a step and a word. */
  idCharactersMax: 400,
  /** Of a coverage report: that of some ten thousand files. */
  reportBytesMax: 64 * 1024 * 1024,
  /** Lines that were not run and that are named: a model and a person read no more. */
  uncoveredMax: 2_000,
  /** Of what a command printed, as it is handed on: a model reads some hundred lines of it, and a person no more. */
  outputCharactersMax: 8_000,
} as const;

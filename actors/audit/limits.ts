// The limits of the audit log, the unit last in each name, each with its reason.

export const auditLimits = {
  /** One day's file: a million records, far more than a person's programs cause. Beyond that nothing is written that day. */
  fileBytesMax: 256 * 1024 * 1024,
  /** What is said of one occasion, as JSON; longer ones are cut off and say so. */
  aboutBytesMax: 16 * 1024,
  /** With `include_content`: what one request to a model holds at most. */
  contentBytesMax: 4 * 1024 * 1024,
  /** Programs that write in the same moment: as many records may follow on one that none of them refers to. */
  simultaneousRecordsMax: 64,
} as const;

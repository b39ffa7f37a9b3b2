// What a checkpoint may take, the unit last in each name, each with its reason.

export const checkpointLimits = {
  /**
   * One checkpoint is one record of a journal, and one message of the broker: NATS's default of 1 MiB, less what the record
   * says of itself, the broker's headers, and room for a header that an operator may have every message carry.
   */
  checkpointBytesMax: 1024 * 1024 - 8 * 1024,
  /** A key of a durable logic: it is a part of names and of what people read. */
  keyCharactersMax: 200,
} as const;

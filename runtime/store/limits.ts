// The limits of what a cluster keeps, the unit last in their names, each with its reason.

export const storeLimits = {
  /** Two names of 64 characters in code and room for a third, as one subject of a broker. */
  keyCharactersMax: 256,
  /** Every node keeps every value in memory, and a broker takes a mebibyte at most with what stands before it. */
  valueBytesMax: 65_536,
  /** A blob is kept in pieces: a table that has to find room for a large value in one place finds less and less of it. */
  blobChunkBytesMax: 1024 * 1024,
  /** One blob is held in memory as a whole, once for whoever gives it and once for the store. */
  blobBytesMax: 64 * 1024 * 1024,
} as const;

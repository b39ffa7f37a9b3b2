// The limits of handing files of a workspace to others, the unit last in each name, each with its reason.

const mebibyte = 1024 * 1024;

export const workspaceAccessLimits = {
  /** What one request gives or takes: a message between nodes holds 16 MiB, and no source that people write comes near. */
  bytesMax: 8 * mebibyte,
  /** A file that is to be replaced is read whole, to know that it is what it was. */
  wholeBytesMax: 64 * mebibyte,
  /** Of a listing, as `listingBytes` counts: names of the largest tree that is walked, in a message between nodes. */
  listingBytesMax: 14 * mebibyte,
  /** A walk of a large tree and a slow disk take their time. */
  askMs: 600_000,
  /** A piece of what a command and a node tell each other: as base64 it fits into a question, an answer and a broker's message. */
  pieceBytes: 128 * 1024,
  /** Pieces that go at once, with room for what stands around them. */
  piecesBytesMax: 256 * 1024,
  /** What is put together from pieces: `bytesMax` or a listing, and what stands around it. */
  parcelBytesMax: 16 * mebibyte,
  /** Of all that one command has begun to send and not ended. */
  openBytesMax: 64 * mebibyte,
  /** Requests to one command that wait for its answers: all steps of many runs. */
  requestsMax: 1_000,
  /** Commands that serve at the same time, each a person at a terminal. */
  sessionsMax: 1_000,
  /** How long a command that has nothing to say waits to be asked. */
  pollMs: 20_000,
  /** A command that has not been heard of for so long is away: it asks again in a moment, or over another node. */
  silenceMs: 10_000,
  /** Who has what comes around a cluster in parts of a second: a run that were told before would ask in vain, and at once again. */
  tellAfterMs: 250,
  /** After what did not reach the node, a command waits so long before it tries again. */
  retryMs: 500,
  /** Characters of the id of a workspace: a hash, or the name of a node. */
  idCharactersMax: 300,
  /** How people name it: a path. */
  labelCharactersMax: 4_096,
  /** Paths for which the instructions of a project are asked at once: those of one task. */
  instructedPathsMax: 1_000,
  /** Characters of a path: the longest that a system takes. */
  pathCharactersMax: 4_096,
} as const;

// The limits of what is kept on a broker's streams, the unit last in their names, each with its reason.

export const streamLimits = {
  /** One request with all its repeats: longer than a slow disk takes, shorter than a lease may go without a renewal. */
  requestTimeoutMs: 2_000,
  /** One question among them: whoever led may have gone without an answer. */
  answerTimeoutMs: 700,
  /** Between two tries of what the broker refused for the moment. At first quick: a write before this one is being agreed on. */
  retryWaitMsMin: 5,
  retryWaitMsMax: 250,
  /** To look for a stream and to make it: a set of brokers has to agree on where it is. */
  makeTimeoutMs: 5_000,
  /** What is under way when a store is closed: a write that a broker answers at all is answered sooner. */
  closeMs: 500,
  /** A set of brokers keeps everything three times: it goes on while two of them do. */
  replicas: 3,
  /** A watch hears this often that nothing has changed. */
  watchHeartbeatMs: 500,
  /** A watch that hears nothing for this long is begun anew: three heartbeats, of which one may be late. */
  watchSilenceMs: 1_600,
  /** A watch that could not begin tries again: at first quick, for a broker that restarts. */
  watchRetryWaitMsMin: 50,
  watchRetryWaitMsMax: 2_000,
  /** The broker forgets a watch that nobody listens to any more. Its own default is 5 s. */
  watchForgottenMs: 10_000,
  /** Consumers of one watch that are still to be taken away: as many as can be begun before the broker forgets the first. */
  leftoverMax: 16,
  /** What a broker does by itself, where nobody told it to write everything to the disk at once. */
  brokerFlushMs: 120_000,
  /** Logs whose last record is remembered: a node owns some hundreds. */
  rememberedLogsMax: 10_000,
  /** A piece of a blob: half of what a broker takes unless told otherwise, as other clients take even less. */
  blobChunkBytesMax: 512 * 1024,
  /** Pieces of a blob that are asked for at once: what is under way is held in memory, by the broker as well. */
  blobReadsMax: 4,
  /** Names and numbers in the headers of a message, with room to spare. */
  messageHeadBytesMax: 512,
} as const;

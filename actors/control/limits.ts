// Limits of asking a node from outside, the unit last in each name, each with its reason.

export const controlLimits = {
  /** A file of NATS credentials has 1,000 characters; a bundle of certificates some hundred thousand. */
  credentialsCharactersMax: 300_000,
  /** A call that is relayed waits no longer: the command's own `--timeout` is bounded by this. */
  relayTimeoutMsMax: 3_600_000,
  /** Who hands over for longer than this is stuck. */
  drainDeadlineMsMax: 3_600_000,
  /** Bytes kept free of an answer for what stands around its rows. */
  answerBytesAround: 4_096,
  /** Bytes of an answer at most, whatever the carrier takes: more than a person reads, and quickly made. */
  answerBytesMax: 512 * 1024,
  /** Turns are measured for so long after somebody asked for them: looking every few seconds keeps it going. */
  turnsMeasuredMs: 60_000,
  /** What happened longer ago says nothing of how a node is doing. */
  vitalsWindowMs: 60_000,
  /** Happenings that are remembered: a storm of them is told as "200 times". */
  vitalsMax: 200,
  /** How busy the event loop is, is said of so long a time: what is shorter jumps about. */
  loadEveryMs: 1_000,
  /** An event loop that was held up is held up still, as far as one can tell, for this long. */
  lagFreshMs: 2_000,
  /** Below this nobody notices. */
  lagMsWorthTelling: 500,
  /** Supervised processes crash and are started again; this many in a minute are a crash loop. */
  crashesWorthTelling: 10,
  /** Messages that wait for one process, above which it does not keep up. */
  queueWorthTelling: 10_000,
  /** Rows of one list that are put together at first; what does not fit into an answer is cut from these. */
  rowsMax: 5_000,
  /** Bytes of a session that are shown: less than an answer has, also where every character is escaped once more. */
  shownSessionBytesMax: 200 * 1024,
  /** Requests that wait for their answers: more are a flood. */
  waitingMax: 1_000,
  /** Of these, those of one asker: all that a node hands on for others at once, and far more than a person asks. */
  askerWaitingMax: 100,
  /** Bytes of a question over a broker: a few words. What is longer, such as credentials, comes by the socket alone. */
  questionBytesMax: 16 * 1024,
  /** The same of a question that brings work: the plan of a run with what it is about, and what a command found in its files. */
  workBytesMax: 1024 * 1024,
  /** Who waits for news of a run asks again after this at the latest: lines that say nothing for longer are cut by what is between. */
  longPollMsMax: 60_000,
  /** Who has a run begun, ended or gone on with waits for a disk, a broker, and a run that comes to rest. */
  workTimeoutMs: 30_000,
  /** A field of an entry that fits into no message is shown up to this. */
  shownFieldBytesMax: 32 * 1024,
  /** Requests about runs that wait at the same time: most of them for news. */
  runsWaitingMax: 500,
  /** Characters of who asks for something: `user@host`, both at their longest. */
  personCharactersMax: 400,
  /** Relayed requests at the same time. */
  relaysMax: 100,
  /** Characters of a state in an answer about one process. */
  stateCharactersMax: 100_000,
  /** A request that is answered by this process alone. */
  requestTimeoutMs: 5_000,
} as const;

// The limits of a chat, the unit last in each name, each with its reason.

export const chatLimits = {
  /** Times that a model is asked for one answer: it looks at something, then at what that leads to; whoever needs more is lost. */
  roundsMax: 12,
  /** Tools that are used of one answer of a model; the rest is told to wait for the next. */
  callsMax: 8,
  /** Tokens of the conversation that are sent with a question: room for long talks, in the context of any model at a vendor. */
  historyTokensMax: 48_000,
  /** The same for a model on one's own machine, whose context takes memory. */
  localHistoryTokensMax: 12_000,
  /** Tokens that a model may write at once. */
  outputTokensMax: 8_192,
  /** Tokens of files that are sent since a person named them; what is more is for the model to look at with its tools. */
  namedTokensMax: 16_000,
  /** Files and folders that a person may name. */
  pathsMax: 50,
  /** Names of a folder's files that are sent along. */
  listedMax: 400,
  /** Lines and characters of a file that one look gives. */
  readLinesMax: 500,
  readCharactersMax: 32_000,
  /** Places that a search gives, and characters of each. */
  placesMax: 60,
  placeCharactersMax: 240,
  /** Files that a search reads, and bytes of each: what is larger is seldom written by people. */
  searchFilesMax: 5_000,
  searchFileBytesMax: 512 * 1024,
  /** Places of a file that one change is made at, and characters of all that it puts there: what is more nobody looks through. */
  editsMax: 50,
  changeCharactersMax: 100_000,
  /** Characters of the difference that a person is shown before a file is changed: as much as an event of a run holds well. */
  diffCharactersMax: 60_000,
  /** Findings of an analysis that a model is told. */
  findingsMax: 40,
  /** Characters of what is looked for, and of a path. */
  wordCharactersMax: 1_000,
  /** Characters of a message and of its answer that later operations are told: what it was about, and how it was answered. */
  askedToldCharactersMax: 500,
  answerToldCharactersMax: 1_500,
  /** A conversation in which nobody has said anything for so long ends by itself: whoever waits for it keeps a process on a node. */
  idleMsMax: 7 * 24 * 60 * 60_000,
} as const;

// The limits of the index and the reason for each number.

export const indexLimits = {
  /** Files that are looked up, read and kept together. */
  batchFiles: 64,
  /** Files that are read at the same time: reading is mostly waiting, and all of them together are held in memory. */
  readTogetherFiles: 16,
  /** Batches that are parsed while the next one is read. */
  batchesParsed: 2,
  /** Requests that wait at each parser, so that it never waits for the next one. */
  requestsPerParser: 2,
  /** Files and characters of one request to a parser: it has the same time for them as for one long file. */
  requestFiles: 16,
  requestCharacters: 128 * 1024,
  /** Bytes of data, such as JSON and SVG, that may be context: longer ones are read by programs. */
  dataBytesMax: 32 * 1024,
  /** Files that are read again for a pack: more than fit into any budget. */
  packedFilesMax: 200,
  /** Lines of what was left out that an answer tells. */
  leftOutMax: 100,
  /** Tokens that anybody may ask for: what the largest models take, and less than a message between nodes holds. */
  budgetTokensMax: 1_000_000,
  /** Tokens of a pack where nobody says how many: a tenth of what today's models take. */
  budgetTokensDefault: 16_000,
  /** Characters of a question: a page. */
  queryCharactersMax: 10_000,
  /** Paths that a question may be about. */
  pathsMax: 1_000,
  /** Projects that are held at the same time; who has not been asked about for longest goes first. */
  projectsMax: 8,
  /** Whoever asks again after so long is no command that ends in a moment: from then on the project is watched. */
  watchAfterMs: 5_000,
  /** So long nothing is looked at but what a watch tells: what comes over a network is often told to nobody. */
  watchTrustedMs: 60_000,
  /** Directories that are watched for one project: a system has some ten thousand watches for all programs of a user. */
  watchedDirectoriesMax: 4_000,
  /** Files in them: a watch looks at each of them once when it begins. */
  watchedFilesMax: 50_000,
  /** Changes that are told one by one: more of them are looked at faster by looking at everything. */
  changesTogetherMax: 500,
  /** A project that nobody has asked about for so long gives its memory back: its sketches are kept. */
  idleMs: 600_000,
  /** What is asked may be the first question about a large project, on a slow disk. */
  askMs: 600_000,
  /** Times that a project may be lost under one question: it is begun again in milliseconds. */
  lossesMax: 5,
} as const;

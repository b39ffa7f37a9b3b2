// What bounds the reading and the making of results within a pipeline: they may hold a whole project, or come from a later version.

/** Results within results: a split within a workflow makes three. What is deeper is not looked into. */
export const nestedResultsMax = 8;

/** Names that a warning lists: whoever misspelled one finds it among these, and nobody reads more. */
export const namesToldMax = 24;

/** Characters of a name or a value in a message: it may come from anywhere. */
export const toldCharactersMax = 60;

/** Points that are taken of results: a person reads some dozen, and a model's prompt holds some hundred. */
export const insightsMax = 1_000;

/** Characters of one of them: some paragraphs. */
export const insightCharactersMax = 4_000;

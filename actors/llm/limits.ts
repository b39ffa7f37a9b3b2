// The limits of asking language models and the reason for each number.

/** Requests that may wait for a free place at a provider: at ten at a time and ten seconds each, a quarter of an hour. */
export const waitingRequestsMax = 1_000;

/** Time for a whole completion, failover included: two attempts of two minutes and the pause between them. */
export const completionMsDefault = 300_000;

/** Nobody waits longer than an hour for one answer. */
export const completionMsMax = 3_600_000;

/** What a caller waits beyond the deadline that it set, so that the coordinator's own answer about it arrives. */
export const deadlineAnswerMs = 1_000;

/** Pause before the first retry, before jitter: a short overload is over by then. */
export const backoffMsFirst = 500;

/** Each pause is this many times the one before. */
export const backoffFactor = 2;

/** Pauses grow no further: longer ones only make people wait. */
export const backoffMsMax = 30_000;

/** A provider that asks for a longer pause (Retry-After) is not waited for; the next one is asked. */
export const retryAfterMsMax = 60_000;

/** What is kept of an error's text: providers send whole pages. */
export const errorCharactersMax = 500;

/** Time for a breaker to say how it is; it answers from memory, so a slow one is a dead one. */
export const breakerStatusMs = 1_000;

/** Messages of one request: far above any conversation that fits a model. */
export const messagesMax = 10_000;

/** Characters of one request: above the largest context windows (about 2 million tokens of 4 characters). */
export const requestCharactersMax = 8_000_000;

/** Characters of the JSON Schema of an answer: OpenAI, the strictest, takes 120,000 in all names and values of a schema. */
export const schemaCharactersMax = 100_000;

/** Characters of one answer that are taken: far above what any model writes at once. */
export const answerCharactersMax = 4_000_000;

/**
 * Time from a request to the first event of its answer: models that reason begin after most of a minute at worst. It matters
 * where the time for a whole request was raised. A local model that comes from a slow disk needs more, as the message says.
 */
export const firstByteMsDefault = 60_000;

/** Silence in the middle of an answer: whoever writes does so every second, but reasoning that is not shown takes longer. */
export const silenceMsDefault = 60_000;

/** The SDKs' own time limit: as long as a timer can be, so that ours always come first and say what happened. */
export const sdkTimeoutMs = 2_147_483_647;

/** One event of a stream, or one line: a whole answer of the largest models in one piece is smaller. */
export const eventBytesMax = 1_048_576;

/** A list of models: that of a gateway with hundreds of them has about half a megabyte. */
export const listBytesMax = 4_194_304;

/** What is read of the body of an error; the sentence that is shown stands at its beginning. */
export const errorBodyBytesMax = 65_536;

/** What is quoted of the other side's text in a message, so that what to do still has a place beside it. */
export const quotedCharactersMax = 200;

/**
 * Tokens of an answer where nobody said. Anthropic wants a number, in which the reasoning counts that its newer models do
 * unasked; all its models that are offered take this one.
 */
export const outputTokensDefault = 32_000;

/** Tokens of the context that are left for a local model's answer where nobody said: each takes memory. */
export const localOutputTokensDefault = 4_096;

/** Context that Ollama is asked for at least: it would silently cut what is longer than its own default of 4,096. */
export const contextTokensMin = 8_192;

/** Share by which the tokens of a text may be more than their estimate, for code and prose in any usual language. */
export const estimateErrorMax = 0.5;

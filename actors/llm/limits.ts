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

/**
 * Time that a request waits in line at one entry where another one could answer: a short queue is cheaper than another model,
 * and a long one is what the others are there for.
 */
export const lineMsMax = 2_000;

/** Characters that the end of a text and the beginning of what goes on with it must have in common at least: fewer are so by chance. */
export const overlapCharactersMin = 12;

/** Characters that are looked through for that, so that what goes on is not held back for long: models repeat a sentence, not a page. */
export const overlapCharactersMax = 400;

/** Time that latencies and errors are told of: long enough for a picture, short enough to see what has just changed. */
export const figuresWindowMs = 300_000;

/** Requests of one entry on one node that are kept for it: enough for a 95th percentile of a busy one. */
export const figuresMax = 500;

/** Nodes tell each other of what they have and how busy they are at most as often as this: it is old after one request anyway. */
export const newsMs = 100;

/** Time after which a look at a provider counts as forgotten: nobody looks any more. */
export const lookMs = 30_000;

/** Time for a provider to say which models it has; it reads that from a table. */
export const healthMsMax = 10_000;

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

/** What is quoted of the other side's text in a message, so that what to do still has a place beside it. */
export const quotedCharactersMax = 200;

/**
 * Tokens of an answer where nobody said. Anthropic wants a number, in which the reasoning counts that its newer models do
 * unasked; all its models that are offered take this one.
 */
export const outputTokensDefault = 32_000;

/** Tokens of the context that are left for a local model's answer where nobody said: each takes memory. */
export const localOutputTokensDefault = 4_096;

/** Share by which the tokens of a text may be more than their estimate, for code and prose in any usual language. */
export const estimateErrorMax = 0.5;

/** Tools that one request may offer: OpenAI, the strictest, takes 128. */
export const toolsMax = 128;

/** Tools that one answer may want used: models that call more in one go have lost their way. */
export const toolCallsMax = 128;

/** Characters of what a tool is said to do: OpenAI, the strictest, takes 1,024. */
export const toolDescriptionCharactersMax = 1_024;

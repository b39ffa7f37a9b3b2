// The limits of asking language models and the reason for each number.

/** Requests that may wait for a free place at a provider: at ten at a time and ten seconds each, a quarter of an hour. */
export const waitingRequestsMax = 1_000;

/** Time for a whole completion, failover included: four attempts of 30 s and their pauses, at two providers. */
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

/** Characters of one answer that are taken: far above what any model writes at once. */
export const answerCharactersMax = 4_000_000;

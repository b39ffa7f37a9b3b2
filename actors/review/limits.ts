// The limits of a model's review and the reason for each number.

/** Tokens that a model may write about one file: fifty findings with their quotes, and as much again to think before. */
export const outputTokensMax = 8_192;

/** Findings that are taken of one answer. Nobody reads more about one file, and a model that writes more repeats itself. */
export const findingsMax = 50;

/** Characters of one message, remedy or quote: a paragraph. Longer ones are cut. */
export const sentenceCharactersMax = 1_000;

/** Characters of the summary of a file. */
export const summaryCharactersMax = 2_000;

/** A shorter quote stands on every other line and proves nothing, unless it is a whole line that stands once in the file. */
export const quoteCharactersMin = 4;

/** Lines of one quote that are compared. */
export const quoteLinesMax = 50;

/** Findings of the static engine that the model is told: enough to know them, without a prompt that is longer than the code. */
export const knownFindingsMax = 50;

/** A static finding over more lines is about a whole function; what a model says of a line in it is something else. */
export const knownLinesMax = 10;

/** Characters of an answer that the model is shown again when it has to repair it: as much as it may write. */
export const previousAnswerCharactersMax = 4 * outputTokensMax;

/** Characters of what is wrong with an answer: the first few faults; the others are of the same kind. */
export const problemCharactersMax = 1_000;

/**
 * Answers that may be paid for about one file, whole or not: one, and one more to repair it or where the first was cut off.
 * The cost that is told beforehand is theirs.
 */
export const answersMax = 2;

/** Tokens of the request to repair, beside the first request and its answer. */
export const repairTokensMax = 500;

/** Time for one answer, waiting and retries included: some minutes, since a review is worth waiting for and nothing hangs on it. */
export const answerMsMax = 300_000;

/** No text of code has more bytes to a token than this, so that a file with more bytes need not be read to be too large. */
export const bytesPerTokenMax = 8;

/**
 * Attempts of a step of the review, before what it fails with is said of its files and the review goes on without them: the
 * static report is there by then, and is not to be lost with it.
 */
export const stepAttemptsMax = 3;

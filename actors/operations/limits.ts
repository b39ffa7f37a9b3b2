// The limits of what operations ask of models, and the reason for each number.

/**
 * Time that a request of a run waits in its line for a rate or a budget. Where it would take longer the run waits instead: it
 * keeps no process meanwhile, may be moved, and goes on when there is room, wherever it is then.
 */
export const limitWaitMs = 5_000;

/** The shortest such wait, whatever was said: each writes a few events of the run, and asks again. */
export const limitPauseMsMin = 1_000;

/** Times that an answer is asked for anew when the coordinator was lost meanwhile; started again at once it takes milliseconds. */
export const coordinatorLossesMax = 5;

/** What an order takes of who asked: names of people are shorter. */
export const userCharactersMax = 200;

/** Times that a model is asked where the project's own checks say whether its answer passes: each time takes as long as they do. */
export const verifyRoundsMax = 3;

/** Characters of what checks printed that a model is told: what some of them say each at most. */
export const checksToldCharactersMax = 24_000;

/** Characters of what a check printed that stay in the result: its end, where the failures are counted. */
export const checkShownCharactersMax = 4_000;

/** Other files that a formatter has touched and that are named: the first few; somebody who formats all of a project sees that. */
export const touchedShownMax = 20;

/** Times that a model is asked in one operation, unless the operation says otherwise: once, and once more to repair its answer. */
export const roundsDefault = 2;

/** Answers of one round that may be paid for: one, and one more where the first was cut off. */
export const paidPerRoundMax = 2;

/** Time for one answer, waiting and retries included: some minutes, since somebody waits for it and nothing hangs on it. */
export const answerMsMax = 600_000;

/** Characters of an answer that the model is shown again when it has to repair it: a long file. */
export const previousAnswerCharactersMax = 65_536;

/** Characters of what is wrong with an answer: the first few faults; the others are of the same kind. */
export const problemCharactersMax = 2_000;

/** Tokens that a model may write to explain a file: twenty claims, and as much again to think before. */
export const explanationTokensMax = 8_192;

/** Claims that are taken of one explanation. Nobody reads more of one file. */
export const claimsMax = 60;

/** Characters of a summary or of the text of a claim: some paragraphs. Longer ones are cut. */
export const paragraphCharactersMax = 4_000;

/** Characters of the title of a claim: a line. */
export const titleCharactersMax = 200;

/** Tokens that a model may write to document a file: a section for each of fifty names, and as much again to think before. */
export const documentationTokensMax = 16_384;

/** Time that an operation waits for the index of a project before it goes on without: a person waits for its answer. */
export const indexWaitMsMax = 10_000;

/** Files of one request that are audited by name: a record of the log holds 16 KiB. */
export const auditedFilesMax = 200;

/** Files of one refactoring that later operations are told by name. */
export const filesToldMax = 20;

/** Characters of a person's requirements that later operations are told: what it was about. */
export const requirementsToldCharactersMax = 500;

/** Names that a model is told it made up: the first few; the others are of the same kind. */
export const strangersToldMax = 10;

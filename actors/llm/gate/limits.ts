// The limits of the gate and the reason for each number.

/** A pause that a provider asks for (Retry-After) and that is kept to; a longer one is cut to this, and then it is asked again. */
export const pauseMsMax = 60_000;

/** Models of one entry whose breakers are kept: far above what anybody asks for at one provider. */
export const breakersPerEntryMax = 64;

/** What is said of when to come back to an entry that a person has switched off: nobody knows. */
export const heldRetryMs = 60_000;

/** What is said of when to come back while another request tries the provider: most have answered by then. */
export const probeRetryMs = 1_000;

/**
 * For how long the node that tried a provider keeps the right to: what came of it travels another way than that right, and is to be
 * everywhere before another node can have it. Many times what a message takes.
 */
export const probeGraceMs = 1_000;

/** A probe whose request is this old is taken for lost: no completion takes longer. */
export const probeMsMax = 3_600_000;

/** Requests that wait for one entry: at ten at a time and ten seconds each, a quarter of an hour. */
export const waitingMax = 1_000;

/** How much later a request of each lane counts as having come: so the first go first, and none waits for ever. */
export const laneDelayMs = { interactive: 0, normal: 10_000, background: 60_000 } as const;

/** What is said of when to come back where all places are taken: nobody knows when one is free. */
export const placeRetryMs = 1_000;

/** How long what a provider told of its limits holds: it tells again with each answer. */
export const toldMs = 120_000;

/** What may go at once after a pause, in milliseconds' worth of a rate, where nobody said: ten seconds, as 10 of 60 in a minute. */
export const burstMs = 10_000;

/** Tries at a change that others make too, before the store counts as away: each loss of a race means that another one won. */
export const raceTriesMax = 50;

/** Pause before the next try at a change that others were first with, at most; drawn anew each time, so that they part. */
export const racePauseMs = 20;

/** Pause before a store that could not be reached is tried again. */
export const storePauseMs = 500;

/** Given-back tokens that wait until they are written together with what is taken next. */
export const giveBackMs = 250;

/** How far ahead of the requests that wait a node takes from a shared rate: what it uses in this time, and no more than a tenth of all. */
export const aheadMs = 500;

/** How many of the last changes of a shared rate stand in its record: who was told of no more than these has missed nothing. */
export const peaksKept = 16;

/** How long what was taken ahead may be used; then it is lost. */
export const aheadUseMs = 1_000;

/** How often what was used is written down, at most: each write is one of a few hundred bytes. */
export const usageWriteMs = 1_000;

/** Days of which what was used is kept and told. */
export const usageDaysMax = 400;

/** Entries and models that the use of one day is told apart by; what is beyond is told as one. */
export const usageRowsMax = 200;

/** Bytes of the file of one day that are read: some 300,000 requests. */
export const ledgerBytesMax = 64 * 1024 * 1024;

/** Accounts whose last record is remembered: those of a day, and of the runs and persons that are at work. */
export const accountsKnownMax = 256;

/** Times that what was spent is tried to be written, each pause longer than the one before: the broker is away for minutes by then. */
export const settleTriesMax = 30;

/** What a call to the gate may take beyond the time that its request may wait: it answers from memory, or from the store. */
export const gateAnswerMs = 15_000;

/** Whoever waited in line for longer asks the breaker once more: less than it takes to hear that a provider failed. */
export const recheckMs = 10;

/** How often is looked whether the processes of a tree that was killed have ended: they take as long as a write to a disk. */
export const predecessorLookMs = 10;

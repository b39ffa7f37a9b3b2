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

// What bounds a step that is done for several parts, and the reason for each number.

/** Parts of one step: each is a run of its own, which takes some milliseconds and some kilobytes to begin, keep and end. */
export const partsMax = 2_000;

/** Names of parts in one warning: the first few; the others are of the same kind. */
export const partNamesToldMax = 10;

/** Tokens of a prompt beside the file that it is about, for an estimate before it is rendered. */
export const promptTokens = 1_500;

/** Warnings of the parts of a step that it hands on: a person reads some dozen, and those of many parts are mostly the same. */
export const partWarningsMax = 50;

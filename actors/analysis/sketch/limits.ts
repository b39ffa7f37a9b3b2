// The limits of sketches and the reason for each number.

/** Lines of one part. Longer functions are cut: a part is what is packed or left out as a whole. */
export const partLinesMax = 120;

/** Lines below which neighbours are put together: a part of its own for each constant would cost more than it tells. */
export const partLinesMin = 8;

/** Symbols kept for one file: generated ones hold more, and nobody looks for those by name. */
export const symbolsMax = 5_000;

/** Characters of a signature. Longer ones are types written out in place. */
export const signatureCharactersMax = 300;

/** Different words kept for one file: more is data. */
export const wordsMax = 20_000;

/** Characters of a word that somebody may look for: longer ones are encoded data. */
export const wordCharactersMax = 64;

/** Definitions inside of one another that are looked into: a class in a namespace in a module. */
export const nestingMax = 6;

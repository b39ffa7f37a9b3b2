// The limits of what models write into files, the unit last in each name, each with its reason.

/** Characters of one file that a model gives: as much as the largest answers hold, and more than anybody reviews in one piece. */
export const answeredCharactersMax = 400_000;

/** Tokens that a model may write to change or to make files: some thousand lines, which no model writes well in one answer. */
export const rewritingTokensMax = 16_384;

/** Characters of what a model says beside what it writes: a page. */
export const remarksCharactersMax = 4_000;

/** Characters of what a person asks for: a long issue with examples. */
export const requirementsCharactersMax = 50_000;

// The numbers of retrieval and the reason for each.

/** How fast more of the same term counts less, and how much long parts are held back: the usual values of BM25. */
export const bm25 = { k1: 1.2, b: 0.75 } as const;

/** What a term in the name of something that is defined counts beside its place in the text. */
export const symbolTermsWeight = 3;

/** What a term of the path counts, in parts of what the best part of the text does. */
export const pathWeight = 0.3;

/** Of 1 for the best text. A neighbour of a good file comes after a good match and before a poor one. */
export const graphWeight = 0.5;

/** What defines something that a named file uses: as good as a match of words. */
export const definedWeight = 0.8;

/** Of 1 for the best text, for what was changed last and most often: it decides among near equals alone. */
export const historyWeight = 0.05;

/** A name that this many files define says nothing about which one is meant. */
export const definitionsMax = 8;

/** Shorter names stand everywhere. */
export const nameCharactersMin = 3;

/** A walk goes on from a file as often as PageRank's does. */
export const walkOnShare = 0.85;

/** After these the ranks of a thousand files move by less than a hundredth. */
export const walkSteps = 20;

/** Files that match this well, beside the best, are what a question is about where it names none; and no more of them. */
export const seedShareMin = 0.5;
export const seedFilesMax = 10;

/** Parts that are ranked: more than any budget takes. */
export const candidatesMax = 600;

/** Terms of a question that are looked for. */
export const queryTermsMax = 200;

/** Words named in a reason: a reader wants to know why, and not all of it. */
export const reasonWordsMax = 4;

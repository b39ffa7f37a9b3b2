// The limits of prompts and the reason for each number.

/** Characters of a template: ours have some three thousand, and a run carries those that it needs in its plan. */
export const templateCharactersMax = 32_768;

/** Variables of a template: more than a person who writes one can keep in mind. */
export const variablesMax = 32;

/** Characters of the shortest mark around a text: rare in code, and seen at once. */
export const fenceCharactersMin = 5;

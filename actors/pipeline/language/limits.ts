// What bounds a specification: it may come from a file of anybody's.

/** The longest that people write has some hundreds; a program that writes more has made a mistake. */
export const specificationCharactersMax = 65_536;

/** Each step is kept, journaled and told of on its own. */
export const specificationStepsMax = 100;

/** More tell nobody more: the first ones are mended first. */
export const problemsMax = 50;

/** Of what was given, in a message. */
export const quotedCharactersMax = 60;

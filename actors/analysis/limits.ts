// The limits of the static analysis and the reason for each number.

/** Brackets nested deeper than this are data or an attack; matching such a tree takes time that grows with the square of its depth. */
export const bracketsDeepMax = 500;

/** Findings of one rule kept for one file. Nobody reads more, and a hostile file must not fill the memory. */
export const findingsPerRuleMax = 500;

/** Names looked for when functions that call themselves are counted: a regular expression of more would not compile. */
export const recursionNamesMax = 2_000;

/** Own code lines of a function, comments and inner functions not counted. One printed page: Holzmann, "The Power of Ten", rule 4. */
export const functionLinesMax = 60;

/** Twice the page: nobody keeps such a function in mind, so the finding becomes a warning. */
export const functionLinesHighMax = 120;

/** Above this a call can no longer be read without the declaration beside it. SonarSource's default. */
export const parametersMax = 7;

/** SonarSource's default for Cognitive Complexity. */
export const cognitiveMax = 15;

/** Twice McCabe's 10: a flat `switch` of up to twenty cases reads well, more paths than that nobody tests. */
export const cyclomaticMax = 20;

/** ESLint's default of `max-depth`. */
export const nestingMax = 4;

/** Code lines of a file. SonarSource's and pylint's default. */
export const fileCodeLinesMax = 1_000;

/** Characters of a line: twice a terminal's width, so that only lines which nobody can read beside another are named. */
export const lineCharactersMax = 160;

/** Recommendations of a report: a list that fits on a screen gets read. */
export const recommendationsMax = 7;

/** Places named in one recommendation; the findings list all of them. */
export const placesMax = 3;

/** Folders of the cache of answers: with hundreds of entries each, which every file system lists quickly. */
export const cacheFolders = 256;

/** Entries written between two looks at whether a folder has grown too large: one in eight folders after a run of 1,000 files. */
export const cachePutsPerSweep = 32;

/** Share of its room that a folder keeps when it is swept, so that not every entry after it sweeps again. */
export const cacheFolderShareKept = 0.75;

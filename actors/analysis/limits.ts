// The limits of the static analysis and the reason for each number.

/** Brackets nested deeper than this are data or an attack; matching such a tree takes time that grows with the square of its depth. */
export const bracketsDeepMax = 500;

/** `#if` inside of `#if`. Each level looks at all tokens in it once more, and no compiler must take more than 63. */
export const conditionalsDeepMax = 63;

/** Characters of a header that are looked at to tell C++ from C: what only C++ has stands near the top. */
export const headerCharactersMax = 65_536;

/** Outermost definitions of a C or C++ file that are parsed one by one to find what cannot be read. SQLite's 250,000 lines in one file hold fewer. */
export const separatelyParsedMax = 10_000;

/** Share of the code lines of a C or C++ file that may be left out where the parser cannot place its macros; above, the file has no score. */
export const unreadLinesMax = 0.1;

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

/** Lines of code of a block that is looked for elsewhere. SonarSource's for all languages with braces; below it, code that merely looks alike prevails. */
export const duplicatedLinesMin = 10;

/** Tokens of such a block, each different line counted once. SonarSource's, and what PMD's CPD advises: ten short lines are an idiom. */
export const duplicatedTokensMin = 100;

/** Lines of a copied block that make it a warning: a function of half a page, whose faults somebody will mend in one place only. */
export const duplicatedLinesHighMin = 30;

/** Lines of code of a file that are compared with others. Above it is data, and a line takes 25 bytes of a parser's answer. */
export const comparedLinesMax = 200_000;

/** Imports of a file that are followed. No person writes more. */
export const importsMax = 2_000;

/** Files of an import cycle that its finding names. */
export const cycleFilesShownMax = 6;

/** Imports followed in search of the shortest cycle of one group: a tenth of a second. */
export const cycleStepsMax = 500_000;

/** Files of a user's own rules: far more than anybody writes, few enough to read at every start. */
export const userRuleFilesMax = 100;

/** A user's own rules: each is tried on every node of every file of its language. */
export const userRulesMax = 500;

/** Bytes of one file of rules or of cases: several times the longest of ours. */
export const userRuleFileBytesMax = 64 * 1024;

/** Sets of rules held ready for files that need just these. Files of one project need a few dozen different sets. */
export const ruleSetsPreparedMax = 200;

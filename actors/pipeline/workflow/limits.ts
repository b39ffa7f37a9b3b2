// What bounds a workflow, each with its reason: it may come from a file of anybody's.

/** As of the user's own configuration; the longest that a person writes is a twentieth of it. */
export const workflowBytesMax = 64 * 1024;

/** More than a person who runs it keeps in mind. */
export const parametersMax = 16;

/** A list that a person still chooses from. */
export const choicesMax = 32;

/** Characters of a description: a paragraph. */
export const descriptionCharactersMax = 2_000;

/** Characters of a value of a parameter: requirements of a page or two. */
export const valueCharactersMax = 16_384;

/** Whole numbers that everything that reads YAML or JSON has without a loss. */
export const versionMax = 1_000_000_000;

/** Workflows in workflows: whoever reads a run still sees where a step comes from. */
export const workflowDepthMax = 8;

/** Enough to go back past a day of trying; each is a small file. */
export const versionsKeptMax = 20;

/** Files of one folder that are looked at: some hundred times what a team has. */
export const workflowFilesMax = 2_000;

/** Enough to correct a file by; a file of another kind has one in every line. */
export const workflowProblemsMax = 20;

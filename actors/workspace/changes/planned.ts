// A change of a file as the keeper takes it: one that takes another back also knows what the file was made with.
import type { FileChange } from "../access.ts";

export type PlannedChange = FileChange & {
  /** Permission bits of a file that is made; those of any new file where left out. */
  readonly newMode?: number | undefined;
  /** Directories that go with the file where nothing else is in them, the innermost first. */
  readonly clears?: readonly string[] | undefined;
};

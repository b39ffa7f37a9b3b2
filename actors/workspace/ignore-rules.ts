// The ignore files that apply at one place of a tree, the nearest first: its own, those above it, and Git's exclude file.
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { type IgnoreRule, parseIgnoreRules, ruleMatches } from "./ignore-pattern.ts";

// Honest ignore files are a few kilobytes. Matching costs time in proportion to this for every name in the tree.
const ignoreFileBytesMax = 64 * 1024;

/** One ignore file and the ones that apply where it says nothing. */
export interface IgnoreRules {
  readonly rules: readonly IgnoreRule[];
  /** The directory of the file, posix, relative to the top of the repository; "" for the top. */
  readonly directory: string;
  readonly above: IgnoreRules | undefined;
}

export type IgnoreFile =
  | { readonly kind: "rules"; readonly rules: readonly IgnoreRule[] }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly error: FileError };

/** Reads an ignore file. Like Git, follows no link to it; what is no regular file counts as absent. */
export async function readIgnoreFile(files: FileSystem, path: string): Promise<IgnoreFile> {
  try {
    const bytes = await files.readFile(path, { bytesMax: ignoreFileBytesMax });
    return { kind: "rules", rules: parseIgnoreRules(new TextDecoder().decode(bytes)) };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const denied = error.code === "file_denied" || error.code === "file_too_large";
    return denied ? { kind: "refused", error } : { kind: "absent" };
  }
}

/**
 * Whether Git would leave this path out. `path` is posix and relative to the top of the repository. Directories above
 * it are taken as decided: who asks does not go into ignored ones.
 */
export function isIgnored(rules: IgnoreRules | undefined, path: string, isDirectory: boolean): boolean {
  for (let level = rules; level !== undefined; level = level.above) {
    const below = level.directory === "" ? path : path.slice(level.directory.length + 1);
    const decisive = level.rules.findLast((rule) => ruleMatches(rule, below, isDirectory));
    if (decisive !== undefined) return !decisive.negated;
  }
  return false;
}

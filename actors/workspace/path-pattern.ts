// Patterns of the sandbox over whole paths: those of .gitignore, each by itself, with nothing that takes back in.
import { type IgnoreRule, parseIgnoreRules, ruleMatches } from "./ignore-pattern.ts";

export interface PathPattern {
  /** As it was written. */
  readonly text: string;
  /** True where it begins with a slash: it starts at the top of the file system, and else at the project. */
  readonly isAbsolute: boolean;
  /** True where it names something at any depth, and so outside of the project as well. */
  readonly isAnywhere: boolean;
  readonly exact: IgnoreRule;
  /** The same for paths that `foldedPath` has folded. */
  readonly folded: IgnoreRule;
}

/** Undefined for what matches nothing: an empty pattern, a comment, an open bracket. */
export function pathPattern(text: string): PathPattern | undefined {
  const exact = ruleOf(text);
  const folded = ruleOf(foldedPath(text));
  if (exact === undefined || folded === undefined || exact.negated) return undefined;
  const isAnywhere = exact.nameOnly || text.startsWith("**/");
  return { text, isAbsolute: text.startsWith("/"), isAnywhere, exact, folded };
}

/**
 * Whether a pattern names a path or a directory above it.
 * @param names of the path below the place where the pattern starts
 */
export function matchesPath(rule: IgnoreRule, names: readonly string[], isDirectory: boolean): boolean {
  let path = "";
  for (const [index, name] of names.entries()) {
    path = index === 0 ? name : `${path}/${name}`;
    const isLast = index === names.length - 1;
    if (ruleMatches(rule, path, !isLast || isDirectory)) return true;
  }
  return false;
}

/**
 * One spelling for all that a volume may take for the same name: composed, without case. Upper case comes first, since some
 * letters are told apart in lower case alone.
 */
export function foldedPath(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

function ruleOf(text: string): IgnoreRule | undefined {
  const rules = text.includes("\n") ? [] : parseIgnoreRules(text);
  return rules.length === 1 ? rules[0] : undefined;
}

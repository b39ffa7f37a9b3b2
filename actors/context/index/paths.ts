// Paths below the root of a project.
import { relative, sep } from "node:path";

/** Below `root`, with forward slashes; undefined for what lies outside. */
export function pathBelow(root: string, path: string): string | undefined {
  const way = relative(root, path);
  if (way === "") return "";
  const names = way.split(sep);
  return names[0] === ".." || way.startsWith("/") ? undefined : names.join("/");
}

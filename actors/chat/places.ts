// Where a path of a model leads: below the project, below what the person named, or nowhere that it may look. Pure.
import { posix } from "node:path";

export interface Place {
  /** What its root is the root of: "." for the project, or a path as the person named it. */
  readonly base: string;
  /** Below that; "" for all of it. */
  readonly path: string;
}

/** Undefined for what is neither. Links are for whoever opens it to judge. */
export function placeIn(named: readonly string[], given: string): Place | undefined {
  const path = tidy(given);
  // The longest first: it says most about what is meant.
  for (const base of named.toSorted((a, b) => b.length - a.length)) {
    const start = tidy(base);
    if (start === "") continue;
    if (path === start) return { base, path: "" };
    if (path.startsWith(`${start}/`)) return { base, path: path.slice(start.length + 1) };
  }
  const isOutside = posix.isAbsolute(path) || path === ".." || path.startsWith("../");
  return isOutside ? undefined : { base: ".", path };
}

/** Without what changes nothing. "" is the project itself. */
function tidy(path: string): string {
  const normal = posix.normalize(path).replace(/\/+$/, "");
  return normal === "." ? "" : normal;
}

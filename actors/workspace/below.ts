// Whether a path leads nowhere but below the root of its workspace, by the way it is written alone.

/** False for what is absolute or on a drive, and for what goes up. */
export function isBelow(path: string): boolean {
  return !/^(?:[\\/]|[A-Za-z]:)/.test(path) && !path.split(/[\\/]/).includes("..");
}

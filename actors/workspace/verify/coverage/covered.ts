// What a coverage report says of a file, and whether that file is the one that is meant. Pure.
import { posix } from "node:path";

export interface Covered {
  /** Lines that can be run. */
  readonly lines: number;
  /** Those of them that were. */
  readonly covered: number;
  /** The others by their numbers, in order; null where the report does not name them. */
  readonly uncovered: readonly number[] | null;
}

/** Says whether a path of a report is that of the file that is meant: of the others nothing is kept. */
export type Meant = (path: string) => boolean;

/** Lines by their numbers, and whether they were run. Reports name a line several times: once run, it was. */
export class LineHits {
  readonly #hits = new Map<number, boolean>();

  take(line: number, isHit: boolean): void {
    if (!Number.isSafeInteger(line) || line < 1 || line > lineMax) return;
    this.#hits.set(line, isHit || this.#hits.get(line) === true);
  }

  /** Undefined where there is none. */
  get covered(): Covered | undefined {
    const lines = this.#hits.size;
    if (lines === 0) return undefined;
    const uncovered = [...this.#hits].flatMap(([line, isHit]) => (isHit ? [] : [line])).sort((a, b) => a - b);
    return { lines, covered: lines - uncovered.length, uncovered };
  }
}

/** No source has more: what a file that was made up says beyond it is nothing. */
const lineMax = 10_000_000;

/**
 * @param path below the project
 * @param roots absolute paths of the project: as it is named, and the real one
 */
export function meaning(path: string, roots: readonly string[]): Meant {
  const wanted = plain(path);
  return (given) => {
    const named = plain(given.replace(/^file:\/\//, ""));
    return named === wanted || roots.some((root) => named === posix.join(plain(root), wanted));
  };
}

/** With "/" between names, and without what leads nowhere. */
function plain(path: string): string {
  return posix.normalize(path.replaceAll("\\", "/"));
}

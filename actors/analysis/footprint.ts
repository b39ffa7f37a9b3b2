// What is kept of a file for the rules that look at several files at once: not its text, and nothing that depends on its path.
import { type CodeLines, codeLines } from "./code-lines.ts";
import type { Import } from "./import.ts";
import type { Span } from "./lines.ts";
import { type Silence, silencesOf } from "./silence.ts";

export const duplicatedBlock = "shared/duplicated-block";
export const importCycle = "shared/import-cycle";

export interface Footprint {
  readonly lines: CodeLines;
  readonly imports: readonly Import[];
  /** Those of the rules above. */
  readonly silences: readonly Silence[];
}

/** `comments` are in order. */
export function footprint(text: string, comments: readonly Span[], imports: readonly Import[]): Footprint {
  const silences = silencesOf(text, comments).filter(
    ({ rules }) => rules.includes(duplicatedBlock) || rules.includes(importCycle),
  );
  return { lines: codeLines(text, comments), imports, silences };
}

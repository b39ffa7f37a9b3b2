// What a coverage report says of one file, whichever of the known kinds of report it is. Pure: nobody vouches for the text.
import { coberturaIn } from "./cobertura.ts";
import { type Covered, meaning } from "./covered.ts";
import { istanbulIn } from "./istanbul.ts";
import { lcovIn } from "./lcov.ts";

export interface MeantFile {
  /** Below the project. */
  readonly path: string;
  /** Absolute paths of the project: as it is named, and the real one. */
  readonly roots: readonly string[];
}

/** Undefined where it is no report that is known; null where it says nothing of the file. */
export function coverageIn(text: string, { path, roots }: MeantFile): Covered | null | undefined {
  const isMeant = meaning(path, roots);
  const start = text.slice(0, startCharactersMax).trimStart();
  if (start.startsWith("{")) return istanbulIn(text, isMeant);
  if (start.startsWith("<")) return coberturaIn(text, isMeant);
  return lcovIn(text, isMeant);
}

/** Where the first character of a report stands that is no space. */
const startCharactersMax = 1_000;

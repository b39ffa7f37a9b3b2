// The seam to what is kept of files by their content, so that a file that was seen before costs no parsing.
import { createHash } from "node:crypto";
import type { Sketch } from "../../analysis/sketch/sketch.ts";

export interface SketchStore {
  /** Those that are kept, by their keys. What is damaged is not there. Never fails: what cannot be read is not there. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Sketch>>;
  /** Never fails: a store that cannot be written to is one that forgets. */
  put(sketches: ReadonlyMap<string, Sketch>): Promise<void>;
  close(): Promise<void>;
}

/** SHA-256 in hex. `engine` differs wherever what is found in a text may. */
export function sketchKey(engine: string, language: string | null, text: string): string {
  return createHash("sha256")
    .update(`${engine}\n${language ?? ""}\n`)
    .update(text)
    .digest("hex");
}

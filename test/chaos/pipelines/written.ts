// The ledger of what was written in the project of the chaos room: whoever has the files adds a line for each time.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Written {
  /** Below the project. */
  readonly path: string;
  /** SHA-256 of the bytes. */
  readonly hash: string;
  readonly atMs: number;
}

export function writesPath(outside: string): string {
  return join(outside, "writes.ndjson");
}

export function writesIn(outside: string): readonly Written[] {
  let text: string;
  try {
    text = readFileSync(writesPath(outside), "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Written);
}

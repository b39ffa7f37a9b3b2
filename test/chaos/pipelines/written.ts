// The ledger of what was written in the project of the chaos room: whoever has the files adds a line before each time, since whoever is
// killed in between could add none behind it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface Written {
  /** Below the project. */
  readonly path: string;
  /** SHA-256 of the bytes. */
  readonly hash: string;
  /** Of those that were there before; null where there was no file. */
  readonly before: string | null;
  readonly atMs: number;
}

export function hashOfFile(path: string): string | null {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return null;
  }
}

export function writesPath(outside: string): string {
  return join(outside, "writes.ndjson");
}

/** Those that happened: where the same was about to be written once more in place of the same, it had not been. */
export function writesIn(outside: string): readonly Written[] {
  const begun = begunIn(outside);
  return begun.filter(({ path, hash, before }, index) => {
    const next = begun.slice(index + 1).find((other) => other.path === path);
    return next === undefined || next.hash !== hash || next.before !== before;
  });
}

function begunIn(outside: string): readonly Written[] {
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

/** SHA-256 of every file of the project, by its path below that. */
export function filesIn(project: string): ReadonlyMap<string, string> {
  const names = readdirSync(project, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(project, path).replaceAll("\\", "/"), hashOfFile(path) ?? ""]),
  );
}

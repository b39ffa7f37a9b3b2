// The corpus: reads the written cases, and takes the marks of the planted lines out before anybody analyzes the code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A planted defect, or code that is right although it looks dangerous. */
export interface Case {
  readonly id: string;
  /** The `id` of the engine's language; `tsx` for a case whose file is one. */
  readonly language: string;
  /** As the tables group it: the name of its file. */
  readonly group: string;
  readonly description: string;
  /** Null where the code is clean. */
  readonly category: Category | null;
  readonly path: string;
  readonly code: string;
  /** 1-based, ascending; empty where the code is clean. */
  readonly lines: readonly number[];
}

export type Category = (typeof categories)[number];

export const categories = ["security", "performance", "quality", "smells", "architecture"] as const;

interface WrittenCase {
  readonly id: string;
  readonly defect: string;
  readonly code: string;
  readonly category?: string;
  readonly clean?: boolean;
  readonly file?: string;
}

/** Ends a line where the defect is; it and the spaces before it are no part of the code. */
const mark = /[ \t]*◀$/;

const extensions: ReadonlyMap<string, string> = new Map([
  ["typescript", "ts"],
  ["javascript", "js"],
  ["python", "py"],
  ["elixir", "ex"],
  ["go", "go"],
  ["rust", "rs"],
  ["java", "java"],
  ["ruby", "rb"],
  ["c", "c"],
  ["cpp", "cpp"],
  ["erlang", "erl"],
]);

/**
 * All cases of a folder, in the order of the files' names and of each file.
 * @throws Error where a case is not complete, or two have one id.
 */
export function readCorpus(folder: string): readonly Case[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yml"));
  const cases = files.sort().flatMap((name) => {
    const written = parse(readFileSync(join(folder, name), "utf8")) as readonly WrittenCase[];
    return written.map((one) => readCase(one, name.replace(/\.yml$/, "")));
  });
  const ids = new Set<string>();
  for (const { id } of cases) {
    if (ids.has(id)) throw new Error(`Two cases of the corpus are called ${id}: rename one.`);
    ids.add(id);
  }
  return cases;
}

function readCase(written: WrittenCase, group: string): Case {
  const { id, defect, code, clean = false } = written;
  const wrong = (what: string): Error => new Error(`Case ${id} in ${group}.yml ${what}.`);
  const extension = extensions.get(group);
  if (extension === undefined) throw wrong("is in a file that is named after no known language");
  if (typeof defect !== "string" || typeof code !== "string") throw wrong("needs a defect and a code");
  const category = categories.find((known) => known === written.category) ?? null;
  if (clean === (category !== null)) throw wrong(`needs either clean or one of ${categories.join(", ")}`);
  const rows = code.split("\n");
  const lines = rows.flatMap((row, index) => (mark.test(row) ? [index + 1] : []));
  if (clean === lines.length > 0)
    throw wrong("needs a mark (◀) on each planted line, and none if it is clean");
  const path = written.file ?? `src/${id}.${extension}`;
  return {
    id,
    language: path.endsWith(".tsx") ? "tsx" : group,
    group,
    description: defect,
    category,
    path,
    code: rows.map((row) => row.replace(mark, "")).join("\n"),
    lines,
  };
}

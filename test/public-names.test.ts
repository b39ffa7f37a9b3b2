// What each chapter offers to others, types included, as a list that only grows or shrinks on purpose.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exportsOf, importsOf } from "./module-text.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

const entries = [
  { entry: "aiex", path: "supervisors/aiex.ts" },
  { entry: "aiex/runtime", path: "runtime/index.ts" },
  { entry: "aiex/carriers/nats", path: "runtime/carriers/nats.ts" },
  { entry: "aiex/carriers/socket", path: "runtime/carriers/socket.ts" },
  { entry: "aiex/stores/nats", path: "runtime/store/nats-store.ts" },
  { entry: "aiex/testing", path: "actors/testing.ts" },
] as const;

/** Each imports from those behind it only. */
const chapters = ["cli", "supervisors", "actors", "runtime"] as const;

describe("exportsOf()", () => {
  it.each([
    ['export { a, type B, c as d } from "./a.ts";', ["a", "type B", "d"]],
    ['export type { A, B as C } from "./a.ts";', ["type A", "type C"]],
    ['export * as all from "./a.ts";', ["all"]],
    ["export const a = 1; export let b;", ["a", "b"]],
    ["export const { a, b: c } = all;", ["a", "c"]],
    ["export function a() {} export async function* b() {} export abstract class C {}", ["a", "b", "C"]],
    ["export interface A {} export type B = 1; export type type = 2;", ["type A", "type B", "type type"]],
    ['// export const no = 1\nconst a = "export const no";', []],
  ])("reads %j", (text, names) => {
    expect(exportsOf(text).map(({ kind, name }) => (kind === "type" ? `type ${name}` : name))).toEqual(names);
  });
});

describe("The public names", () => {
  it.each(entries)("of $entry are these", async ({ entry, path }) => {
    const listing = `${publicNames(path).join("\n")}\n`;
    await expect(listing).toMatchFileSnapshot(`__snapshots__/${entry.replaceAll("/", "-")}.txt`);
  });

  it.each(entries)("of $entry are each exported once", ({ path }) => {
    const names = publicNames(path);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe("What the chapters above use", () => {
  // Nobody is above the command: what it offers is its help.
  it.each(chapters.slice(1))("of %s are these files, with these names", async (chapter) => {
    const above = chapters.slice(0, chapters.indexOf(chapter));
    const used = new Set(
      above.flatMap((other) => filesOf(other).flatMap((path) => importedFrom(path, chapter))),
    );
    const lines = [...used].sort(compare).map((path) => `${path}: ${publicNames(path).join(", ")}`);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`__snapshots__/chapter-${chapter}.txt`);
  });
});

function filesOf(chapter: string): string[] {
  const entries = readdirSync(join(repository, chapter), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

/** The files of `chapter` that `path` imports, types included. */
function importedFrom(path: string, chapter: string): string[] {
  const imports = importsOf(readFileSync(join(repository, path), "utf8"));
  const files = imports.flatMap(({ from }) =>
    from.startsWith(".") ? [join(path, "..", from).replaceAll("\\", "/")] : [],
  );
  return files.filter((file) => file.startsWith(`${chapter}/`));
}

/** Sorted; what is a type only says so. */
function publicNames(path: string): string[] {
  const names = exportsOf(readFileSync(join(repository, path), "utf8")).flatMap(({ name, kind, from }) => {
    if (name === "*" && from !== undefined) return publicNames(join(path, "..", from));
    return [kind === "type" ? `type ${name}` : name];
  });
  return names.sort((a, b) => compare(a.replace("type ", ""), b.replace("type ", "")));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

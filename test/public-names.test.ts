// What each chapter offers to others, types included, as a list that only grows or shrinks on purpose.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exportsOf } from "./module-text.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

const entries = [
  { entry: "aiex", path: "supervisors/aiex.ts" },
  { entry: "aiex/runtime", path: "runtime/index.ts" },
] as const;

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
    await expect(listing).toMatchFileSnapshot(`__snapshots__/${entry.replace("/", "-")}.txt`);
  });

  it.each(entries)("of $entry are each exported once", ({ path }) => {
    const names = publicNames(path);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

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

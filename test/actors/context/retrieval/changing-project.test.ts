// A project whose files change has the same index as one that is read at once.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProjectIndex } from "../../../../actors/context/retrieval/project.ts";
import { rank } from "../../../../actors/context/retrieval/rank.ts";
import { add } from "./project-stage.ts";

const names = ["total", "price", "Item"];
const each = (...lines: ((name: string) => string)[]): string[] =>
  lines.flatMap((one) => names.map((name) => one(name)));

/** Per ending of a file: lines that import, hand on, define and use. */
const lines: Readonly<Record<string, readonly string[]>> = {
  ts: [
    ...["./a", "./b.js", "./lib", "../a.ts", "./index.ts"].map((from) => `export * from "${from}";`),
    ...each(
      (name) => `export function ${name}() { return 1 }`,
      (name) => `${name}();`,
    ),
  ],
  py: [
    "from lib import c",
    "import c",
    ...each((name) => `def ${name}(): pass`),
    ...each((name) => `${name}()`),
  ],
  go: each(
    (name) => `func ${name}() {}`,
    (name) => `var y = ${name}()`,
  ),
  h: [
    '#include "d.h"',
    ...each((name) => `int ${name}(void) { return 1; }`),
    "class Price { int total(); };",
  ],
};

/** A line is there more than once where files are few: what somebody defines is used. */
const file = fc
  .constantFrom("a.ts", "b.ts", "lib/a.ts", "lib/index.ts", "lib/c.py", "c.py", "d.h", "e.h", "f.go", "g.go")
  .chain((path) => {
    const line = fc.constantFrom(...(lines[path.slice(path.lastIndexOf(".") + 1)] ?? []));
    const text = fc.array(line, { maxLength: 4 }).map((all) => `${all.join("\n")}\n`);
    /** Undefined: the file goes. */
    return fc.tuple(fc.constant(path), fc.option(text, { nil: undefined, freq: 4 }));
  });

/** Whether somebody asks behind it, before the next one. */
const edit = fc.tuple(file, fc.boolean());

/** Everything that can be seen of an index. */
function seen(index: ProjectIndex): unknown {
  const { uses, users } = index.graph;
  const byPath = <Value>(entries: Iterable<readonly [string, Value]>) =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const ranked = (request: { paths: string[]; query: string }) =>
    rank(index, request).map(({ file, part, score, reasons }) => ({ path: file.path, part, score, reasons }));
  return {
    files: byPath(index.files).map(([path, { hash }]) => [path, hash]),
    parts: [index.partCount, index.meanLength],
    uses: byPath(uses),
    users: byPath(users),
    ranked: [
      ranked({ paths: [], query: "total price of an item" }),
      ranked({ paths: ["a.ts"], query: "" }),
      ranked({ paths: ["lib"], query: "send" }),
    ],
  };
}

describe("a project that changes", () => {
  test("has the index of one that is read at once, after whatever came, went and became another", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 5, maxLength: 30, size: "max" }), async (edits) => {
        const changing = new ProjectIndex();
        const texts = new Map<string, string>();
        for (const [[path, text], isAsked] of edits) {
          if (text === undefined) {
            changing.remove(path);
            texts.delete(path);
          } else {
            await add(changing, path, text);
            texts.set(path, text);
          }
          if (isAsked) changing.graph;
        }
        const fresh = new ProjectIndex();
        for (const [path, text] of texts) await add(fresh, path, text);
        expect(seen(changing)).toEqual(seen(fresh));
      }),
      { numRuns: 100 },
    );
  });

  test("knows no way any more through a file that hands on something else now", async () => {
    const index = new ProjectIndex();
    await add(index, "item.ts", "export interface Item { price: number }\n");
    await add(index, "index.ts", 'export * from "./item.ts";\n');
    await add(
      index,
      "cart.ts",
      'import type { Item } from "./index.ts";\nexport const one: Item = { price: 1 };\n',
    );
    const used = () => index.graph.uses.get("cart.ts")?.map(({ target }) => target);
    expect(used()).toEqual(["index.ts", "item.ts"]);
    await add(index, "index.ts", "export {};\n");
    expect(used()).toEqual(["index.ts"]);
    await add(index, "index.ts", 'export * from "./item.ts";\n');
    expect(used()).toEqual(["index.ts", "item.ts"]);
  });
});

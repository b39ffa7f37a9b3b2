// A project whose files change has the same index as one that is read at once.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProjectIndex } from "../../../../actors/context/retrieval/project.ts";
import { rank } from "../../../../actors/context/retrieval/rank.ts";
import { add } from "./project-stage.ts";

const paths = [
  "a.ts",
  "b.ts",
  "lib/a.ts",
  "lib/index.ts",
  "lib/b.js",
  "lib/c.py",
  "lib/__init__.py",
  "d.c",
  "d.h",
  "e.go",
  "f.md",
];
const names = ["total", "price", "Item", "send", "x"];

/** A line that imports, hands on, defines or uses something; the same for all languages, which read of it what they can. */
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom("./a", "./b.js", "./lib", "../a.ts", "./index.ts"))
    .map(([name, from]) => `import { ${name} } from "${from}";`),
  fc.constantFrom("./lib/a.ts", "./b", "./a.ts").map((from) => `export * from "${from}";`),
  fc.constantFrom(...names).map((name) => `export function ${name}() { return 1 }`),
  fc.constantFrom(...names).map((name) => `def ${name}():\n    pass`),
  fc.constantFrom(...names).map((name) => `int ${name}(void) { return 1; }`),
  fc.constantFrom(...names).map((name) => `func ${name}() {}`),
  fc.constantFrom("from lib import c", "import c", '#include "d.h"'),
  fc.constantFrom(...names).map((name) => `${name}();`),
);

const edit = fc.record({
  path: fc.constantFrom(...paths),
  /** Undefined: the file goes. */
  text: fc.option(
    fc.array(line, { maxLength: 5 }).map((lines) => `${lines.join("\n")}\n`),
    { nil: undefined },
  ),
  /** Whether somebody asks behind it, before the next one. */
  isAsked: fc.boolean(),
});

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
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 30 }), async (edits) => {
        const changing = new ProjectIndex();
        const texts = new Map<string, string>();
        for (const { path, text, isAsked } of edits) {
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
});

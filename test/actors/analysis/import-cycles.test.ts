// Import cycles: which file an import names, and which groups of files import one another.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { components } from "../../../actors/analysis/components.ts";
import { importCycles } from "../../../actors/analysis/import-cycles.ts";
import { type ImportingFile, importTargets } from "../../../actors/analysis/import-targets.ts";

describe("importTargets()", () => {
  it.each([
    ["typescript", "src/a.ts", "./b.js", "src/b.ts"],
    ["typescript", "src/a.ts", "./c.ts", "src/c.ts"],
    ["typescript", "src/a.ts", "./c", "src/c.ts"],
    ["typescript", "src/a.ts", "./m.mjs", "src/m.mts"],
    ["tsx", "src/a.ts", "./view.jsx", "src/view.tsx"],
    ["typescript", "src/a.ts", "./folder", "src/folder/index.ts"],
    ["typescript", "src/a.ts", "./folder/", "src/folder/index.ts"],
    ["typescript", "src/folder/x.ts", "..", "src/index.js"],
    ["javascript", "src/folder/x.ts", ".", "src/folder/index.ts"],
    ["typescript", "src/folder/x.ts", "../../top.ts", "top.ts"],
    ["typescript", "src/a.ts", "./index.js", "src/index.js"],
    ["typescript", "src/a.ts", "../../../../top.ts", null],
    ["typescript", "src/a.ts", "./missing.js", null],
    ["ruby", "lib/a.rb", "b", "lib/b.rb"],
    ["ruby", "lib/a.rb", "../lib/b.rb", "lib/b.rb"],
    ["c", "src/x.c", "x.h", "src/x.h"],
    ["c", "src/x.c", "deep/y.h", "include/deep/y.h"],
    ["cpp", "src/x.c", "lib/z.h", "lib/z.h"],
    ["c", "src/x.c", "../../x.h", null],
    ["go", "src/x.go", "./x.go", null],
  ])("finds for %s in %s that %j is %s", (language, from, specifier, target) => {
    const targetOf = importTargets([
      ...["src/a.ts", "src/b.ts", "src/c.ts", "src/m.mts", "src/view.tsx", "src/index.js", "top.ts"],
      ...["src/folder/index.ts", "src/folder/x.ts", "lib/a.rb", "lib/b.rb"],
      ...["src/x.c", "src/x.h", "include/deep/y.h", "lib/z.h", "src/x.go"],
    ]);
    expect(targetOf(importing(from, language), { specifier, line: 1, column: 1 })).toBe(target);
  });

  it.each([
    ["app/pkg/a.py", ".b", undefined, "app/pkg/b.py"],
    ["app/pkg/a.py", ".", "b", "app/pkg/b.py"],
    ["app/pkg/a.py", ".", "name", "app/pkg/__init__.py"],
    ["app/pkg/a.py", ".b", "name", "app/pkg/b.py"],
    ["app/pkg/a.py", "..", "x", null],
    ["app/pkg/sub/c.py", "..b", "name", "app/pkg/b.py"],
    ["app/pkg/sub/c.py", "..", "sub", "app/pkg/sub/__init__.py"],
    ["app/pkg/sub/c.py", "pkg.b", undefined, "app/pkg/b.py"],
    ["app/pkg/sub/c.py", "pkg", "b", "app/pkg/b.py"],
    ["app/pkg/a.py", "tool", undefined, "app/tool.py"],
    ["app/pkg/a.py", "top", undefined, "top.py"],
    ["app/pkg/a.py", "b", undefined, null],
    ["app/pkg/a.py", "os.path", undefined, null],
    ["top.py", "......x", undefined, null],
  ])("finds for Python in %s that %j with %j is %s", (from, specifier, name, target) => {
    const targetOf = importTargets([
      ...["app/pkg/__init__.py", "app/pkg/a.py", "app/pkg/b.py", "app/tool.py", "top.py"],
      ...["app/pkg/sub/__init__.py", "app/pkg/sub/c.py"],
    ]);
    const place = { line: 1, column: 1 };
    const wanted = name === undefined ? { specifier, ...place } : { specifier, name, ...place };
    expect(targetOf(importing(from, "python"), wanted)).toBe(target);
  });
});

describe("importTargets() of a package that is analyzed from within", () => {
  it("finds no module of the package where one of another name is wanted", () => {
    const targetOf = importTargets(["__init__.py", "events.py", "subprocess.py"]);
    const place = { line: 1, column: 1 };
    const events = importing("events.py", "python");
    expect(targetOf(events, { specifier: "subprocess", ...place })).toBe(null);
    expect(targetOf(events, { specifier: ".", name: "subprocess", ...place })).toBe("subprocess.py");
  });
});

describe("components()", () => {
  it("groups the nodes that reach one another", () => {
    const node = fc.integer({ min: 0, max: 7 });
    const edges = fc.array(fc.tuple(node, node), { maxLength: 20 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const next = Array.from({ length: 8 }, (_, from) =>
          pairs.flatMap(([a, b]) => (a === from ? [b] : [])),
        );
        const reaches = next.map((_, from) => reachedFrom(next, from));
        const groups = next.map((_, one) =>
          next.flatMap((_, two) =>
            one === two || (reaches[one]?.has(two) && reaches[two]?.has(one)) ? [two] : [],
          ),
        );
        const expected = groups.filter((group, one) => group.length > 1 && group[0] === one);
        expect(components(next)).toEqual(expected);
      }),
    );
  });
});

describe("importCycles()", () => {
  it("tells a group once, at the import that begins its shortest cycle", () => {
    const files = [
      importing("d.ts", "typescript", "./a.ts", "./c.ts"),
      importing("c.ts", "typescript", "./x.ts", "./d.ts"),
      importing("b.ts", "typescript", "./c.ts"),
      importing("a.ts", "typescript", "./b.ts"),
      importing("x.ts", "typescript"),
    ];
    const begin = { specifier: "./d.ts", line: 2, column: 1 };
    expect(importCycles(files)).toEqual([{ paths: ["c.ts", "d.ts"], begin, files: 4 }]);
    expect(importCycles([...files].reverse())).toEqual(importCycles(files));
  });

  it("begins with the first file by path", () => {
    const files = ["b", "c", "a"].map((name, index, all) =>
      importing(`${name}.ts`, "typescript", `./${all[(index + 1) % 3]}.ts`),
    );
    expect(importCycles(files)).toMatchObject([{ paths: ["a.ts", "b.ts", "c.ts"], files: 3 }]);
  });

  it("tells every group", () => {
    const pairs = [
      ["a", "b"],
      ["c", "d"],
    ].flatMap(([one, two]) => [
      importing(`${one}.c`, "c", `${two}.c`),
      importing(`${two}.c`, "c", `${one}.c`),
    ]);
    expect(importCycles(pairs).map(({ paths }) => paths)).toEqual([
      ["a.c", "b.c"],
      ["c.c", "d.c"],
    ]);
  });

  it("goes round by another file where one of the group imports itself, too", () => {
    const files = [
      importing("a.ts", "typescript", "./a.ts", "./b.ts"),
      importing("b.ts", "typescript", "./a.ts"),
    ];
    expect(importCycles(files)).toMatchObject([{ paths: ["a.ts", "b.ts"], begin: { line: 2 } }]);
  });

  it("finds none in a tree, in a file that imports itself, and in no files", () => {
    expect(importCycles([])).toEqual([]);
    expect(
      importCycles([importing("a.ts", "typescript", "./a.ts", "./b.ts"), importing("b.ts", "typescript")]),
    ).toEqual([]);
  });

  it("takes five thousand files in one circle", () => {
    const files = Array.from({ length: 5_000 }, (_, index) =>
      importing(`f${index}.ts`, "typescript", `./f${(index + 1) % 5_000}.ts`),
    );
    const [cycle] = importCycles(files);
    expect(cycle).toMatchObject({ files: 5_000 });
    expect(cycle?.paths.slice(0, 3)).toEqual(["f0.ts", "f1.ts", "f2.ts"]);
  });

  it("takes a chain of a hundred thousand files", () => {
    const next = Array.from({ length: 100_000 }, (_, index) => [index + 1]);
    next[99_999] = [0];
    expect(components(next)[0]).toHaveLength(100_000);
  });

  it("takes names that are no usual names", () => {
    const names = ["a\nb.ts", "__proto__.ts", "constructor.ts", "é→.ts"];
    const files = names.map((name, index) => importing(name, "typescript", `./${names[(index + 1) % 4]}`));
    expect(importCycles(files)).toMatchObject([{ files: 4 }]);
  });
});

/** Import number `n` stands in line `n`. */
function importing(path: string, language: string, ...specifiers: readonly string[]): ImportingFile {
  const imports = specifiers.map((specifier, index) => ({ specifier, line: index + 1, column: 1 }));
  return { path, language, imports };
}

function reachedFrom(next: readonly (readonly number[])[], from: number): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const target of next[node] ?? []) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached;
}

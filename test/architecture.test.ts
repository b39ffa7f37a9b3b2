// The house: chapters import only downwards, and every file keeps the rules that make it easy to find and to read.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Import, importsOf } from "./module-text.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

/** From the bottom up: each may import itself and what stands before it. */
const chapters = ["runtime", "actors", "supervisors", "cli"] as const;
type Chapter = (typeof chapters)[number];

interface SourceFile {
  /** From the repository, with forward slashes. */
  readonly path: string;
  readonly chapter: Chapter;
  readonly text: string;
  readonly imports: readonly Import[];
}

const files: readonly SourceFile[] = chapters.flatMap((chapter) =>
  readdirSync(join(repository, chapter), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => sourceFile(chapter, name)),
);

const linesMax = 350;

describe("importsOf()", () => {
  it.each<readonly [string, readonly Import[]]>([
    ['import { a } from "./a.ts";', [{ from: "./a.ts", kind: "value" }]],
    ["import a, { b as c, type D } from './a.ts'", [{ from: "./a.ts", kind: "value" }]],
    ['import * as all from "./a.ts";', [{ from: "./a.ts", kind: "value" }]],
    ['import "./a.ts";', [{ from: "./a.ts", kind: "value" }]],
    ['import type { A } from "./a.ts";', [{ from: "./a.ts", kind: "type" }]],
    ['import type from "./a.ts";', [{ from: "./a.ts", kind: "value" }]],
    ['export { a, b as default } from "./a.ts";', [{ from: "./a.ts", kind: "value" }]],
    ['export type { A } from "./a.ts";', [{ from: "./a.ts", kind: "type" }]],
    ['export * from "./a.ts"; export * as b from "./b.ts";', [value("./a.ts"), value("./b.ts")]],
    ['const a = await import("./a.ts");', [{ from: "./a.ts", kind: "dynamic" }]],
    ['type A = typeof import("./a.ts");', [{ from: "./a.ts", kind: "dynamic" }]],
    ['import {\n  a,\n  // from "./no.ts"\n  b,\n} from "./a.ts";', [value("./a.ts")]],
    ['// import "./no.ts"\n/* import "./no.ts" */ const a = "import \\"./no.ts\\"";', []],
    [`const a = \`import "./no.ts" \${\`import "./no.ts"\`} }\`;\nimport "./a.ts";`, [value("./a.ts")]],
    ['const a = /import "\\/[/`]/.test(b) / 2;\nimport "./a.ts";', [value("./a.ts")]],
    ['const a = import.meta.url; it.import("./no.ts"); const b = { import: "./no.ts" };', []],
    ['export const a = 1;\nexport function b(): string { return from; }\nconst c = ["./no.ts"];', []],
  ])("reads %j", (text, expected) => {
    expect(importsOf(text)).toEqual(expected);
  });
});

describe("The chapters", () => {
  it("import only downwards", () => {
    const upwards = files.flatMap(({ path, chapter, imports }) =>
      imports.filter(({ from }) => isUpwards(chapter, path, from)).map(({ from }) => `${path} -> ${from}`),
    );
    expect(upwards).toEqual([]);
  });

  it("import nothing of tests, benchmarks and scripts", () => {
    const rooms = files.flatMap(({ path, imports }) =>
      imports.flatMap(({ from }) => {
        const target = targetOf(path, from);
        const isInside = target === undefined || chapters.some((chapter) => target.startsWith(`${chapter}/`));
        return isInside || target === "package.json" ? [] : [`${path} -> ${from}`];
      }),
    );
    expect(rooms).toEqual([]);
  });

  it("import files that exist, by their whole name", () => {
    const known = new Set(files.map(({ path }) => path));
    const broken = files.flatMap(({ path, imports }) =>
      imports.flatMap(({ from }) => {
        const target = targetOf(path, from);
        return target === undefined || known.has(target) ? [] : [`${path} -> ${from}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it("load no file in a circle", () => {
    expect(circles()).toEqual([]);
  });
});

describe("The runtime", () => {
  it("loads XState nowhere, and knows its types only where it hosts them", () => {
    const hosts = [
      "runtime/logic/host.ts",
      "runtime/logic/host-ref.ts",
      "runtime/logic/host-system.ts",
      "runtime/checkpoint/restored.ts",
      "runtime/checkpoint/xstate-keeping.ts",
    ];
    const users = files.filter(
      ({ chapter, imports }) => chapter === "runtime" && imports.some(({ from }) => from === "xstate"),
    );
    const others = users.filter(({ path }) => !hosts.includes(path) && path !== "runtime/logic/logic.ts");
    expect(others.map(({ path }) => path)).toEqual([]);
    const loads = users.filter(({ imports }) =>
      imports.some(({ from, kind }) => from === "xstate" && kind !== "type"),
    );
    expect(loads.map(({ path }) => path).filter((path) => !hosts.includes(path))).toEqual([]);
  });

  it("knows no other package of the product", () => {
    const packages = files
      .filter(({ chapter }) => chapter === "runtime")
      .flatMap(({ path, imports }) => imports.map(({ from }) => ({ path, from })))
      .filter(({ from }) => !from.startsWith(".") && !from.startsWith("node:"));
    const known = ["xstate", "pino", "@opentelemetry/api", "nats", "msgpackr", "lmdb", "undici"];
    expect(packages.filter(({ from }) => !known.includes(from))).toEqual([]);
  });
});

describe("Every file", () => {
  it("says in its first line what it is for", () => {
    const silent = files.filter(({ text }) => {
      const [first = "", second = ""] = text.split("\n");
      return !/^\/\/ \S+( \S+){2,}/.test(first.startsWith("#!") ? second : first);
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it(`has at most ${linesMax} lines`, () => {
    const long = files.map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }));
    expect(long.filter(({ lines }) => lines > linesMax)).toEqual([]);
  });

  it("is named for the one thing that it holds", () => {
    const vague = /(^|[/-])(utils?|utilities|helpers?|common|misc|shared|stuff)([./-]|$)/;
    expect(files.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
    expect(files.filter(({ path }) => !/^[a-z0-9/-]+\.ts$/.test(path)).map(({ path }) => path)).toEqual([]);
  });
});

function sourceFile(chapter: Chapter, name: string): SourceFile {
  const path = `${chapter}/${name.replaceAll("\\", "/")}`;
  const text = readFileSync(join(repository, path), "utf8");
  return { path, chapter, text, imports: importsOf(text) };
}

function value(from: string): Import {
  return { from, kind: "value" };
}

/** The file that a relative import names, from the repository; undefined for a package. */
function targetOf(path: string, from: string): string | undefined {
  if (!from.startsWith(".")) return undefined;
  return relative(repository, join(repository, path, "..", from)).replaceAll("\\", "/");
}

function isUpwards(chapter: Chapter, path: string, from: string): boolean {
  const target = targetOf(path, from);
  if (target === undefined) return false;
  const level = chapters.findIndex((name) => target.startsWith(`${name}/`));
  return level > chapters.indexOf(chapter);
}

/** Every circle of files that load each other, as a path through it. */
function circles(): string[] {
  const loads = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.flatMap(({ from, kind }) => (kind === "value" ? (targetOf(path, from) ?? []) : [])),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, above: readonly string[]): void => {
    const start = above.indexOf(path);
    if (start !== -1) found.push([...above.slice(start), path].join(" -> "));
    if (start !== -1 || done.has(path)) return;
    for (const next of loads.get(path) ?? []) visit(next, [...above, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

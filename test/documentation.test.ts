// The documentation is held to the code: links lead somewhere, and tables say what is so.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { languages } from "../actors/analysis/languages.ts";
import { configurationSchema, configurationVariables, nodeOf } from "../supervisors/config/schema.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

describe("The documentation", () => {
  it.each(pages)("of %s leads to files that exist", (page) => {
    const targets = [...text(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(
      ([, target]) => target ?? "",
    );
    expect(targets.filter((target) => !existsSync(join(repository, page, "..", target)))).toEqual([]);
  });

  it.each(pages)("of %s names folders and files that exist", (page) => {
    const named = [
      ...text(page).matchAll(/`((?:runtime|actors|supervisors|cli|test|scripts|docs)\/[\w./-]+)`/g),
    ];
    expect(named.map(([, path]) => path ?? "").filter((path) => !existsSync(join(repository, path)))).toEqual(
      [],
    );
  });

  it("names every npm script of the gate, and none that is gone", () => {
    const { scripts } = JSON.parse(text("package.json")) as { readonly scripts: Record<string, string> };
    const parts = Object.keys(scripts).filter((name) => /^check:(?!static)/.test(name));
    const named = [...text("CONTRIBUTING.md").matchAll(/^\| `(check:[a-z]+)`/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(parts.sort());
    const run = [
      ...pages
        .map(text)
        .join("\n")
        .matchAll(/npm run ([a-z:]+)/g),
    ].map(([, name]) => name ?? "");
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it("lists every setting with its default and meaning", () => {
    const page = text("docs/configuration.md");
    const rows = page.match(/^\| `[a-z]+\..*$/gm);
    expect(rows).toEqual(settingRows(configurationSchema, []));
  });

  it("lists every environment variable", () => {
    const rows = text("docs/configuration.md").match(/^\| `(?:[A-Z_]+|[a-z]+_proxy)` \|.*$/gm);
    expect(rows).toEqual(
      Object.entries(configurationVariables).map(([name, key]) => `| \`${name}\` | \`${key}\` |`),
    );
  });

  it("lists every language with its files", () => {
    for (const { name, extensions } of languages) {
      const row = `| ${name} | ${extensions.map((extension) => `\`${extension}\``).join(" ")} |`;
      expect(text("docs/analyze.md")).toContain(row);
    }
  });

  it("gives a reason for every dependency", () => {
    // Those of the benchmarks and of the tests with a broker are installed when they are first wanted.
    const manifests = ["package.json", "bench/peers/package.json", "test/nats/package.json"].map(
      (path) => JSON.parse(text(path)) as Record<string, Record<string, string> | undefined>,
    );
    const kinds = ["dependencies", "optionalDependencies", "devDependencies"];
    const all = manifests.flatMap((manifest) => kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})));
    const names = [...new Set(all)];
    const rows = text("docs/dependencies.md").match(/^\| `.*$/gm) ?? [];
    const listed = rows.flatMap((row) => [...(row.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)]);
    expect(listed.map(([, name]) => name).sort()).toEqual(names.sort());
  });
});

function text(page: string): string {
  return readFileSync(join(repository, page), "utf8");
}

/** One row of the table for each setting; entries that the user names are called NAME. */
function settingRows(schema: z.ZodType, path: readonly string[]): string[] {
  const node = nodeOf(schema);
  if (node.kind === "section") {
    return [...node.keys].flatMap(([name, below]) => settingRows(below, [...path, name]));
  }
  if (node.kind === "entries") return settingRows(node.entry, [...path, "NAME"]);
  const value = path.reduce<unknown>(valueBelow, configurationSchema.parse({}));
  const isUnset = value === undefined || (Array.isArray(value) && value.length === 0);
  const shown = isUnset ? "" : `\`${value}\``;
  return [`| \`${path.join(".")}\` | ${shown} | ${node.description} |`];
}

function valueBelow(values: unknown, name: string): unknown {
  return typeof values === "object" && values !== null ? Reflect.get(values, name) : undefined;
}

// The example for GitHub Actions is held to the command: every line of it that runs aiex is one that the command understands.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkSpecification } from "../actors/pipeline/language/check.ts";
import { optionValue, parseCommandLine } from "../cli/parse.ts";
import { configurationVariables } from "../supervisors/config/schema.ts";

const page = readFileSync(new URL("../docs/pipelines.md", import.meta.url), "utf8");
const section = page.split("\n## In continuous integration\n")[1]?.split("\n## ")[0] ?? "";
const [whole = "", settings = ""] = [...section.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text);

interface Step {
  readonly run?: string;
  readonly with?: { readonly path?: string };
}

const workflow = parse(whole) as { readonly jobs: { readonly quality: { readonly steps: readonly Step[] } } };
const { steps } = workflow.jobs.quality;
const shell = [...section.matchAll(/^npx aiex .*$/gm)].map(([line]) => line.split(" | jq ")[0] ?? "");
const lines = [...steps.flatMap(({ run = "" }) => run.split("\n")), ...shell].filter((line) =>
  line.startsWith("npx aiex "),
);

function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  return words.slice(2);
}

describe("docs/pipelines.md, of continuous integration,", () => {
  it("has lines that run aiex", () => {
    expect(lines).toHaveLength(3);
  });

  it.each(lines)("has a line that is understood: %s", (line) => {
    const parsed = parseCommandLine(wordsOf(line));
    expect(parsed.command.words[0]).toBe("pipeline");
    const spec = optionValue(parsed, "spec") ?? parsed.arguments[0] ?? "";
    expect(checkSpecification(spec)).toMatchObject({ ok: true });
  });

  it("keeps the file that is written", () => {
    const written = lines.flatMap((line) => {
      const { options } = parseCommandLine(wordsOf(line));
      return options.get("output") ?? [];
    });
    expect(written).toEqual(steps.flatMap(({ with: given }) => given?.path ?? []));
  });

  it("sets variables that count", () => {
    const { env } = parse(settings) as { readonly env: object };
    expect(Object.keys(env).filter((name) => !Object.hasOwn(configurationVariables, name))).toEqual([]);
  });
});

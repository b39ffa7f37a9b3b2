// The page about pipelines is held to the language: its tables, its examples, and what it shows of the command.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { factWords } from "../actors/pipeline/facts.ts";
import { checkSpecification } from "../actors/pipeline/language/check.ts";
import { specificationCharactersMax, specificationStepsMax } from "../actors/pipeline/language/limits.ts";
import { operators } from "../actors/pipeline/language/specification.ts";
import { conditionSummaries, shapeText } from "../actors/pipeline/language/told-words.ts";
import { type PipelineWord, pipelineWords, repeatsMax } from "../actors/pipeline/language/vocabulary.ts";
import { commandOf } from "../cli/command-table.ts";
import { runOn, stage } from "./cli/fixtures.ts";

const page = readFileSync(new URL("../docs/pipelines.md", import.meta.url), "utf8");

describe("docs/pipelines.md", () => {
  it("lists every word with its parameters", () => {
    const rows = page
      .split("## Words")[1]
      ?.split("## Conditions")[0]
      ?.match(/^(###|\| `).*$/gm);
    expect(rows).toEqual((["operation", "transformer", "utility"] as const).flatMap(wordRows));
  });

  it("lists every condition", () => {
    const rows = page
      .split("## Conditions")[1]
      ?.split("\n## ")[0]
      ?.match(/^\| `[a-z]+:` .*$/gm);
    expect(rows).toEqual(conditionSummaries.map(({ word, summary }) => `| \`${word}:\` | ${summary} |`));
    expect(page).toContain(`\`max:${shapeText(repeatsMax.shape)}\``);
    expect(page).toContain(`${repeatsMax.fallback} where it is left out`);
  });

  it("lists what conditions look at, and every operator", () => {
    const section = page.split("## Conditions")[1]?.split("\n## ")[0] ?? "";
    const rows = [...section.matchAll(/^\| `(\w+)` \| (.+?) \| (.+?) \|$/gm)];
    expect(rows.map(([, name, of, summary]) => ({ name, of, summary }))).toEqual(factWords);
    for (const operator of operators) expect(section).toMatch(new RegExp(`^\\| .*\`${operator}\``, "m"));
    expect(checkSpecification("if:quality<fast refactor")).toMatchObject({ ok: false });
    expect(checkSpecification("if:quality<0,8 refactor")).toMatchObject({ ok: false });
  });

  it("names every option of its command", () => {
    const section = page.split("\n## Command\n")[1]?.split("\n### ")[0] ?? "";
    for (const { name } of commandOf(["pipeline"])?.options ?? [])
      if (name !== "stdin-name") expect(section).toMatch(new RegExp(`^\\| .*\`--${name}[ \`]`, "m"));
  });

  it("names the limits", () => {
    expect(page).toContain(`${specificationCharactersMax.toLocaleString("en")} characters`);
    expect(page).toContain(`${specificationStepsMax} steps`);
  });

  it("shows pipelines that are sound", () => {
    const shown = [...page.matchAll(/^```pipeline\n([^`]+)\n```$/gm)].map(([, text]) => text ?? "");
    expect(shown.length).toBeGreaterThan(0);
    for (const text of shown) expect(checkSpecification(text)).toMatchObject({ ok: true });
  });

  it("shows what is printed of problems", async () => {
    const [, spec = "", printed] = /\$ aiex pipeline validate "([^"]+)"\n((?:[^`])+)```/.exec(page) ?? [];
    const scene = stage({ isTTY: true, columns: 80, env: { NO_COLOR: "1" } });
    expect(await runOn(scene, ["pipeline", "validate", spec])).toBe(2);
    expect(printed).toBe(scene.stdout());
  });
});

const headings = { operation: "Operations", transformer: "Transformers", utility: "Utilities" } as const;

function wordRows(group: PipelineWord["group"]): string[] {
  const words = pipelineWords.filter((word) => word.group === group);
  return [`### ${headings[group]}`, ...words.map(wordRow)];
}

function wordRow({ name, summary, parameters }: PipelineWord): string {
  const shown = parameters.map(({ name: parameter, shape, isRequired, fallback }) => {
    const spelled =
      shape.kind === "flag" ? parameter : `${parameter}:${shapeText(shape).replaceAll("|", "\\|")}`;
    const notes = isRequired === true ? " (required)" : fallback === undefined ? "" : ` (${fallback})`;
    return `\`${spelled}\`${notes}`;
  });
  return `| \`${name}\` | ${summary} | ${shown.join(", ") || "none"} |`;
}

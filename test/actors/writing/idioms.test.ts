// What the kinds of code are in each language.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { languages } from "../../../actors/analysis/languages.ts";
import { generatedTypes, idiomOf } from "../../../actors/writing/idioms.ts";

describe("idiomOf()", () => {
  it("has something to say of every kind in every language", () => {
    for (const { id } of languages)
      for (const type of generatedTypes) expect(idiomOf(type, id), `${type} ${id}`).toMatch(/\.$/);
  });

  it("knows servers and supervisors in all of them", () => {
    for (const { id, name } of languages)
      for (const type of ["genserver", "supervisor"] as const)
        expect(idiomOf(type, id), `${type} ${id}`).not.toContain(`as ${name} is written`);
  });

  it("shows a server as the README does, where an example is run", () => {
    const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
    const shown = /export (const counter = [\s\S]*?\n\}\);)/.exec(idiomOf("genserver", "typescript"))?.[1];
    expect(shown).toBeDefined();
    expect(readme).toContain(shown);
  });

  it("says OTP's own words where OTP is", () => {
    expect(idiomOf("genserver", "elixir")).toContain("use GenServer");
    expect(idiomOf("supervisor", "erlang")).toContain("-behaviour(supervisor)");
  });

  it("takes documentation for a page", () => {
    expect(idiomOf("documentation", null)).toContain("Markdown");
  });
});

// The page on the quality of the rules says what the engine says of the corpus today: no defect gets lost unnoticed.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { examine } from "../../../actors/analysis/examine.ts";
import { languages } from "../../../actors/analysis/languages.ts";
import { readCorpus } from "../../../bench/rules/case.ts";
import { type Judgement, judgeAll } from "../../../bench/rules/judge.ts";
import { plantAndFind } from "../../../bench/rules/mutant.ts";
import { sourcesBelow } from "../../../bench/rules/packages.ts";
import { corpusPage, mutantsHeading } from "../../../bench/rules/page.ts";
import { tallyBy } from "../../../bench/rules/tally.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const corpus = readCorpus(`${repository}/bench/rules/corpus`);
let judgements: readonly Judgement[] = [];

beforeAll(async () => {
  judgements = await judgeAll(corpus, examine);
});

describe("the corpus", () => {
  it("has cases of every language: at least 14 defects and 8 clean ones", () => {
    const groups = tallyBy(judgements, ({ of }) => of.group);
    const expected = languages.map(({ id }) => id).filter((id) => id !== "tsx");
    expect(groups.map(({ name }) => name).sort()).toEqual([...expected].sort());
    for (const { name, defects, clean } of groups) {
      expect(defects, name).toBeGreaterThanOrEqual(14);
      expect(clean, name).toBeGreaterThanOrEqual(8);
    }
  });

  it("is read without an error by the grammars", () => {
    const unread = judgements.flatMap(({ of, unread: reason }) =>
      reason === null ? [] : [`${of.id}: ${reason}`],
    );
    expect(unread).toEqual([]);
  });

  it("keeps its marks out of the code", () => {
    expect(corpus.filter(({ code }) => code.includes("◀"))).toEqual([]);
  });

  it("is what the page on the quality of the rules speaks of", () => {
    const page = readFileSync(`${repository}/docs/rules-quality.md`, "utf8");
    const written = page.slice(0, page.indexOf(mutantsHeading)).trimEnd();
    expect(written, "run npm run bench:rules -- --write").toBe(corpusPage(judgements).trimEnd());
  });
});

describe("mutants of real sources", () => {
  // The sources of an installed package, at the version of the lockfile.
  const sources = sourcesBelow(`${repository}/node_modules/zod/src/v4/core`, "zod");
  const plant = (seed: number) => plantAndFind(sources.slice(0, 12), examine, { seed, perKind: 1 });

  it("are found on their line, and the same seed plants the same", async () => {
    const mutants = await plant(7);
    expect(mutants.length).toBeGreaterThan(12);
    expect(mutants.filter(({ isFound }) => !isFound).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([]);
    expect(await plant(7)).toEqual(mutants);
  });

  it("are others for another seed", async () => {
    expect(await plant(8)).not.toEqual(await plant(7));
  });
});

// Precision and recall of the rules: the corpus, and seeded mutants of real packages. Figures go to stdout as lines of JSON,
// tables to stderr, and with --write into docs/rules-quality.md. --corpus leaves the mutants out, which need npm's registry.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readCorpus } from "./rules/case.ts";
import { type Examine, judgeAll } from "./rules/judge.ts";
import { type MutantOptions, plantAndFind } from "./rules/mutant.ts";
import { mutantFigures, mutantsPage, mutantsTable } from "./rules/mutant-page.ts";
import { packageSources, pinnedPackages, sourcesBelow } from "./rules/packages.ts";
import { corpusPage, details, figure, mutantsHeading, summaryTable } from "./rules/page.ts";
import { tally, tallyBy } from "./rules/tally.ts";

const usage =
  "Give nothing, --corpus to leave the mutants out, --seed NUMBER to choose others, --write to write the page.";
const mutantOptions: MutantOptions = { seed: 20_260, perKind: 20 };

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = `${root}docs/rules-quality.md`;
// The built engine, in this process: the same functions that the parser programs call, without a start for each run.
const engine = new URL("../../dist/actors/analysis/examine.js", import.meta.url);

const given = process.argv.slice(2);
const seedAt = given.indexOf("--seed");
const seed = seedAt < 0 ? mutantOptions.seed : Number(given[seedAt + 1]);
const flags = given.filter((_, index) => seedAt < 0 || (index !== seedAt && index !== seedAt + 1));
const strangers = flags.filter((word) => !["--corpus", "--write"].includes(word));

if (strangers.length > 0 || !Number.isInteger(seed)) {
  console.error(`What "${given.join(" ")}" asks for is not known. ${usage}`);
  process.exitCode = 2;
} else {
  const { examine } = (await import(engine.href)) as { readonly examine: Examine };
  const corpus = await measureCorpus(examine);
  const mutants = flags.includes("--corpus") ? writtenMutants() : await measureMutants(examine);
  if (mutants !== null && flags.includes("--write")) writeFileSync(page, `${corpus}\n${mutants}`);
}

async function measureCorpus(examine: Examine): Promise<string> {
  const judgements = await judgeAll(readCorpus(`${root}bench/rules/corpus`), examine);
  for (const row of [...tallyBy(judgements, ({ of }) => of.group), tally("all", judgements)]) {
    console.log(figure(row));
  }
  console.error(`${summaryTable(judgements)}\n\n${details(judgements)}\n`);
  return corpusPage(judgements);
}

/** Null where the packages could not be had. */
async function measureMutants(examine: Examine): Promise<string | null> {
  const options = { ...mutantOptions, seed };
  try {
    // zod is installed for the product, with its sources in TypeScript.
    const sources = [
      ...packageSources(pinnedPackages),
      ...sourcesBelow(`${root}node_modules/zod/src/v4`, "zod/src/v4"),
    ];
    const mutants = await plantAndFind(sources, examine, options);
    for (const line of mutantFigures(mutants, options)) console.log(line);
    console.error(mutantsTable(mutants));
    const packages = [...pinnedPackages, { name: "zod", version: zodVersion() }];
    return mutantsPage(
      mutants,
      packages.map(({ name, version }) => `${name} ${version}`).join(", "),
      options,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
    return null;
  }
}

/** What the page says of the mutants, where they are not measured anew. */
function writtenMutants(): string {
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";
  const at = text.indexOf(mutantsHeading);
  return at < 0 ? "" : text.slice(at);
}

function zodVersion(): string {
  const text = readFileSync(`${root}node_modules/zod/package.json`, "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

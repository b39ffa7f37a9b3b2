// Figures for people: the tables of a run, the page that the documentation keeps, and what the engine does not see.
import { type Category, categories } from "./case.ts";
import type { Judgement } from "./judge.ts";
import { isDefect, type Tally, tally, tallyBy } from "./tally.ts";

/** Where the part that needs the network begins; what stands before it follows from the corpus and the rules alone. */
export const mutantsHeading = "## Mutants of real packages";

/** The page up to the mutants. The same corpus and the same rules give the same bytes. */
export function corpusPage(judgements: readonly Judgement[]): string {
  const all = tally("all", judgements);
  return `# How good the rules are

This page is written by \`npm run bench:rules -- --write\`; do not edit it. A test holds it to what the engine says today.

The corpus below \`bench/rules/corpus\` holds ${all.cases} cases in ${languagesOf(judgements).length} languages: ${all.defects} planted defects, and
${all.clean} pieces of clean code that look dangerous and are right. It was written without a look at the rules, from lists of
weaknesses and from what reviewers object to, so it holds defects that no rule of this kind can see. The rules have learned
from its misses since. Before that they found between 45 % (TypeScript) and 90 % (Rust) of a language's defects, and that
is what to expect of code that nobody has tried them on.

*Found* is a finding of the defect's category on its line; quality, smells and architecture count as one category. *False
alarms* are errors and warnings on any other line, and any in clean code; infos and hints besides are counted apart.
*Recall* is what was found of what was planted, *precision* what was found of that and the false alarms together.

${markdown(summary(judgements))}

${markdown(grid(judgements))}

## What the engine does not see

A rule reads one file by its syntax. It does not follow a value through functions, files or names, knows no types, and does
not know what a library does. Of the corpus it misses:

${missed(judgements)}

## False alarms

${falseAlarms(judgements)}
`;
}

/** Columns for a terminal. */
export function summaryTable(judgements: readonly Judgement[]): string {
  return [summary(judgements), grid(judgements)].map(columns).join("\n\n");
}

/** The misses, the false alarms and what could not be read, a line each. */
export function details(judgements: readonly Judgement[]): string {
  return ["Missed:", missed(judgements), "", "False alarms:", falseAlarms(judgements)].join("\n");
}

type Table = readonly (readonly string[])[];

function summary(judgements: readonly Judgement[]): Table {
  const rows = [...tallyBy(judgements, ({ of }) => of.group), tally("all", judgements)];
  const header = [
    "language",
    "planted",
    "found",
    "recall",
    "precision",
    "clean",
    "false alarms",
    "infos, hints",
  ];
  return [
    header,
    ...rows.map((row) => [
      row.name,
      String(row.defects),
      String(row.found),
      percent(row.recall),
      percent(row.precision),
      String(row.clean),
      String(row.falseAlarms),
      String(row.remarks),
    ]),
  ];
}

/** Found of planted, for each language and category. */
function grid(judgements: readonly Judgement[]): Table {
  const cell = (group: readonly Judgement[], category: Category): string => {
    const { found, defects } = tally(
      "",
      group.filter(({ of }) => of.category === category),
    );
    return `${found}/${defects}`;
  };
  const row = (name: string, group: readonly Judgement[]) => [
    name,
    ...categories.map((category) => cell(group, category)),
  ];
  return [
    ["found of planted", ...categories],
    ...languagesOf(judgements).map((name) =>
      row(
        name,
        judgements.filter(({ of }) => of.group === name),
      ),
    ),
    row("all", judgements),
  ];
}

function missed(judgements: readonly Judgement[]): string {
  const lines = judgements
    .filter((judgement) => isDefect(judgement) && judgement.hit === null)
    .map(({ of, unread }) => {
      const why = unread === null ? "" : ` (not read: ${unread})`;
      return `- \`${of.id}\` (${of.category}): ${of.description}${why}`;
    });
  return lines.length === 0 ? "Nothing." : lines.join("\n");
}

function falseAlarms(judgements: readonly Judgement[]): string {
  const lines = judgements.flatMap(({ of, falseAlarms: alarms }) =>
    alarms.map(
      ({ rule, severity, line, message }) =>
        `- \`${of.id}\` line ${line}: \`${rule}\` (${severity}): ${message}`,
    ),
  );
  return lines.length === 0 ? "None." : lines.join("\n");
}

function languagesOf(judgements: readonly Judgement[]): readonly string[] {
  return [...new Set(judgements.map(({ of }) => of.group))];
}

export function percent(share: number | null): string {
  return share === null ? "-" : `${(share * 100).toFixed(1)} %`;
}

export function columns(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? "").length)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function markdown(table: Table): string {
  const [header = [], ...rows] = table;
  return [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** One line of JSON for a language, or for all. */
export function figure({ name, ...counts }: Tally): string {
  return JSON.stringify({ name: `rules of ${name}`, ...counts });
}

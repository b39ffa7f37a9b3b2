// The mutants for people: how many of each kind were found, which were not, and what else their planting changed.
import type { Mutant, MutantOptions } from "./mutant.ts";
import { columns, markdown, mutantsHeading, percent } from "./page.ts";

/** Mutants named in the list of those that were not found: enough to see a reason. */
const missedPerKindShownMax = 3;

export function mutantsPage(mutants: readonly Mutant[], sources: string, options: MutantOptions): string {
  return `${mutantsHeading}

Into ${sources} a defect is planted by a rewriting, at places that the seed ${options.seed} chooses: in the body of a real
function, with a name that is in reach there. What does not parse is thrown away. A mutant is found by a finding on its line that
was not there before; *other changes* are errors and warnings that came or went on other lines.

${markdown(rows(mutants))}

Not found, at most ${missedPerKindShownMax} of a kind:

${missed(mutants)}

Other changes:

${changed(mutants)}
`;
}

export function mutantsTable(mutants: readonly Mutant[]): string {
  return [columns(rows(mutants)), "Not found:", missed(mutants), "Other changes:", changed(mutants)].join(
    "\n\n",
  );
}

/** A line of JSON for each kind. */
export function mutantFigures(mutants: readonly Mutant[], { seed }: MutantOptions): readonly string[] {
  return kindsOf(mutants).map((kind) => {
    const group = mutants.filter((mutant) => mutant.kind === kind);
    const found = group.filter(({ isFound }) => isFound).length;
    const changes = group.flatMap((mutant) => mutant.changes).length;
    return JSON.stringify({ name: `mutants: ${kind}`, seed, planted: group.length, found, changes });
  });
}

function rows(mutants: readonly Mutant[]): readonly (readonly string[])[] {
  const row = (name: string, group: readonly Mutant[]): readonly string[] => {
    const found = group.filter(({ isFound }) => isFound).length;
    const changes = group.flatMap((mutant) => mutant.changes).length;
    return [name, String(group.length), String(found), percent(found / group.length), String(changes)];
  };
  return [
    ["planted", "mutants", "found", "share", "other changes"],
    ...kindsOf(mutants).map((kind) =>
      row(
        kind,
        mutants.filter((mutant) => mutant.kind === kind),
      ),
    ),
    row("all", mutants),
  ];
}

function missed(mutants: readonly Mutant[]): string {
  const lines = kindsOf(mutants).flatMap((kind) =>
    mutants
      .filter((mutant) => mutant.kind === kind && !mutant.isFound)
      .slice(0, missedPerKindShownMax)
      .map(({ path, line, text }) => `- ${kind}: \`${path}:${line}\`: \`${text}\``),
  );
  return lines.length === 0 ? "None." : lines.join("\n");
}

function changed(mutants: readonly Mutant[]): string {
  const lines = mutants.flatMap(({ kind, path, line, changes }) =>
    changes.map((change) => `- ${kind} in \`${path}:${line}\`: ${change}`),
  );
  return lines.length === 0 ? "None." : lines.join("\n");
}

function kindsOf(mutants: readonly Mutant[]): readonly string[] {
  return [...new Set(mutants.map(({ kind }) => kind))];
}

// Mutants: a defect planted into a real file by a rewriting has to be found on its line, and change nothing else.
import { type Examine, type Finding, isLoud } from "./judge.ts";
import type { SourceFile } from "./packages.ts";
import { placesOf } from "./place.ts";
import { type Edit, type Planting, plantings } from "./planting.ts";
import { choices } from "./seed.ts";

export interface Mutant {
  readonly kind: string;
  readonly path: string;
  /** 1-based, of the planted line. */
  readonly line: number;
  readonly text: string;
  readonly isFound: boolean;
  /** Findings on other lines that came or went by the planting, such as `+ javascript/eval in line 3`. */
  readonly changes: readonly string[];
}

export interface MutantOptions {
  readonly seed: number;
  readonly perKind: number;
}

/** Mutants of one kind in one file, so that a large file does not stand for all. */
const perFileMax = 2;

interface Readable {
  readonly file: SourceFile;
  readonly places: ReturnType<typeof placesOf>;
  readonly findings: readonly Finding[];
}

/** The same files, seed and number give the same mutants. What does not parse after the planting is thrown away. */
export async function plantAndFind(
  files: readonly SourceFile[],
  examine: Examine,
  { seed, perKind }: MutantOptions,
): Promise<readonly Mutant[]> {
  const readable = await readAll(files, examine);
  const mutants: Mutant[] = [];
  for (const [index, planting] of plantings.entries()) {
    const random = choices(seed + index);
    const places = random.shuffled(readable.flatMap((file) => file.places.map((place) => ({ file, place }))));
    const perFile = new Map<Readable, number>();
    let made = 0;
    for (const { file, place } of places) {
      const inFile = perFile.get(file) ?? 0;
      if (made === perKind) break;
      if (inFile === perFileMax) continue;
      const edit = planting.edit(place, random);
      const mutant = edit === null ? null : await judgeMutant(file, edit, planting, examine);
      if (mutant === null) continue;
      mutants.push(mutant);
      perFile.set(file, inFile + 1);
      made += 1;
    }
  }
  return mutants;
}

async function readAll(files: readonly SourceFile[], examine: Examine): Promise<readonly Readable[]> {
  const readable: Readable[] = [];
  for (const file of files) {
    const answer = await examine({ id: 0, ...file });
    if (!answer.ok) continue;
    const places = placesOf(file.text, file.language);
    if (places.length > 0) readable.push({ file, places, findings: answer.findings });
  }
  return readable;
}

async function judgeMutant(
  { file, findings }: Readable,
  { start, end, text }: Edit,
  { kind, category }: Planting,
  examine: Examine,
): Promise<Mutant | null> {
  const mutated = file.text.slice(0, start) + text + file.text.slice(end);
  const answer = await examine({ id: 0, path: file.path, language: file.language, text: mutated });
  if (!answer.ok) return null;
  const line = file.text.slice(0, start).split("\n").length;
  const added = text.split("\n").length - 1;
  const before = findings.map((finding) => ({
    ...finding,
    line: added > 0 && finding.line >= line ? finding.line + added : finding.line,
  }));
  const onLine = (list: readonly Finding[]) =>
    list.filter((finding) => finding.line === line).map(({ rule }) => rule);
  const old = onLine(before);
  const isFound = answer.findings.some(
    (finding) => finding.line === line && areAlike(finding.category, category) && !old.includes(finding.rule),
  );
  return {
    kind,
    path: file.path,
    line,
    text: (mutated.split("\n")[line - 1] ?? "").trim(),
    isFound,
    changes: changes(before, answer.findings, line),
  };
}

/** Quality, smells and architecture answer for each other, as in the corpus. */
function areAlike(a: string, b: string): boolean {
  const isOwn = (category: string): boolean => category === "security" || category === "performance";
  return a === b || (!isOwn(a) && !isOwn(b));
}

function changes(before: readonly Finding[], after: readonly Finding[], line: number): readonly string[] {
  const keys = (list: readonly Finding[]) =>
    list
      .filter((finding) => finding.line !== line && isLoud(finding))
      .map((one) => `${one.rule} in line ${one.line}`);
  const [old, now] = [keys(before), keys(after)];
  return [
    ...now.filter((key) => !old.includes(key)).map((key) => `+ ${key}`),
    ...old.filter((key) => !now.includes(key)).map((key) => `- ${key}`),
  ];
}

// What only a look at several files shows: blocks that stand in more than one place, and imports that run in a circle.
import { type Duplicate, duplicates } from "./duplicates.ts";
import { duplicatedBlock, type Footprint, importCycle } from "./footprint.ts";
import { type ImportCycle, importCycles } from "./import-cycles.ts";
import { cycleFilesShownMax, duplicatedLinesHighMin, findingsPerRuleMax } from "./limits.ts";
import type { Finding } from "./report.ts";
import { unsilenced } from "./silence.ts";
import { isTestPath } from "./test-path.ts";

/** A file that was analyzed. */
export interface ProjectFile {
  /** As the report shows it: below the directory that is analyzed, with forward slashes. */
  readonly path: string;
  readonly language: string;
  readonly footprint: Footprint;
}

export interface ProjectExamination {
  /** By path; those that are silenced at their place are left out. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  /** Lines of code that stand elsewhere too, silenced or not. */
  readonly duplicatedLines: number;
  /** Groups of files that import one another in a circle, silenced or not. */
  readonly importCycles: number;
}

export function examineProject(files: readonly ProjectFile[]): ProjectExamination {
  const repeated = duplicates(
    files
      .filter(({ path }) => isCompared(path))
      .map(({ path, language, footprint }) => ({ path, language, lines: footprint.lines })),
  );
  const cycles = importCycles(
    files
      .filter(({ path }) => !isDeclaration(path))
      .map(({ path, language, footprint }) => ({ path, language, imports: footprint.imports })),
  );
  const findings = new Map<string, Finding[]>();
  const add = (path: string, finding: Finding) => {
    const known = findings.get(path) ?? [];
    findings.set(path, known);
    known.push(finding);
  };
  for (const duplicate of repeated) add(duplicate.path, duplicateFinding(duplicate));
  for (const cycle of cycles) add(cycle.paths[0] ?? "", cycleFinding(cycle));
  for (const { path, footprint } of files) {
    const found = findings.get(path);
    if (found !== undefined)
      findings.set(path, unsilenced(found, footprint.silences).slice(0, findingsPerRuleMax));
  }
  return {
    findings,
    duplicatedLines: repeated.reduce((sum, { codeLines }) => sum + codeLines, 0),
    importCycles: cycles.length,
  };
}

/** Tests repeat steps on purpose, and declarations are the shadow of a source. */
function isCompared(path: string): boolean {
  return !isTestPath(path) && !isDeclaration(path);
}

/** What only describes the types of another file is never run. */
function isDeclaration(path: string): boolean {
  return /\.(?:d\.[cm]?ts|pyi)$/.test(path);
}

function duplicateFinding({ line, endLine, codeLines, others, othersCount }: Duplicate): Finding {
  const rest = othersCount - others.length;
  const places = others.map((other) => `${other.path}:${other.line}`).join(", ");
  return {
    rule: duplicatedBlock,
    category: "smells",
    severity: codeLines >= duplicatedLinesHighMin ? "warning" : "info",
    line,
    column: 1,
    endLine,
    message: `these ${codeLines} lines of code are repeated; also at ${places}${rest > 0 ? ` and ${rest} more` : ""}`,
    remedy: "Give the block one home that all its places use, so that a fault is mended once.",
  };
}

function cycleFinding({ paths, begin, files }: ImportCycle): Finding {
  const shown = paths.slice(0, cycleFilesShownMax);
  const hidden = paths.length - shown.length;
  const steps = [...shown, ...(hidden > 0 ? [`${hidden} more`] : []), paths[0]].join(" → ");
  const group =
    files > paths.length ? `, the shortest way round among ${files} files that all reach one another` : "";
  return {
    rule: importCycle,
    category: "architecture",
    severity: "warning",
    line: begin.line,
    column: begin.column,
    endLine: begin.line,
    message: `import cycle: ${steps}${group}`,
    remedy: "Move what both sides need into a file that imports neither, or hand it over as an argument.",
  };
}

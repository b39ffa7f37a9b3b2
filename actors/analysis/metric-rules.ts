// Findings that follow from the metrics of a file. The thresholds and their reasons are in `limits.ts`.
import {
  cognitiveMax,
  cyclomaticMax,
  fileCodeLinesMax,
  functionLinesHighMax,
  functionLinesMax,
  nestingMax,
  parametersMax,
} from "./limits.ts";
import type { Measured, MeasuredFunction } from "./metrics.ts";
import type { Finding } from "./report.ts";

/** Not for tests: a test is a row of steps, often one for each row of a table, and a file of tests a row of tests. */
export function metricFindings(measured: Measured): Finding[] {
  return [
    ...measured.functions.flatMap((found) => complexityFindings(found)),
    ...parameterFindings(measured.functions),
    ...measured.functions.flatMap((found) => lengthFindings(found)),
    ...fileFindings(measured),
  ];
}

function lengthFindings(found: MeasuredFunction): Finding[] {
  const place = { line: found.line, column: found.column, endLine: found.endLine };
  const findings: Finding[] = [];
  if (found.ownCodeLines > functionLinesMax) {
    findings.push({
      rule: "shared/long-function",
      category: "smells",
      severity: found.ownCodeLines > functionLinesHighMax ? "warning" : "info",
      ...place,
      message: `${found.name} has ${found.ownCodeLines} lines of code of its own; more than ${functionLinesMax} no longer fit on a page`,
      remedy: "Move steps that have a name into functions of their own.",
    });
  }
  return findings;
}

/** Once for each name: in Elixir every clause of a function repeats its parameters. */
function parameterFindings(functions: readonly MeasuredFunction[]): Finding[] {
  const many = functions.filter((found) => found.parameters > parametersMax);
  const firsts = new Map(many.map((found) => [found.name, found] as const).reverse());
  return [...firsts.values()].map((found) => ({
    rule: "shared/many-parameters",
    category: "smells",
    severity: "info",
    line: found.line,
    column: found.column,
    endLine: found.endLine,
    message: `${found.name} takes ${found.parameters} parameters; above ${parametersMax} a call cannot be read without the declaration`,
    remedy: "Pass parameters that belong together as one value with named parts.",
  }));
}

/** Of the two complexities only one is named: a function that is hard to read has many paths as well. */
function complexityFindings(found: MeasuredFunction): Finding[] {
  const place = { line: found.line, column: found.column, endLine: found.endLine };
  const findings: Finding[] = [];
  if (found.cognitive > cognitiveMax) {
    findings.push({
      rule: "shared/cognitive-complexity",
      category: "quality",
      severity: "warning",
      ...place,
      message: `${found.name} is hard to follow: its cognitive complexity is ${found.cognitive}, above ${cognitiveMax}`,
      remedy: "Return early, and move nested conditions and loops into functions with a name.",
    });
  } else if (found.cyclomatic > cyclomaticMax) {
    findings.push({
      rule: "shared/cyclomatic-complexity",
      category: "quality",
      severity: "info",
      ...place,
      message: `${found.name} has ${found.cyclomatic} independent paths, above ${cyclomaticMax}: each wants a test`,
      remedy: "Split it by what it decides, or turn the decisions into a table.",
    });
  }
  if (found.nesting > nestingMax) {
    findings.push({
      rule: "shared/deep-nesting",
      category: "quality",
      severity: "warning",
      line: found.deepestLine,
      column: 1,
      endLine: found.deepestLine,
      message: `${found.name} nests control flow ${found.nesting} levels deep here, above ${nestingMax}`,
      remedy: "Return early, or move the inner levels into a function.",
    });
  }
  return findings;
}

function fileFindings({ metrics }: Measured): Finding[] {
  if (metrics.codeLines <= fileCodeLinesMax) return [];
  return [
    {
      rule: "shared/long-file",
      category: "architecture",
      severity: "info",
      line: 1,
      column: 1,
      endLine: 1,
      message: `the file has ${metrics.codeLines} lines of code, above ${fileCodeLinesMax}: it is likely to hold more than one concept`,
      remedy: "Give each concept a file of its own.",
    },
  ];
}

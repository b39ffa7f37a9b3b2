// What a project's own checks said of an answer, for people. What a check printed is as little trusted as anything that runs a project.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { type CoverageFound, lineRanges, type Verification } from "../operations/verification-result.ts";
import { fencedBlock } from "./fenced-block.ts";
import { printable } from "./printable.ts";
import { codeSpan } from "./report-markdown.ts";
import { plural } from "./report-order.ts";
import { type Color, paint, type Terminal } from "./terminal.ts";
import { indented } from "./text-parts.ts";

type Command = Verification["commands"][number];

/** Lines of what a check printed that are shown: its end. `--format json` has more. */
const outputLinesMax = 12;

export function verificationLines(verification: Verification, terminal: Terminal): string[] {
  const { commands, touched } = verification;
  return [
    ...indented(saidOf(verification), 0, terminal),
    ...commands.flatMap((command) => commandLines(command, terminal)),
    ...(touched.length === 0
      ? []
      : indented(
          `The formatter has changed other files too, which stay so: ${touched.map((path) => printable(path, terminal)).join(", ")}`,
          0,
          terminal,
        )),
  ];
}

export function verificationMarkdown(verification: Verification): string[] {
  const { commands, touched } = verification;
  return [
    saidOf(verification),
    ...commands.flatMap(({ kind, outcome, seconds, output }) => [
      `- ${codeSpan(kind)}: ${words[outcome].text}, ${seconds} s`,
      ...(output.trim() === "" ? [] : [fencedBlock(lastLines(sanitizeText(output)).join("\n"), "")]),
    ]),
    ...(touched.length === 0
      ? []
      : [
          `The formatter has changed other files too: ${touched.map((path) => codeSpan(sanitizeText(path))).join(", ")}`,
        ]),
  ];
}

export function coverageLines(coverage: CoverageFound | null, terminal: Terminal): string[] {
  return coverageSaid(coverage).flatMap((text) => indented(text, 0, terminal));
}

/** A sentence of its own where there is a goal. */
export function coverageSaid(coverage: CoverageFound | null): string[] {
  if (coverage === null) return [];
  const { goal, measured, uncovered_lines: lines } = coverage;
  const wanted = `the goal is ${percent(goal)}`;
  if (measured === null) return [`The coverage was not measured; ${wanted}.`];
  const missing = lines === null || lines.length === 0 ? "" : ` Not run: lines ${lineRanges(lines)}.`;
  return [`The tests run through ${percent(measured)} of the lines; ${wanted}.${missing}`];
}

function percent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`;
}

function saidOf({ passed, kept, rounds }: Verification): string {
  const answers = rounds === 1 ? "The answer" : `The last of ${plural(rounds, "answer")}`;
  if (passed) return `${answers} passed your checks:`;
  const files = kept ? "and stays, as you said" : "and was taken back";
  return `${answers} did not pass your checks, ${files}:`;
}

function commandLines({ kind, outcome, seconds, exit, output }: Command, terminal: Terminal): string[] {
  const { text, color } = words[outcome];
  const code = exit === null || exit === 0 ? "" : `, exit code ${exit}`;
  const line = `  ${kind.padEnd(10)}  ${paint(terminal, color, text)}${code}, ${seconds} s`;
  const said = lastLines(output).map((one) => `    ${printable(one, terminal)}`);
  return [line, ...said];
}

function lastLines(output: string): readonly string[] {
  return output
    .trimEnd()
    .split("\n")
    .slice(-outputLinesMax)
    .filter((line, index, all) => all.length > 1 || line !== "" || index > 0);
}

const words: Readonly<Record<Command["outcome"], { readonly text: string; readonly color: Color }>> = {
  passed: { text: "passed", color: "green" },
  failed: { text: "failed", color: "red" },
  failed_before: { text: "fails without the change too, which does not count", color: "yellow" },
  timed_out: { text: "did not end in its time", color: "red" },
};

// Changes of files for people: a unified diff in colours, with nothing in it that a terminal would obey.
import { unifiedDiff } from "../workspace/patch/unified.ts";
import { diffLineCharactersMax, diffLinesMax } from "./limits.ts";
import { plainText, printable } from "./printable.ts";
import { plural } from "./report-order.ts";
import { type Color, paint, type Terminal } from "./terminal.ts";

/** A file before and after; `null` stands for no file. */
export interface ChangedText {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The diff of all of them, one after the other, cut off where nobody would read on. "" where nothing differs. */
export function renderDiff(files: readonly ChangedText[], terminal: Terminal): string {
  const lines = files.flatMap((file) => diffLines(file, terminal));
  const shown = lines.slice(0, diffLinesMax);
  const left = lines.length - shown.length;
  if (left > 0) shown.push(paint(terminal, "gray", `${plural(left, "more line")} not shown`));
  return shown.map((line) => `${line}\n`).join("");
}

/** All of a diff of one file that came as text, such as from a model, without its line endings. */
export function diffText(untrusted: string, terminal: Terminal): string {
  return paintedLines(untrusted.replaceAll("\r\n", "\n"), terminal).join("\n");
}

function diffLines({ path, before, after }: ChangedText, terminal: Terminal): readonly string[] {
  const diff = unifiedDiff(path, before, after);
  // An empty file differs from none in no line.
  if (diff === "") return [];
  const isSameEnding = endingOf(before) === endingOf(after) || before === null || after === null;
  return paintedLines(isSameEnding ? diff.replaceAll("\r\n", "\n") : diff, terminal, diffLineCharactersMax);
}

function paintedLines(diff: string, terminal: Terminal, charactersMax = Number.POSITIVE_INFINITY): string[] {
  const lines = diff.replace(/\n+$/, "").split("\n");
  return lines.map((line, index) => {
    const text = plainText(line.length > charactersMax ? `${line.slice(0, charactersMax)}…` : line, terminal);
    const color = colorOf(line, index);
    return color === undefined ? text : paint(terminal, color, text);
  });
}

function colorOf(line: string, index: number): Color | undefined {
  // The first two lines name the file.
  if (index < 2) return "bold";
  if (line.startsWith("@@")) return "blue";
  if (line.startsWith("+")) return "green";
  if (line.startsWith("-")) return "red";
  return line.startsWith("\\") ? "gray" : undefined;
}

/** The endings that a text has: where both texts have the same, they are no news. */
function endingOf(text: string | null): string {
  const returns = text?.match(/\r\n/g)?.length ?? 0;
  const lines = text?.match(/\n/g)?.length ?? 0;
  return returns === 0 ? "lf" : returns === lines ? "crlf" : "mixed";
}

/** "3 files, 12 lines added, 4 removed": what a change comes to. */
export function changeCounts(files: readonly ChangedText[], terminal: Terminal): string {
  let [added, removed] = [0, 0];
  for (const { path, before, after } of files) {
    for (const line of unifiedDiff(path, before, after).split("\n").slice(2)) {
      if (line.startsWith("+")) added += 1;
      if (line.startsWith("-")) removed += 1;
    }
  }
  const text = `${plural(files.length, "file")}, ${plural(added, "line")} added, ${removed} removed`;
  return printable(text, terminal);
}

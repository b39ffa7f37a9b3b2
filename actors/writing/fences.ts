// Finds the fenced parts of what a model has written. Pure, and in time that grows with the length of the text alone.

/** A fenced part. */
export interface Fence {
  /** What stands behind the opening marks, such as `ts src/app.ts`. */
  readonly info: string;
  /** The lines between the marks, without the indentation of the opening marks; each ends with a line feed. */
  readonly text: string;
  /** The last line with words before it, which may name the file. */
  readonly before: string;
  /** False where the text ends before it does. */
  readonly isClosed: boolean;
}

export interface Fenced {
  readonly fences: readonly Fence[];
  /** The text around them. */
  readonly prose: string;
}

const marks = /^( {0,3})(`{3,}|~{3,})(.*)$/;

/**
 * As CommonMark has it, but for two things that models do. A part may hold fences of its own with marks as long as its own: those
 * that open with a word of their own are counted, and those that stand further in belong to the text.
 */
export function fencesIn(text: string): Fenced {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: Open | undefined;
  let before = "";
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    const found = marksOf(line);
    if (open === undefined) {
      if (found === undefined) {
        prose.push(line);
        if (line.trim() !== "") before = line.trim();
      } else open = { ...found, before, depth: 0, lines: [] };
    } else if (found !== undefined && isAnswer(found, open)) {
      if (found.info !== "") open.depth += 1;
      else if (open.depth > 0) open.depth -= 1;
      else {
        fences.push(fenceOf(open, true));
        open = undefined;
        before = "";
        continue;
      }
      open.lines.push(line);
    } else open.lines.push(line);
  }
  if (open !== undefined) fences.push(fenceOf(open, false));
  return { fences, prose: prose.join("\n").trim() };
}

interface Marks {
  readonly indentation: number;
  readonly mark: string;
  readonly info: string;
}

interface Open extends Marks {
  readonly before: string;
  /** Fences inside that are open. */
  depth: number;
  readonly lines: string[];
}

function marksOf(line: string): Marks | undefined {
  const found = marks.exec(line);
  if (found === null) return undefined;
  const [, indentation = "", mark = "", rest = ""] = found;
  const info = rest.trim();
  // A line of code in one line of prose: ```like this```.
  if (mark.startsWith("`") && info.includes("`")) return undefined;
  return { indentation: indentation.length, mark, info };
}

function isAnswer(found: Marks, open: Open): boolean {
  return (
    found.mark[0] === open.mark[0] &&
    found.mark.length >= open.mark.length &&
    found.indentation <= open.indentation
  );
}

function fenceOf({ info, before, indentation, lines }: Open, isClosed: boolean): Fence {
  const inner = new RegExp(`^ {0,${indentation}}`);
  // What is cut off ends in the middle of a line.
  const whole = isClosed || lines.at(-1) !== "" ? lines : lines.slice(0, -1);
  const text = whole.map((line) => `${line.replace(inner, "")}\n`).join("");
  return { info, text, before, isClosed };
}

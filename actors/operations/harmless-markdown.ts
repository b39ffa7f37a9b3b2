// Markdown that a model wrote, as a page that shows text and nothing else: what a viewer would fetch, run or follow is made text. Pure.
// Code stays as it is, but only where every reader of CommonMark takes it for code: a wrong guess would let a link through.

/** Images, HTML and links to other places are escaped. What is harmless already stays as it is. */
export function harmlessMarkdown(markdown: string): string {
  return new Page(markdown.split("\n")).harmless();
}

/** The text of a page that has a fence around all of it, as models like to write it. */
export function withoutFence(text: string): string {
  const whole = text.trim();
  const inner = /^(`{3,}|~{3,})(?:markdown|md)?[ \t]*\n([\s\S]*)\n\1$/i.exec(whole);
  return inner === null ? whole : (inner[2] ?? "").trim();
}

class Page {
  readonly #lines: readonly string[];
  readonly #shown: string[] = [];
  /** Behind a fence in a list or a quotation, which ends with that: one that is indented may open or close there. */
  #isContained = false;
  /** Where a fence may be open or not, no other is taken for one. */
  #isUnsure = false;
  /** A mark of code without its other half may have it in any later line of the paragraph. */
  #isTorn = false;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  harmless(): string {
    for (let at = 0; at < this.#lines.length; ) {
      const end = this.#endOfCode(at);
      if (end > at) {
        this.#shown.push(...this.#lines.slice(at, end));
        this.#isTorn = false;
      } else this.#shown.push(this.#text(this.#lines[at] ?? ""));
      at = Math.max(end, at + 1);
    }
    return this.#shown.join("\n");
  }

  /** The line behind the block of code that begins here; `at` where none does for sure. */
  #endOfCode(at: number): number {
    const line = this.#lines[at] ?? "";
    const fence = fenceOf(line);
    if (fence === undefined) {
      if (containedFence.test(line)) this.#isContained = true;
      return at;
    }
    if (this.#isUnsure) return at;
    const end = fence.indent === 0 ? this.#endOf(fence, at) : this.#endWithin(fence, at);
    if (end === undefined) this.#isUnsure = true;
    return end ?? at;
  }

  /** Nothing is around a fence at the beginning of a line. */
  #endOf(fence: Fence, at: number): number {
    const { length } = this.#lines;
    for (let next = at + 1; next < length; next += 1)
      if (closes(this.#lines[next] ?? "", fence)) return next + 1;
    return length;
  }

  /** An indented one may belong to an item of a list: it is sure where both readings end with the same line. */
  #endWithin(fence: Fence, at: number): number | undefined {
    if (this.#isContained) return undefined;
    for (let next = at + 1; next < this.#lines.length; next += 1) {
      const line = this.#lines[next] ?? "";
      if (line.trim() === "") continue;
      const indent = line.length - line.trimStart().length;
      if (indent < fence.indent || line.slice(0, indent).includes("\t")) return undefined;
      if (line.trimStart().startsWith(fence.marks))
        return indent === fence.indent && closes(line, fence) ? next + 1 : undefined;
    }
    return undefined;
  }

  #text(line: string): string {
    if (line.trim() === "") this.#isTorn = false;
    const spans = this.#isTorn ? undefined : spansOf(line);
    if (spans === undefined) {
      this.#isTorn = line.trim() !== "";
      return harmlessText(line);
    }
    return spans.map(({ text, isCode }) => (isCode ? text : harmlessText(text))).join("");
  }
}

interface Fence {
  readonly indent: number;
  readonly marks: string;
}

function fenceOf(line: string): Fence | undefined {
  const [, indent = "", marks = "", info = ""] = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  if (marks === "" || (marks.startsWith("`") && info.includes("`"))) return undefined;
  return { indent: indent.length, marks };
}

function closes(line: string, { marks }: Fence): boolean {
  const [, found = ""] = /^ {0,3}(`{3,}|~{3,})[ \t\r]*$/.exec(line) ?? [];
  return found.startsWith(marks);
}

/** Behind marks of lists and quotations, or deeper in them. */
const containedFence = /^[\s>*+\-\d.)]*(?:`{3}|~{3})/;

/** Undefined where a mark of code has no other half in this line. */
function spansOf(line: string): readonly { readonly text: string; readonly isCode: boolean }[] | undefined {
  const runs = [...line.matchAll(/`+/g)].map((run) => ({ from: run.index, marks: run[0] }));
  const spans: { text: string; isCode: boolean }[] = [];
  let done = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const open = runs[index];
    let close = index + 1;
    while (close < runs.length && runs[close]?.marks !== open?.marks) close += 1;
    const end = runs[close];
    if (open === undefined || end === undefined || line[open.from - 1] === "\\") return undefined;
    const text = line.slice(open.from, end.from + end.marks.length);
    // In a row of a table a bar ends the cell, and with it the code.
    spans.push({ text: line.slice(done, open.from), isCode: false }, { text, isCode: !text.includes("|") });
    done = end.from + end.marks.length;
    index = close;
  }
  return [...spans, { text: line.slice(done), isCode: false }];
}

/** What stands behind a backslash is text already; one more backslash would undo that. */
function harmlessText(text: string): string {
  return text.replace(active, (found) => {
    if (found.startsWith("\\")) return found;
    if (found === "<") return "&lt;";
    if (found === "![") return "\\!\\[";
    return found.length === 4 ? `${found.slice(0, 3)}\\.` : `\\${found}`;
  });
}

/**
 * Of links: those to a place within the page or beside it have neither a scheme nor a host, and stay; one behind a colon is a
 * definition for others; of `://` and `www.` viewers make links by themselves.
 */
const active = /\\.|!\[|<(?=[A-Za-z/!?])|\](?=[(:])(?!\((?!\/\/)[\w./#-]+\))|(?<=[A-Za-z]):\/\/|\bwww\./gi;

// Pages of Markdown as parts of larger ones: their headings go down, and their first one is a title. Code in them stays as it is.

/** The headings of a page `levels` deeper, to the sixth level at most. */
export function demoted(markdown: string, levels: number): string {
  return outsideOfCode(markdown, (line) => {
    const [, marks = ""] = /^(#{1,6})(?=\s|$)/.exec(line) ?? [];
    if (marks === "") return line;
    return `${"#".repeat(Math.min(headingLevelsMax, marks.length + levels))}${line.slice(marks.length)}`;
  });
}

/** The first heading of the first level, in the words that are shown; undefined where there is none. */
export function titleOf(markdown: string): string | undefined {
  const [first = ""] = markdown.trimStart().split("\n", 1);
  const [, heading = ""] = /^#\s+(\S.*)$/.exec(first) ?? [];
  return heading === "" ? undefined : shownWords(heading);
}

/** A page without the heading that `titleOf` finds. */
export function withoutTitle(markdown: string): string {
  if (titleOf(markdown) === undefined) return markdown;
  const start = markdown.trimStart();
  const end = start.indexOf("\n");
  return end === -1 ? "" : start.slice(end + 1).trimStart();
}

/** The blocks of code between fences, with the word that stands behind the fence; one that has no end goes on to that of the page. */
export function codeBlocksOf(
  markdown: string,
): readonly { readonly language: string; readonly code: string }[] {
  const blocks: { language: string; code: string }[] = [];
  let fence: { readonly marks: string; readonly indent: number; readonly language: string } | undefined;
  let lines: string[] = [];
  const close = (): void => {
    if (fence !== undefined && lines.some((line) => line.trim() !== ""))
      blocks.push({ language: fence.language, code: `${lines.join("\n")}\n` });
    fence = undefined;
    lines = [];
  };
  for (const line of markdown.replaceAll("\r\n", "\n").split("\n")) {
    const [, indent = "", marks = "", info = ""] = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === undefined) {
      const isFence = marks !== "" && !(marks.startsWith("`") && info.includes("`"));
      if (isFence)
        fence = { marks, indent: indent.length, language: /^\s*([\w+#.-]*)/.exec(info)?.[1] ?? "" };
    } else if (marks.startsWith(fence.marks) && info.trim() === "") close();
    else lines.push(line.replace(new RegExp(`^ {0,${fence.indent}}`), ""));
  }
  close();
  return blocks;
}

const headingLevelsMax = 6;

function outsideOfCode(markdown: string, change: (line: string) => string): string {
  let fence: string | undefined;
  return markdown
    .split("\n")
    .map((line) => {
      const [, marks = "", info = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
      if (fence !== undefined) {
        if (marks.startsWith(fence) && info.trim() === "") fence = undefined;
        return line;
      }
      if (marks !== "" && !(marks.startsWith("`") && info.includes("`"))) fence = marks;
      return fence === undefined ? change(line) : line;
    })
    .join("\n");
}

function shownWords(markdown: string): string {
  return markdown
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .replaceAll("`", "")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&")
    .trim();
}

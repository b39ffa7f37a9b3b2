// Markdown that a model wrote, as a page that shows text and nothing else: what a viewer would fetch, run or follow is made text. Pure.

/** Images, HTML and links to other places are escaped; what stands in code stays as it is. */
export function harmlessMarkdown(markdown: string): string {
  let fence: string | undefined;
  return markdown
    .split("\n")
    .map((line) => {
      const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence !== undefined) {
        if (marks?.startsWith(fence) === true && line.trim() === marks) fence = undefined;
        return line;
      }
      if (marks !== undefined) {
        fence = marks;
        return line;
      }
      return harmlessLine(line);
    })
    .join("\n");
}

/** The text of a page that has a fence around all of it, as models like to write it. */
export function withoutFence(text: string): string {
  const whole = text.trim();
  const inner = /^(`{3,}|~{3,})(?:markdown|md)?[ \t]*\n([\s\S]*)\n\1$/i.exec(whole);
  return inner === null ? whole : (inner[2] ?? "").trim();
}

function harmlessLine(line: string): string {
  return line
    .split(/(`+[^`]*`+)/)
    .map((part, index) => (index % 2 === 1 ? part : harmlessText(part)))
    .join("");
}

function harmlessText(text: string): string {
  return (
    text
      .replaceAll("![", "\\!\\[")
      .replace(/<(?=[A-Za-z/!?])/g, "&lt;")
      // A place within the page or beside it has no scheme and no host.
      .replace(/\](?=\(\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|\/\/|\\))/g, "\\]")
      // A definition of a link that is used elsewhere.
      .replace(/^(\s*)\[([^\]]*)\]:/, "$1\\[$2\\]:")
  );
}

// Says which parts of a file were not examined, where a file was read but for a few definitions.
import type { Span } from "./lines.ts";
import type { Found } from "./listing.ts";

/** One finding for the file, at the first part; none where all was read. `unread` is in order. */
export function unreadPlaces(text: string, unread: readonly Span[]): Found[] {
  const [first] = unread;
  if (first === undefined) return [];
  const places = unread
    .slice(0, shownMax)
    .map(({ start, end }) => [lineOf(text, start), lineOf(text, end)] as const);
  const shown = places.map(([line, endLine]) => (line === endLine ? `${line}` : `${line}-${endLine}`));
  const more = unread.length > shownMax ? ` and ${unread.length - shownMax} more places` : "";
  const [line, endLine] = places[0] ?? [1, 1];
  return [
    {
      rule: "shared/unread-code",
      oncePerFile: true,
      category: "quality",
      severity: "hint",
      line,
      column: first.start - text.lastIndexOf("\n", first.start - 1),
      endLine,
      message: `the parser cannot place the macros or directives at lines ${shown.join(", ")}${more}; the definitions there were not examined and are not in the metrics`,
      remedy:
        "Review these lines by eye, or write the macro so that it reads like a statement or a declaration.",
    },
  ];
}

const shownMax = 5;

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

// A line of a text with a caret below what is meant, as wide as that: whatever the characters are, and however long the line is.
import { printable } from "../../actors/rendering/printable.ts";
import { widthOf } from "../../actors/rendering/wrap.ts";
import type { Terminal } from "../terminal.ts";

/** Characters of the line that are looked at on each side: more than any terminal shows. */
const aroundCharactersMax = 400;

const cut = "...";

/**
 * Two lines: that of `text` in which `at` stands, made printable, and the caret. Where the line is too long it is cut on one side
 * or both, around what is meant.
 * @param at UTF-16 units, from 0; `length` of them are meant
 */
export function pointed(
  text: string,
  { at, length }: { readonly at: number; readonly length: number },
  terminal: Terminal,
  indent = "  ",
): readonly [line: string, caret: string] {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const newline = text.indexOf("\n", at);
  const end = newline === -1 ? text.length : newline;
  const room = terminal.columns - indent.length;
  const before = text.slice(Math.max(start, at - aroundCharactersMax), at);
  const meant = text.slice(at, Math.min(end, at + Math.max(1, length)));
  const behind = text.slice(at + meant.length, Math.min(end, at + meant.length + aroundCharactersMax));
  const shown = {
    before: charactersOf(before, terminal),
    meant: charactersOf(meant.slice(0, aroundCharactersMax), terminal),
    behind: charactersOf(behind, terminal),
  };
  const left = Math.floor(room / 2);
  const wide = widthIn(shown.before) + widthIn(shown.meant) + widthIn(shown.behind);
  const isWhole = wide <= room && before.length === at - start && at + meant.length + behind.length === end;
  const first = isWhole ? shown.before.join("") : lastOf(shown.before, left);
  const rest = [...shown.meant, ...shown.behind];
  const line = first + (isWhole ? rest.join("") : firstOf(rest, room - widthOf(first)));
  const caretWidth = Math.min(Math.max(1, widthIn(shown.meant)), Math.max(1, room - widthOf(first)));
  return [indent + line, `${indent}${" ".repeat(widthOf(first))}${"^".repeat(caretWidth)}`];
}

/** Graphemes, each as it is shown. */
function charactersOf(text: string, terminal: Terminal): string[] {
  return [...graphemes.segment(text)].map(({ segment }) => printable(segment, terminal));
}

function widthIn(characters: readonly string[]): number {
  return characters.reduce((sum, character) => sum + widthOf(character), 0);
}

function firstOf(characters: readonly string[], columns: number): string {
  if (widthIn(characters) <= columns) return characters.join("");
  return taken(characters, columns - cut.length).join("") + cut;
}

function lastOf(characters: readonly string[], columns: number): string {
  if (widthIn(characters) <= columns) return characters.join("");
  return (
    cut +
    taken(characters.toReversed(), columns - cut.length)
      .toReversed()
      .join("")
  );
}

/** The first of them that have room. */
function taken(characters: readonly string[], columns: number): string[] {
  let width = 0;
  const all: string[] = [];
  for (const character of characters) {
    width += widthOf(character);
    if (width > columns) break;
    all.push(character);
  }
  return all;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

// Masks the secrets in a text that is to leave the machine. Lines stay where they are, so that places in the text stay true.
// It looks for more than the rules of an analysis do and asks none of them: a line masked too much costs a model little, and
// one masked too little cannot be taken back.
import { formatSpans } from "./masking/formats.ts";
import { literalsOf } from "./masking/literals.ts";
import { namedValueSpans } from "./masking/named-values.ts";
import { callSpans } from "./masking/nearby-literals.ts";
import { randomSpans } from "./masking/random-strings.ts";
import type { Span } from "./masking/span.ts";

export interface MaskOptions {
  /** False for a text that is in no programming language: there a value needs no quotes. */
  readonly isCode: boolean;
  /** Lines, from 1, that are known to hold a secret: every string on them is masked. */
  readonly lines?: ReadonlySet<number>;
}

export interface Masked {
  /** With as many lines as before. */
  readonly text: string;
  /** Places that were masked. */
  readonly masked: number;
}

/** What stands in place of a secret. */
export const mask = "[masked]";

/** Values that are looked for in the rest of the text; a file with more secrets of its own is a list of them. */
const repeatedValuesMax = 100;

/** Shorter values, and words, stand in a text for many reasons. */
const repeatedCharactersMin = 8;

export function maskSecrets(text: string, { isCode, lines = new Set() }: MaskOptions): Masked {
  const found = inOrder([
    ...formatSpans(text),
    ...namedValueSpans(text, isCode),
    ...randomSpans(text),
    ...callSpans(text),
    ...literalsOn(text, lines),
  ]);
  const spans = inOrder([...found, ...repeatsOf(text, found)]);
  return { text: replaced(text, spans), masked: spans.length };
}

/** By their place, those that touch or overlap as one. */
function inOrder(spans: readonly Span[]): Span[] {
  const sorted = spans.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
  const joined: Span[] = [];
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && span.start <= last.end) {
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else joined.push(span);
  }
  return joined;
}

function literalsOn(text: string, lines: ReadonlySet<number>): Span[] {
  if (lines.size === 0) return [];
  const spans: Span[] = [];
  let line = 1;
  for (let at = 0; at < text.length; line += 1) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    if (lines.has(line)) spans.push(...literalsOf(text, at, end));
    at = end + 1;
  }
  return spans;
}

/** The other places of a text where a value stands that was masked somewhere. */
function repeatsOf(text: string, spans: readonly Span[]): Span[] {
  const values = new Set<string>();
  for (const { start, end } of spans) {
    const value = text.slice(start, end);
    const isTelling = value.length >= repeatedCharactersMin && /[a-z]/i.test(value) && /\d/.test(value);
    if (isTelling && values.size < repeatedValuesMax) values.add(value);
  }
  const repeats: Span[] = [];
  for (const value of values) {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
      repeats.push({ start: at, end: at + value.length });
    }
  }
  return repeats;
}

function replaced(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(at, start), text.slice(start, end).replace(/[^\r\n]+/g, mask));
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

// Colours for a result that came as plain text from a node: they are made here, after what came was sanitized.
import { plainText } from "../../actors/rendering/printable.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";

/** `text` fit for the terminal, with texts, numbers and words of JavaScript in colours where it takes any. */
export function coloredValue(text: string, terminal: Terminal): string {
  const clean = plainText(text, terminal);
  if (!terminal.colors || clean.length > coloredCharactersMax) return clean;
  return clean.replace(parts, (part) => paint(terminal, colorOf(part), part));
}

function colorOf(part: string): Color {
  if (/^['"`]/.test(part)) return "green";
  return /^(undefined|null)$/.test(part) ? "gray" : "yellow";
}

const parts =
  /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\\n]|\\.)*`|(?<![\w.<])(?:true|false|null|undefined|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?n?)(?![\w.>])/g;

/** More is not read, and takes a while. */
const coloredCharactersMax = 100_000;

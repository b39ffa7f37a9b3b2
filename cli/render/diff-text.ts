// A unified diff for a terminal: in colours where it takes any, and with nothing in it that the terminal would obey.
import { paint, type Terminal } from "../terminal.ts";
import { plainText } from "./value-colors.ts";

export function diffText(untrusted: string, terminal: Terminal): string {
  return untrusted
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => painted(plainText(line, terminal), terminal))
    .join("\n");
}

function painted(line: string, terminal: Terminal): string {
  if (line.startsWith("--- ") || line.startsWith("+++ ")) return paint(terminal, "bold", line);
  if (line.startsWith("@@")) return paint(terminal, "blue", line);
  if (line.startsWith("+")) return paint(terminal, "green", line);
  return line.startsWith("-") ? paint(terminal, "red", line) : line;
}

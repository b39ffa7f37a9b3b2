// The parser: a program of its own behind a supervised port, started when it is first needed.
import { fileURLToPath } from "node:url";
import { type PortProtocol, port } from "../../runtime/port.ts";

// Beside the sources lies no program that Node could run; the built one is used from there, too.
const program = import.meta.url.endsWith(".ts")
  ? "../../dist/actors/analysis/parser-program.js"
  : "./parser-program.js";

export type Parser = PortProtocol;

/** The name that parser number `index` holds. */
export function parserName(index: number): string {
  return `analysis.parser.${index}`;
}

/** Defines parser number `index`; the program is run by `node`, the path of a Node.js executable. */
export function parser(index: number, node: string, requestTimeoutMs: number) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return port(parserName(index), { command: node, args: [path], requestTimeoutMs });
}

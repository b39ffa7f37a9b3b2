// The parser: a program of its own behind a supervised port, started when it is first needed.
import { fileURLToPath } from "node:url";
import { type PortProtocol, port } from "../../runtime/port.ts";
import type { AnalysisRule } from "./catalog.ts";
import type { RulesMessage } from "./protocol.ts";

// Beside the sources lies no program that Node could run; the built one is used from there, too.
const program = import.meta.url.endsWith(".ts")
  ? "../../dist/actors/analysis/parser-program.js"
  : "./parser-program.js";

export type Parser = PortProtocol;

/** The name that parser number `index` holds. */
export function parserName(index: number): string {
  return `analysis.parser.${index}`;
}

export interface ParserOptions {
  /** The path of the Node.js executable that runs the program. */
  readonly node: string;
  readonly requestTimeoutMs: number;
  /** The user's own: each start of the program is told them. */
  readonly userRules: readonly AnalysisRule[];
}

/** Defines parser number `index`. */
export function parser(index: number, { node, requestTimeoutMs, userRules }: ParserOptions) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const told = userRules.length === 0 ? {} : { opening: { userRules } satisfies RulesMessage };
  return port(parserName(index), { command: node, args: [path], requestTimeoutMs, ...told });
}

// The parsers' tree: ports to parser programs, each started again when a file has brought it down.
import { availableParallelism } from "node:os";
import type { AnalysisRule } from "../../actors/analysis/catalog.ts";
import type { AnalysisConfiguration } from "../../actors/analysis/config.ts";
import { parser, parserName } from "../../actors/analysis/parser.ts";
import { child, type SupervisorLogic, supervisor } from "../../runtime/index.ts";

/** A directory of hostile files may bring a parser down with every one of them, which is no reason to give up the others. */
const restarts = { maxRestarts: 1_000, withinMs: 10_000 };

/** Above this the reading of files is what takes the time, and each parser holds some 70 MB. */
const parsersMaxByDefault = 8;

/** As many as are configured, else one for each core. */
export function parserCount({ max_parsers }: AnalysisConfiguration): number {
  return max_parsers ?? Math.min(availableParallelism(), parsersMaxByDefault);
}

export interface ParsersOptions {
  readonly configuration: AnalysisConfiguration;
  /** The path of the Node.js executable that runs the parser program. */
  readonly node: string;
  /** The user's own rules that are applied beside ours. */
  readonly userRules: readonly AnalysisRule[];
}

export function parsersTree({ configuration, node, userRules }: ParsersOptions): SupervisorLogic {
  const options = { node, requestTimeoutMs: configuration.parser_timeout_ms, userRules };
  const children = Array.from({ length: parserCount(configuration) }, (_, index) =>
    child(parser(index, options), { name: parserName(index) }),
  );
  return supervisor("analysis.parsers", { strategy: "one_for_one", ...restarts, children });
}

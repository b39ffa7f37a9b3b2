// The language models of a program's own node, as whoever started it asks about them.
import { healthOf, modelsOf, usageOf } from "../actors/control/llm.ts";
import type { LlmHealthReport, LlmModelsReport, LlmUsageReport } from "../actors/control/llm-shapes.ts";
import type { Node } from "../runtime/index.ts";

/** For each: `entry` is one of llm.providers; all of them where it is left out. */
interface Meant {
  readonly entry?: string | undefined;
}

export interface LlmLook {
  /**
   * How the providers are. Each is asked which models it has, which costs nothing.
   * @throws {AiexError} `no_provider`, `unknown_provider`: there is no such entry
   */
  health(meant?: Meant): Promise<LlmHealthReport>;
  /** Which models they have. @throws as `health` */
  models(meant?: Meant): Promise<LlmModelsReport>;
  /** What they were used for in the last days, today the first. */
  usage(request: { readonly days: number }): Promise<LlmUsageReport>;
}

export function llmLook(node: Pick<Node, "call">): LlmLook {
  return {
    health: (meant = {}) => healthOf(node.call, meant),
    models: (meant = {}) => modelsOf(node.call, meant),
    usage: (request) => usageOf(node.call, request),
  };
}

// The whole application as one tree.

import type { AnswerCache } from "../../actors/analysis/answer-cache.ts";
import type { AnalysisRule } from "../../actors/analysis/catalog.ts";
import { contextManager } from "../../actors/context/manager.ts";
import { configuredProviders } from "../../actors/llm/providers/configured.ts";
import { analyzeOperations } from "../../actors/operations/analyze.ts";
import { reviewOperations } from "../../actors/operations/review.ts";
import { ruleOperations } from "../../actors/operations/rules.ts";
import { workspaceLimits } from "../../actors/workspace/config.ts";
import { workspaceReader } from "../../actors/workspace/reader.ts";
import { child, type SupervisorLogic, supervisor, type World } from "../../runtime/index.ts";
import type { ConfigurationValues } from "../config.ts";
import { llmSupervisor } from "./llm.ts";
import { parserCount, parsersTree } from "./parsers.ts";
import { pipelineTree } from "./pipeline.ts";

export interface RootOptions {
  readonly world: World;
  readonly configuration: ConfigurationValues;
  /** Where relative paths start. */
  readonly directory: string;
  /** The Node.js executable that runs programs of ours. */
  readonly node: string;
  /** The user's own rules that are applied beside ours. */
  readonly userRules: readonly AnalysisRule[];
  /** What the parsers have said before. */
  readonly cache: AnswerCache;
}

/** Five children that restart apart from each other: an unlucky second may take each of them twice and no more. */
const restarts = { maxRestarts: 10, withinMs: 5_000 };

/** Nobody depends on a sibling's memory, and all ask each other by name: one_for_one. */
export function rootTree(options: RootOptions): SupervisorLogic {
  const { world, configuration, directory, node, userRules, cache } = options;
  const { workspace, analysis, context, llm, pipeline } = configuration;
  const limits = workspaceLimits(workspace);
  const contextLimits = {
    bytesMax: context.max_memory_mb * 1024 * 1024,
    sessionsMax: context.max_sessions,
    sessionTimeoutMs: context.session_timeout_ms,
  };
  const operations = {
    ...analyzeOperations({ limits, parsers: parserCount(analysis), cache }),
    ...ruleOperations,
    ...reviewOperations(limits),
  };
  return supervisor("aiex", {
    strategy: "one_for_one",
    ...restarts,
    children: [
      child(workspaceReader(world), { name: "workspace.reader", input: { limits, directory } }),
      child(contextManager(world.clock), { name: "context.manager", input: { limits: contextLimits } }),
      child(llmSupervisor(llm, configuredProviders(llm)), { name: "llm" }),
      child(parsersTree({ configuration: analysis, node, userRules }), { name: "analysis.parsers" }),
      child(pipelineTree(operations, pipeline, world.clock), { name: "pipeline" }),
    ],
  });
}

// The whole application as one tree.

import type { AnswerCache } from "../../actors/analysis/answer-cache.ts";
import type { AnalysisRule } from "../../actors/analysis/catalog.ts";
import type { AuditLog } from "../../actors/audit/audit-log.ts";
import { auditor, auditorName, auditScope } from "../../actors/audit/auditor.ts";
import type { SessionStore } from "../../actors/context/sessions/session-store.ts";
import type { Provider } from "../../actors/llm/provider.ts";
import { analyzeOperations } from "../../actors/operations/analyze.ts";
import { chatOperations } from "../../actors/operations/chat.ts";
import { contextOperations } from "../../actors/operations/context-of.ts";
import { sayingOperations } from "../../actors/operations/model.ts";
import { operationsThatAsk } from "../../actors/operations/model-operations.ts";
import { reviewOperations } from "../../actors/operations/review.ts";
import { ruleOperations } from "../../actors/operations/rules.ts";
import { pipelineEndOperations } from "../../actors/pipeline/outcome.ts";
import { pipelineStepOperations } from "../../actors/pipeline/step.ts";
import type { RunStore } from "../../actors/runs/run-store.ts";
import { accessOf } from "../../actors/workspace/access/of-run.ts";
import { ownAccess } from "../../actors/workspace/access/own.ts";
import type { ChangeKeeper } from "../../actors/workspace/changes/keeper.ts";
import { workspaceLimits } from "../../actors/workspace/config.ts";
import { workspaceDesk } from "../../actors/workspace/desk.ts";
import { workspaceDeskName, workspaceScope } from "../../actors/workspace/desk-protocol.ts";
import type { Trust } from "../../actors/workspace/instructions.ts";
import { workspaceReader } from "../../actors/workspace/reader.ts";
import { sandboxOf } from "../../actors/workspace/sandbox.ts";
import { verifierName, workspaceVerifier } from "../../actors/workspace/verify/verifier-process.ts";
import {
  type ChildSpec,
  child,
  groupScope,
  type Ownership,
  type SupervisorLogic,
  supervisor,
  type World,
} from "../../runtime/index.ts";
import type { ConfigurationValues } from "../config.ts";
import { verifierOptions } from "../verifier.ts";
import { indexChildren, type Sketches } from "./context-index.ts";
import { type LlmTreeOptions, llmSupervisor } from "./llm.ts";
import { parserCount, parsersTree } from "./parsers.ts";
import { runsChildren } from "./runs.ts";
import { sessionsChildren } from "./sessions.ts";

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
  /** What was found in files before. */
  readonly sketches: Sketches;
  /** Who answers for each entry of llm.providers, by its name. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Where a program that is alone keeps what models cost; left out where its cluster keeps that. */
  readonly spentFolder?: string;
  /** Where the sessions of this program's user are kept. */
  readonly sessions: SessionStore;
  /** The name of the node that it runs on. */
  readonly name: string;
  /** Knows which projects this program's user trusts. */
  readonly trust: Trust;
  /** What happened is noted there; undefined where nothing is audited. */
  readonly audit: AuditLog | undefined;
  /** Hears sentences for people about what the audit log misses. */
  readonly onLost?: ((sentence: string) => void) | undefined;
  /** What keeps the changes of the files here. */
  readonly changes: ChangeKeeper;
  /** Where the runs of this program are kept. */
  readonly store: RunStore;
  /** What the node owns in its cluster; left out where it is a node that no other knows. */
  readonly ownership?: (() => Ownership | undefined) | undefined;
}

/** These children that restart apart from each other: an unlucky second may take each of them twice and no more. */
const restarts = { maxRestarts: 10, withinMs: 5_000 };

/** Nobody depends on a sibling's memory, and all ask each other by name: one_for_one. */
export function rootTree(options: RootOptions): SupervisorLogic {
  const { world, configuration, directory, node, userRules, cache, sketches, name } = options;
  const { store, ownership, changes } = options;
  const { workspace, analysis, context, llm, pipeline, runs, cluster } = configuration;
  const { audit, onLost = () => undefined } = options;
  const limits = workspaceLimits(workspace);
  const sandbox = sandboxOf(configuration.sandbox);
  const parsers = parserCount(analysis);
  const analyses = { ...analyzeOperations({ limits, parsers, cache }), ...reviewOperations };
  const operations = {
    ...analyses,
    ...ruleOperations,
    ...sayingOperations,
    ...operationsThatAsk({ cache, parsers }),
    ...pipelineStepOperations({
      ...{ operations: analyses, cache, parsers },
      parallelMax: pipeline.max_parallel_steps,
    }),
    ...pipelineEndOperations,
    ...chatOperations({ cache, limits }),
    ...contextOperations,
  };
  const own = ownAccess();
  const isAlone = ownership === undefined;
  const ofRuns = runsChildren({
    ...{ world, node: name, operations, pipeline, configuration: runs, store, ownership },
    // Nobody but the person who started it has runs of a program that is alone, and they may name any file of theirs.
    workspaceOf: (ref, blobs) => (isAlone ? own : accessOf({ node: name, blobs, limits })(ref)),
  });
  const models: LlmTreeOptions = {
    spreading: cluster,
    store: () => ownership?.()?.store,
    folder: options.spentFolder,
  };
  return supervisor("aiex", {
    strategy: "one_for_one",
    ...restarts,
    children: [
      ...(isAlone ? [] : [child(groupScope(auditScope), { id: auditScope })]),
      child(auditor({ log: audit, node: isAlone ? undefined : name, onLost }), { name: auditorName }),
      child(workspaceReader(world, changes, options.trust), {
        name: "workspace.reader",
        input: { limits, directory, sandbox },
      }),
      child(workspaceVerifier(verifierOptions(world, configuration, directory, options.trust)), {
        name: verifierName,
      }),
      ...sessionsChildren({ world, node: name, configuration: context, own: options.sessions, ownership }),
      child(llmSupervisor(llm, options.providers, models), { name: "llm" }),
      ...indexChildren({
        ...{ world, context, directory, sandbox, sketches, limits },
        parsers: parserCount(analysis),
      }),
      child(parsersTree({ configuration: analysis, node, userRules }), { name: "analysis.parsers" }),
      ...(isAlone ? [] : sharedFiles(world, name)),
      ...ofRuns,
    ],
  });
}

/** How nodes give each other the files that runs need. */
function sharedFiles(world: World, node: string): readonly ChildSpec[] {
  return [
    child(groupScope(workspaceScope), { id: workspaceScope }),
    child(workspaceDesk({ world, node }), { name: workspaceDeskName }),
  ];
}

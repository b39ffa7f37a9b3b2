// Runs one command line: parses it, hands it to its command, shows what goes wrong, and gives the exit code.

import type { Asking } from "./asking.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { showFailure, showNotice } from "./failure.ts";
import type { Host } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { parseCommandLine } from "./parse.ts";

export type Runner = (asking: Asking) => Promise<ExitCode>;

/** The commands by their words, and how each is loaded. */
export type Runners = Readonly<Record<string, () => Runner | Promise<Runner>>>;

/** Never rejects. */
export async function run(
  words: readonly string[],
  host: Host,
  interruption: Interruption,
  loadable: Runners = runners,
): Promise<ExitCode> {
  try {
    const parsed = parseCommandLine(words);
    const name = parsed.command.words.join(" ");
    const runner = await loadable[name]?.();
    if (runner === undefined) throw new Error(`The command table holds "${name}", which nothing runs.`);
    return await runner({ parsed, host, interruption });
  } catch (error) {
    const code = interruption.exitCode();
    if (code === undefined) return showFailure(error, host);
    await showNotice(code === exitCodes.interrupted ? "Interrupted." : "Terminated.", host);
    return code;
  }
}

/** Each command loads what it needs, and nothing of the others. */
export const runners: Runners = {
  "ai analyze": async () => (await import("./commands/analyze.ts")).analyze,
  "ai generate": async () => (await import("./commands/operation.ts")).generate,
  "ai test-generate": async () => (await import("./commands/operation.ts")).testGenerate,
  "ai refactor": async () => (await import("./commands/operation.ts")).refactor,
  "ai document": async () => (await import("./commands/operation.ts")).document,
  "ai explain": async () => (await import("./commands/operation.ts")).explain,
  "ai workflow": async () => (await import("./commands/workflow-run.ts")).aiWorkflow,
  "ai chat": async () => (await import("./commands/chat.ts")).chat,
  pipeline: async () => (await import("./commands/pipeline.ts")).pipeline,
  "pipeline validate": async () => (await import("./commands/pipeline-look.ts")).pipelineValidate,
  "pipeline list": async () => (await import("./commands/pipeline-look.ts")).pipelineList,
  "workflow create": async () => (await import("./commands/workflow-change.ts")).workflowCreate,
  "workflow list": async () => (await import("./commands/workflow-look.ts")).workflowList,
  "workflow show": async () => (await import("./commands/workflow-look.ts")).workflowShow,
  "workflow run": async () => (await import("./commands/workflow-run.ts")).workflowRun,
  "workflow edit": async () => (await import("./commands/workflow-change.ts")).workflowEdit,
  "workflow export": async () => (await import("./commands/workflow-look.ts")).workflowExport,
  "workflow import": async () => (await import("./commands/workflow-change.ts")).workflowImport,
  "workflow delete": async () => (await import("./commands/workflow-change.ts")).workflowDelete,
  "pipeline examples": async () => (await import("./commands/pipeline-look.ts")).pipelineExamples,
  "runs list": async () => (await import("./commands/runs-list.ts")).runsList,
  "runs show": async () => (await import("./commands/runs-show.ts")).runsShow,
  "runs follow": async () => (await import("./commands/runs-follow.ts")).runsFollow,
  "runs resume": async () => (await import("./commands/runs-follow.ts")).runsResume,
  "runs fork": async () => (await import("./commands/runs-follow.ts")).runsFork,
  "runs cancel": async () => (await import("./commands/runs-cancel.ts")).runsCancel,
  "runs rm": async () => (await import("./commands/runs-rm.ts")).runsRm,
  "context index": async () => (await import("./commands/context-index.ts")).contextIndex,
  "context show": async () => (await import("./commands/context-show.ts")).contextShow,
  "template list": async () => (await import("./commands/template.ts")).templateList,
  "template show": async () => (await import("./commands/template.ts")).templateShow,
  "template test": async () => (await import("./commands/template.ts")).templateTest,
  "audit verify": async () => (await import("./commands/audit.ts")).auditVerify,
  "audit list": async () => (await import("./commands/audit.ts")).auditList,
  "audit search": async () => (await import("./commands/audit.ts")).auditSearch,
  undo: async () => (await import("./commands/undo.ts")).undo,
  "rules list": async () => (await import("./commands/rules-list.ts")).rulesList,
  "rules show": async () => (await import("./commands/rules-show.ts")).rulesShow,
  "rules test": async () => (await import("./commands/rules-test.ts")).rulesTest,
  send: async () => (await import("./commands/send.ts")).send,
  call: async () => (await import("./commands/call.ts")).call,
  top: async () => (await import("./commands/top.ts")).top,
  tree: async () => (await import("./commands/tree.ts")).tree,
  status: async () => (await import("./commands/status.ts")).status,
  attach: async () => {
    const { attach } = await import("./commands/attach.ts");
    return ({ parsed, host, interruption }) => attach(parsed, host, interruption);
  },
  "node start": async () => (await import("./commands/node-start.ts")).nodeStart,
  "node stop": async () => (await import("./commands/node-stop.ts")).nodeStop,
  "node list": async () => (await import("./commands/node-list.ts")).nodeList,
  "cluster connect": async () => (await import("./commands/cluster-connect.ts")).clusterConnect,
  "cluster join": async () => (await import("./commands/cluster-join.ts")).clusterJoin,
  "cluster drain": async () => (await import("./commands/cluster-drain.ts")).clusterDrain,
  "cluster move": async () => (await import("./commands/cluster-move.ts")).clusterMove,
  "cluster status": async () => (await import("./commands/cluster-look.ts")).clusterStatus,
  "cluster nodes": async () => (await import("./commands/cluster-look.ts")).clusterNodes,
  "cluster health": async () => (await import("./commands/cluster-look.ts")).clusterHealth,
  "cluster init": async () => (await import("./commands/cluster-init.ts")).clusterInit,
  "context status": async () => (await import("./commands/context-look.ts")).contextStatus,
  "context sessions": async () => (await import("./commands/context-look.ts")).contextSessions,
  "context clear": async () => (await import("./commands/context-clear.ts")).contextClear,
  "llm health": async () => (await import("./commands/llm-look.ts")).llmHealth,
  "llm models": async () => (await import("./commands/llm-look.ts")).llmModels,
  "llm usage": async () => (await import("./commands/llm-look.ts")).llmUsage,
  "llm test": async () => (await import("./commands/llm-test.ts")).llmTest,
  "llm breaker": async () => (await import("./commands/llm-breaker.ts")).llmBreaker,
  serve: async () => (await import("./commands/serve.ts")).serve,
  trust: async () => (await import("./commands/trust.ts")).trust,
  "config show": async () => (await import("./commands/config-show.ts")).configShow,
};

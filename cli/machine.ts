// The command on the real machine: its streams, signals and files, the configuration, and the library beneath.
import { homedir } from "node:os";
import type { World } from "../runtime/world.ts";
import { realWorld } from "../runtime/worlds/real.ts";
import type { Configuration, FlagSetting } from "../supervisors/config.ts";
import { exitCodes } from "./exit-codes.ts";
import { showFailure, showNotice } from "./failure.ts";
import type { Host, Nodes, Settings, TextOutput } from "./host.ts";
import { watchInterruption } from "./interruption.ts";
import { textOutput } from "./output.ts";
import { run } from "./run.ts";
import { version } from "./version.ts";

/** Runs the command line `words` and ends the program with its exit code. */
export async function runOnMachine(words: readonly string[]): Promise<never> {
  const world = realWorld();
  const host = realHost(world);
  // Nobody is left to tell when standard error breaks.
  process.stderr.on("error", () => undefined);
  process.on("uncaughtException", (error) => {
    // Another listener knows better what to do with what is still running.
    if (process.listenerCount("uncaughtException") > 1) return;
    void showFailure(error, host).finally(() => process.exit(exitCodes.internal));
  });
  const interruption = watchInterruption({
    signals: process,
    timers: world.timers,
    endNow: (code) => process.exit(code),
  });
  process.exit(await run(words, host, interruption));
}

function realHost(world: World): Host {
  const stderr = textOutput(process.stderr, { ignoresErrors: true });
  return {
    world,
    env: process.env,
    platform: process.platform,
    get stdin() {
      return process.stdin;
    },
    stdout: textOutput(process.stdout, { ignoresErrors: false }),
    stderr,
    inForeground: async (options) =>
      (await import("../runtime/programs/foreground.ts")).runInForeground(options),
    settings: (flags = []) => loadSettings(world, stderr, flags),
    remotes: async () => (await import("./remotes.ts")).loadRemotes(world),
    nodes: (flags) => loadNodes(world, stderr, flags),
  };
}

async function loadNodes(world: World, log: TextOutput, flags: readonly FlagSetting[]): Promise<Nodes> {
  const { loadConfiguration } = await import("../supervisors/config.ts");
  const configuration = await loadConfiguration(sourcesOf(world, flags));
  return {
    warnings: configuration.warnings,
    start: async (request) => {
      const { startRunningNode } = await import("../supervisors/cluster/running-node.ts");
      return startRunningNode({
        ...{ ...request, world, configuration, program: version, log },
        onRecovered: telling(log),
      });
    },
    serve: async (request) => {
      const { serveNodeName, serveOpenai } = await import("../supervisors/openai/serve.ts");
      const named = flags.some(({ key }) => key === "cluster.node_name")
        ? configuration
        : withNodeName(configuration, serveNodeName());
      return serveOpenai({
        ...request,
        ...{ world, log, configuration: named, program: version, platform: process.platform },
      });
    },
    list: async () => {
      const { commandName } = await import("../supervisors/remote/connection.ts");
      const { listNodes } = await import("../supervisors/cluster/node-list.ts");
      return listNodes(world, configuration, commandName());
    },
  };
}

async function loadSettings(world: World, log: TextOutput, flags: readonly FlagSetting[]): Promise<Settings> {
  const { describeConfiguration, loadConfiguration } = await import("../supervisors/config.ts");
  const { auditOf, openAudit } = await import("../supervisors/audit.ts");
  const { ruleBook } = await import("../supervisors/rule-book.ts");
  const { promptBook } = await import("../supervisors/prompts.ts");
  const loaded = await loadConfiguration(sourcesOf(world, flags));
  const directory = loaded.values.workspace.project_dir ?? process.cwd();
  const onRecovered = telling(log);
  return {
    rows: describeConfiguration(loaded),
    warnings: loaded.warnings,
    ruleBook: ruleBook(world.files, loaded.userRules),
    promptBook: promptBook({ files: world.files, userFolder: loaded.folders.user }),
    workflows: async () => {
      const { workflowBookFor } = await import("../supervisors/workflows.ts");
      return workflowBookFor(loaded, { files: world.files, directory });
    },
    order: async (analysis) => {
      const { analysisOrder } = await import("../supervisors/runs/analysis.ts");
      return analysisOrder({ files: world.files, configuration: loaded, directory }, analysis);
    },
    operation: async (order) => {
      const { operationOrder } = await import("../supervisors/runs/operation.ts");
      return operationOrder({ files: world.files, configuration: loaded, directory }, order);
    },
    chat: async (chat) => {
      const { chatOrder } = await import("../supervisors/runs/chat.ts");
      return chatOrder({ files: world.files, configuration: loaded, directory }, chat);
    },
    checkPipeline: async (order) => {
      const { checkPipeline } = await import("../supervisors/pipeline-check.ts");
      return checkPipeline({ files: world.files, configuration: loaded, directory }, order);
    },
    pipeline: async (order) => {
      const { pipelineOrder } = await import("../supervisors/runs/pipeline.ts");
      return pipelineOrder({ files: world.files, configuration: loaded, directory }, order);
    },
    partner: async (choice) => {
      const { choosePartner } = await import("../supervisors/runs/chat.ts");
      return choosePartner(loaded, choice);
    },
    connection: async () => {
      const { readConnection } = await import("../supervisors/remote/saved-connection.ts");
      return readConnection(world.files, loaded.folders.user);
    },
    workspace: async () => {
      const { commandWorkspace } = await import("../supervisors/runs/command-workspace.ts");
      return commandWorkspace(world, loaded, directory, onRecovered);
    },
    sessions: async () => {
      const { ownSessions } = await import("../supervisors/own-sessions.ts");
      return ownSessions(world, loaded, directory);
    },
    audit: () => openAudit(world, loaded, "aiex"),
    auditing: () => auditOf(world, loaded, "aiex"),
    changes: async () => {
      const { openChanges } = await import("../supervisors/changes.ts");
      return openChanges(world, loaded, directory, onRecovered);
    },
    start: async (onFailure) => {
      const { startAiex } = await import("../supervisors/aiex.ts");
      let notice: string | undefined;
      const onNotice = (text: string): void => {
        notice = text;
      };
      const aiex = await startAiex({ world, configuration: loaded, onFailure, onNotice, onRecovered, log });
      return { ...aiex, notice };
    },
    startDesk: async (onFailure) => {
      const { startOwnDesk } = await import("../supervisors/runs/own-desk.ts");
      return startOwnDesk({ world, configuration: loaded, onFailure, log });
    },
  };
}

/** Says it on standard error while the command goes on. */
function telling(stderr: TextOutput): (sentence: string) => void {
  return (sentence) => void showNotice(sentence, { stderr, env: process.env, platform: process.platform });
}

function sourcesOf(world: World, flags: readonly FlagSetting[]) {
  return { world, env: process.env, home: homedir(), flags, directory: process.cwd() };
}

/** The node that a configuration names is that of `aiex node start`, and may run beside this one. */
function withNodeName(configuration: Configuration, name: string): Configuration {
  const { values } = configuration;
  return { ...configuration, values: { ...values, cluster: { ...values.cluster, node_name: name } } };
}

// The command in this very program, with a home, a folder and a world of its own: as `cli/machine.ts` has it, and without a process.
import type { Host, Settings } from "../../cli/host.ts";
import { watchInterruption } from "../../cli/interruption.ts";
import { run } from "../../cli/run.ts";
import type { World } from "../../runtime/world.ts";
import { realWorld } from "../../runtime/worlds/real.ts";
import { startAiex } from "../../supervisors/aiex.ts";
import { describeConfiguration, loadConfiguration } from "../../supervisors/config.ts";
import { ownSessions } from "../../supervisors/own-sessions.ts";
import { checkPipeline } from "../../supervisors/pipeline-check.ts";
import { analysisOrder } from "../../supervisors/runs/analysis.ts";
import { chatOrder, choosePartner } from "../../supervisors/runs/chat.ts";
import { operationOrder } from "../../supervisors/runs/operation.ts";
import { pipelineOrder } from "../../supervisors/runs/pipeline.ts";
import { workflowBookFor } from "../../supervisors/workflows.ts";
import type { Ended } from "./stage.ts";

export interface InProgram {
  readonly home: string;
  readonly project: string;
  /** The command line. */
  readonly words: readonly string[];
  /** Whether what is printed goes to a terminal. Nobody types there. */
  readonly isTerminal?: boolean;
  /** Default: the real one. */
  readonly world?: World;
}

export async function runInProgram(given: InProgram): Promise<Ended> {
  const { home, project, words, isTerminal = false, world = realWorld() } = given;
  const written = { out: "", err: "" };
  const output = (name: "out" | "err") => ({
    ...{ isTTY: isTerminal, columns: 100 },
    write: async (text: string) => {
      written[name] += text;
    },
  });
  const nobody = async (): Promise<never> => {
    throw new Error("There are no nodes here.");
  };
  const host: Host = {
    ...{ world, env: { HOME: home, LANG: "C.UTF-8", TERM: "xterm" }, platform: process.platform },
    ...{ settings: () => settingsOf(given, world), remotes: nobody, nodes: nobody, inForeground: nobody },
    stdin: (async function* () {})(),
    ...{ stdout: output("out"), stderr: output("err") },
  };
  const interruption = watchInterruption({
    ...{ timers: world.timers, endNow: () => undefined },
    signals: { on: () => undefined, off: () => undefined },
  });
  const before = process.cwd();
  process.chdir(project);
  try {
    return { code: await run(words, host, interruption), ...written };
  } finally {
    process.chdir(before);
  }
}

async function settingsOf({ home, project }: InProgram, world: World): Promise<Settings> {
  const env = { HOME: home };
  const loaded = await loadConfiguration({ world, env, home, directory: project });
  const values = { ...loaded.values, workspace: { ...loaded.values.workspace, project_dir: project } };
  const configuration = { ...loaded, values };
  const place = { files: world.files, configuration, directory: project };
  const notNeeded = (): never => {
    throw new Error("This is not for commands that run in a program of others.");
  };
  return {
    ...{ rows: describeConfiguration(configuration), warnings: loaded.warnings },
    order: (asked) => analysisOrder(place, asked),
    operation: (asked) => operationOrder(place, asked),
    workflows: async () => workflowBookFor(configuration, { files: world.files, directory: project }),
    checkPipeline: (asked) => checkPipeline(place, asked),
    pipeline: (asked) => pipelineOrder(place, asked),
    chat: (asked) => chatOrder(place, asked),
    partner: async (choice) => choosePartner(configuration, choice),
    connection: async () => undefined,
    sessions: async () => ownSessions(world, configuration, project),
    auditing: () => undefined,
    start: async (onFailure) => ({
      ...(await startAiex({ world, configuration, onFailure })),
      notice: undefined,
    }),
    ruleBook: { rules: notNeeded, casesOf: notNeeded },
    promptBook: { list: notNeeded, show: notNeeded, test: notNeeded } as never,
    ...{ workspace: notNeeded, audit: notNeeded, changes: notNeeded, startDesk: notNeeded },
  };
}

// The command on the real machine: its streams, signals and files, the configuration, and the library beneath.
import { homedir } from "node:os";
import type { World } from "../runtime/world.ts";
import { realWorld } from "../runtime/worlds/real.ts";
import { exitCodes } from "./exit-codes.ts";
import { showFailure } from "./failure.ts";
import type { Host, Settings, TextOutput } from "./host.ts";
import { watchInterruption } from "./interruption.ts";
import { textOutput } from "./output.ts";
import { run } from "./run.ts";

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
    settings: () => loadSettings(world, stderr),
  };
}

async function loadSettings(world: World, log: TextOutput): Promise<Settings> {
  const { describeConfiguration, loadConfiguration } = await import("../supervisors/config.ts");
  const { ruleBook } = await import("../supervisors/rule-book.ts");
  const loaded = await loadConfiguration({ world, env: process.env, home: homedir() });
  return {
    rows: describeConfiguration(loaded),
    warnings: loaded.warnings,
    ruleBook: ruleBook(world.files, loaded.userRules),
    start: async (onFailure) => {
      const { startAiex } = await import("../supervisors/aiex.ts");
      return startAiex({ world, configuration: loaded, onFailure, log });
    },
  };
}

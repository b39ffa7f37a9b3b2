// The index of a command's files, for a run that is elsewhere: begun when a node asks for the first time, since most never ask.
import { askContext } from "../../actors/context/index/ask.ts";
import type { ContextAnswer, ContextQuestion } from "../../actors/context/index/question.ts";
import type { ChangeKeeper } from "../../actors/workspace/changes/keeper.ts";
import { workspaceLimits } from "../../actors/workspace/config.ts";
import { workspaceReader } from "../../actors/workspace/reader.ts";
import { sandboxOf } from "../../actors/workspace/sandbox.ts";
import { Applications, child, type Node, startNode, supervisor, type World } from "../../runtime/index.ts";
import type { Configuration } from "../config.ts";
import { keptSketches } from "../kept-sketches.ts";
import { rulesInEffect } from "../rules.ts";
import { indexChildren } from "../trees/context-index.ts";
import { parserCount, parsersTree } from "../trees/parsers.ts";

export interface CommandIndexOptions {
  readonly world: World;
  readonly configuration: Configuration;
  /** Where relative paths start; nothing outside of it is told. */
  readonly directory: string;
  readonly changes: ChangeKeeper;
}

export interface CommandIndex {
  /** Never rejects: that there is no index is an answer. */
  ask(question: ContextQuestion): Promise<ContextAnswer>;
  /** Stops what was begun. It may be asked again. */
  close(): Promise<void>;
}

/** Costs nothing until it is asked. */
export function commandIndex(options: CommandIndexOptions): CommandIndex {
  let begun: Promise<Begun> | undefined;
  return {
    ask: async (question) => {
      try {
        begun ??= begin(options);
        return await asked((await begun).node, question);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { ok: false, code: "file_failed", message: `There is no index of these files: ${why}` };
      }
    },
    close: async () => {
      const running = await begun?.catch(() => undefined);
      begun = undefined;
      await running?.applications.shutdown(options.configuration.values.runtime.shutdown_deadline_ms);
    },
  };
}

interface Begun {
  readonly node: Node;
  readonly applications: Applications;
}

/** The files are read by a reader of its own, as for anybody who did not start this program. */
async function begin({ world, configuration, directory, changes }: CommandIndexOptions): Promise<Begun> {
  const { values, trust } = configuration;
  const { analysis, context, workspace } = values;
  const sandbox = sandboxOf(values.sandbox);
  const limits = workspaceLimits(workspace);
  const sketches = await keptSketches(world, configuration);
  const userRules = rulesInEffect(configuration.userRules);
  const node = startNode({ world, name: "aiex", boundary: "trust", onHalt: () => undefined });
  // Whoever asks next is told that there is none.
  node.onFailure(() => undefined);
  const parsers = parserCount(analysis);
  const tree = supervisor("command.index", {
    strategy: "one_for_one",
    ...restarts,
    children: [
      child(workspaceReader(world, changes, trust), {
        name: "workspace.reader",
        input: { limits, directory, sandbox },
      }),
      ...indexChildren({ world, context, directory, sandbox, sketches, parsers, limits }),
      child(parsersTree({ configuration: analysis, node: process.execPath, userRules }), {
        name: "analysis.parsers",
      }),
    ],
  });
  const applications = new Applications(node, [{ name: "command.index", tree }]);
  await applications.startAll("command.index");
  return { node, applications };
}

/** As those of the whole application. */
const restarts = { maxRestarts: 10, withinMs: 5_000 };

function asked(node: Node, question: ContextQuestion): Promise<ContextAnswer> {
  return new Promise((resolve, reject) => {
    node.spawn(() => askContext(question, true).then(resolve, reject));
  });
}

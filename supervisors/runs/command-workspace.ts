// The tree of files that a command was started in, for runs that are elsewhere.
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { workspaceLimits } from "../../actors/workspace/config.ts";
import { sandboxOf } from "../../actors/workspace/sandbox.ts";
import { Verifier } from "../../actors/workspace/verify/verifier.ts";
import type { World } from "../../runtime/world.ts";
import { openChanges } from "../changes.ts";
import type { Configuration } from "../config.ts";
import { verifierOptions } from "../verifier.ts";
import type { CommandIndex, CommandIndexOptions } from "./command-index.ts";
import type { ServedWorkspace } from "./runs.ts";

/**
 * Its id is that of the place, so that a command that comes back there serves what its runs wait for.
 * @param directory its root, where relative paths start
 * @param onRecovered hears sentences for people about changes that were found interrupted
 * @throws {FileError} it is not there
 */
export async function commandWorkspace(
  world: World,
  configuration: Configuration,
  directory: string,
  onRecovered?: (sentence: string) => void,
): Promise<ServedWorkspace> {
  const { files } = world;
  const { values } = configuration;
  const root = await files.realPath(directory);
  const host = hostname();
  const id = createHash("sha256")
    .update(JSON.stringify([host, root]))
    .digest("hex");
  const changes = await openChanges(world, configuration, root, onRecovered);
  const verifier = new Verifier(verifierOptions(world, values, root, configuration.trust));
  const index = lazyIndex({ world, configuration, directory: root, changes });
  return {
    ref: { id, label: `${host}:${root}` },
    owner: {
      ...{ files, directory: root, limits: workspaceLimits(values.workspace), changes },
      sandbox: sandboxOf(values.sandbox),
      trust: configuration.trust,
      verify: (question) => verifier.answer(question),
      context: index.ask,
    },
    close: index.close,
  };
}

/** Loaded when a node asks for the first time: what it needs is most of the library. */
function lazyIndex(options: CommandIndexOptions): CommandIndex {
  let loaded: Promise<CommandIndex> | undefined;
  return {
    ask: async (question) => {
      loaded ??= import("./command-index.ts").then(({ commandIndex }) => commandIndex(options));
      return (await loaded).ask(question);
    },
    close: async () => (await loaded)?.close(),
  };
}

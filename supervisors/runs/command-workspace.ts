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
import type { ServedWorkspace } from "./runs.ts";

/**
 * Its id is that of the place, so that a command that comes back there serves what its runs wait for.
 * @param directory its root, where relative paths start
 * @param onRecovered hears sentences for people about changes that were found interrupted
 * @throws {FileError} it is not there
 */
export async function commandWorkspace(
  world: Pick<World, "files" | "clock" | "timers" | "programs">,
  configuration: Pick<Configuration, "values" | "folders" | "trust">,
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
  return {
    ref: { id, label: `${host}:${root}` },
    owner: {
      ...{ files, directory: root, limits: workspaceLimits(values.workspace), changes },
      sandbox: sandboxOf(values.sandbox),
      trust: configuration.trust,
      verify: (question) => verifier.answer(question),
    },
  };
}

// Ways to nodes on the real machine, as the configuration has them.
import { homedir } from "node:os";
import type { World } from "../runtime/world.ts";
import { openRemote } from "../supervisors/remote/connection.ts";
import { loadRemoteConfiguration } from "../supervisors/remote/remote-configuration.ts";
import { forgetConnection, readConnection, saveConnection } from "../supervisors/remote/saved-connection.ts";
import type { Remotes } from "./host.ts";

/** @throws {ConfigurationError} */
export async function loadRemotes(world: World): Promise<Remotes> {
  const configuration = await loadRemoteConfiguration({ world, env: process.env, home: homedir() });
  const { files } = world;
  const { warnings, values, folders } = configuration;
  return {
    warnings,
    url: values.cluster.nats_url,
    open: (to) => openRemote({ world, configuration, to }),
    runs: async (to) => {
      const { remoteRuns } = await import("../supervisors/runs/remote.ts");
      const { node: _, ...anywhere } = to;
      return remoteRuns({
        world,
        open: (isAgain) =>
          openRemote({ world, configuration, to: isAgain ? { ...anywhere, anyMember: true } : to }),
      });
    },
    saved: () => readConnection(files, folders.user),
    save: (connection) => saveConnection(files, folders.user, connection),
    forget: () => forgetConnection(files, folders.user),
  };
}

// The part of the configuration that leads commands to nodes. Where nobody has configured anything it is known without the schema.
import { join } from "node:path";
import type { World } from "../../runtime/world.ts";
import { clusterDefaults } from "../config/cluster-defaults.ts";
import type { ClusterConfiguration } from "../config/cluster-part.ts";
import { runtimeFolder } from "../config/runtime-folder.ts";
import { exists, userFileNames } from "../config/user-file.ts";
import { userFolder } from "../config/user-folder.ts";

export interface RemoteConfiguration {
  readonly values: {
    readonly cluster: Pick<
      ClusterConfiguration,
      "enabled" | "name" | "nats_url" | "credentials_file" | "tls_ca_file"
    >;
  };
  /** By the keys that somebody has set. */
  readonly origins: ReadonlyMap<string, unknown>;
  readonly folders: { readonly user: string; readonly runtime: string };
  /** Sentences for stderr, safe to print. */
  readonly warnings: readonly string[];
}

export interface RemoteConfigurationSources {
  readonly world: Pick<World, "files">;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, absolute. */
  readonly home: string;
}

/** @throws {ConfigurationError} */
export async function loadRemoteConfiguration(
  sources: RemoteConfigurationSources,
): Promise<RemoteConfiguration> {
  const { world, env, home } = sources;
  const user = userFolder(env, home);
  const isVariable = Object.entries(env).some(([name, text]) => name.startsWith("AIEX_") && text !== "");
  const names = ["rules", ...userFileNames];
  const isThere = await Promise.all(names.map((name) => exists(world.files, join(user, name))));
  if (isVariable || isThere.includes(true)) {
    const { loadConfiguration } = await import("../config.ts");
    return loadConfiguration(sources);
  }
  const folders = { user, runtime: runtimeFolder(env) };
  return { values: { cluster: clusterDefaults }, origins: new Map(), folders, warnings: [] };
}

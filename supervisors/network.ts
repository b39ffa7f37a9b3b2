// Reaches hosts elsewhere as the configuration says: through its proxies, and trusting whom it trusts.
import { FileError, type FileSystem } from "../runtime/file-system.ts";
import { certificatesIn } from "../runtime/http/certificates.ts";
import { lazyHttpClient } from "../runtime/http/lazy-client.ts";
import type { World } from "../runtime/world.ts";
import { ConfigurationError } from "./config/problem.ts";
import type { Configuration } from "./config.ts";

export interface ConfiguredNetwork {
  /** As the one that was given, but what it fetches goes as the configuration says. A simulated one stays as it is. */
  readonly world: World;
  /** Closes the connections that are kept. */
  close(): Promise<void>;
}

/** A file of certificates holds a few hundred at most, of some two kilobytes each. */
const caFileBytesMax = 4 * 1024 * 1024;

/** @throws {ConfigurationError} network.ca_file cannot be read, or holds no certificate */
export async function configuredNetwork(
  world: World,
  configuration: Pick<Configuration, "values" | "origins">,
): Promise<ConfiguredNetwork> {
  if (world.kind !== "real") return { world, close: async () => {} };
  const { network } = configuration.values;
  const client = lazyHttpClient({
    proxy: { https: network.proxy, http: network.http_proxy, noProxy: network.no_proxy },
    ca:
      network.ca_file === undefined
        ? undefined
        : await certificates(world.files, network.ca_file, configuration),
    verifyTls: network.verify_tls,
    followRedirects: network.follow_redirects,
    connectTimeoutMs: network.connect_timeout_ms,
  });
  return { world: { ...world, fetch: client.fetch }, close: client.close };
}

async function certificates(
  files: FileSystem,
  path: string,
  { origins }: Pick<Configuration, "origins">,
): Promise<readonly string[]> {
  const key = "network.ca_file";
  const refuse = (message: string): never => {
    throw new ConfigurationError([{ key, origin: origins.get(key) ?? { kind: "default" }, message }]);
  };
  let text: string;
  try {
    // Systems have theirs as a link.
    const bytes = await files.readFile(await files.realPath(path), { bytesMax: caFileBytesMax });
    text = new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof FileError) return refuse(`names a file that cannot be read. ${error.message}`);
    throw error;
  }
  try {
    return certificatesIn(text);
  } catch (error) {
    return refuse(`names a file that vouches for nobody: ${(error as Error).message}.`);
  }
}

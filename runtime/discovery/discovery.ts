// Where the brokers of a cluster are: from a URL, a list, or a name in Kubernetes' DNS. Asked anew for each round of connecting,
// because addresses change while names stay.
import { AiexError } from "../errors.ts";
import { sanitizeLine } from "../observe/sanitize.ts";
import type { Random } from "../world.ts";
import { discoveryLimits } from "./limits.ts";
import { type Resolver, ResolverError } from "./resolver.ts";

export type Discovery =
  /** URLs or `host:port`, as they are. One text may hold several, parted by commas. */
  | { readonly kind: "servers"; readonly servers: string | readonly string[] }
  /**
   * A headless service, such as `nats.default.svc.cluster.local`. With `portName` the service records of that port say
   * where (`_<portName>._tcp.<name>`), else the addresses of the name do, all with one port.
   */
  | {
      readonly kind: "dns";
      readonly name: string;
      readonly port?: number;
      readonly portName?: string;
      readonly tls?: boolean;
    };

export interface DiscoveryWorld {
  readonly random: Pick<Random, "next">;
  readonly resolver: Resolver;
}

/** No broker could be found; `retryable` says whether the same question may have an answer later. */
export class DiscoveryFailed extends AiexError {
  readonly code: "no_servers" | "name_unknown" | "name_unanswered" | "bad_name";
  constructor(code: DiscoveryFailed["code"], message: string, cause?: unknown) {
    const retryable = code === "name_unknown" || code === "name_unanswered";
    super(message, { retryable, ...(cause === undefined ? {} : { cause }) });
    this.code = code;
  }
}

const portDefault = 4222;
/** Dots and letters as DNS has them; a dot at the end says that the name is whole. */
const dnsName = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?$/;

/**
 * The servers to try, in an order of chance, so that nodes that start together do not all come to one broker.
 * @throws {DiscoveryFailed}
 */
export async function discoverServers(
  discovery: Discovery,
  { random, resolver }: DiscoveryWorld,
): Promise<readonly string[]> {
  const found =
    discovery.kind === "servers" ? listed(discovery.servers) : await resolved(discovery, resolver);
  const servers = [...new Set(found)].slice(0, discoveryLimits.serversMax);
  if (servers.length === 0) {
    throw new DiscoveryFailed(
      "no_servers",
      "No address of a broker was given. Give at least one, such as nats://broker1.example:4222.",
    );
  }
  return shuffled(servers, random);
}

function listed(servers: string | readonly string[]): readonly string[] {
  const texts = typeof servers === "string" ? servers.split(",") : servers;
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}

async function resolved(
  { name, port = portDefault, portName, tls = false }: Extract<Discovery, { readonly kind: "dns" }>,
  resolver: Resolver,
): Promise<readonly string[]> {
  const asked = portName === undefined ? name : `_${portName}._tcp.${name}`;
  if (!dnsName.test(asked)) throw badName(asked);
  try {
    if (portName === undefined) {
      const addresses = await resolver.addresses(name);
      // Certificates are made out to names: the client looks the name up itself, anew for each attempt.
      if (tls) return [`tls://${name.replace(/\.$/, "")}:${port}`];
      return addresses.map((address) => `nats://${bracketed(address)}:${port}`);
    }
    const records = await resolver.services(asked);
    const first = Math.min(...records.map(({ priority }) => priority));
    return records
      .filter(({ priority, name: target }) => priority === first && dnsName.test(target))
      .map((record) => `${tls ? "tls" : "nats"}://${record.name.replace(/\.$/, "")}:${record.port}`);
  } catch (error) {
    if (!(error instanceof ResolverError)) throw error;
    throw failure(asked, error);
  }
}

function failure(name: string, error: ResolverError): DiscoveryFailed {
  const shown = JSON.stringify(sanitizeLine(name));
  switch (error.code) {
    case "bad_name":
      return badName(name);
    case "not_found":
      return new DiscoveryFailed(
        "name_unknown",
        `There is no broker under ${shown}: the name is unknown, or none of its pods is ready. Check the name of the headless service, and its namespace.`,
        error,
      );
    case "unanswered":
      return new DiscoveryFailed(
        "name_unanswered",
        `Nobody said which brokers ${shown} has: the server for names did not answer. Check the cluster's DNS, or give the addresses themselves.`,
        error,
      );
  }
}

function badName(name: string): DiscoveryFailed {
  return new DiscoveryFailed(
    "bad_name",
    `${JSON.stringify(sanitizeLine(name.slice(0, 300)))} is no name in DNS. Give one such as nats.default.svc.cluster.local.`,
  );
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Fisher and Yates. */
function shuffled(items: readonly string[], random: Pick<Random, "next">): readonly string[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.next() * (last + 1));
    [result[last], result[other]] = [result[other] as string, result[last] as string];
  }
  return result;
}

// Three real nats-servers that keep everything together, each of which a test can kill, freeze, restart and cut off.
import { once } from "node:events";
import { createServer } from "node:net";
import { connect, type NatsConnection } from "nats";
import { type NatsServer, natsServer } from "./nats-server.ts";
import { serverPrograms } from "./server-program.ts";
import { type TcpProxy, tcpProxy } from "./tcp-proxy.ts";

export interface NatsSet {
  readonly servers: readonly NatsServer[];
  /** One before each: lines of clients that go through it can be cut, and silenced. */
  readonly proxies: readonly TcpProxy[];
  /** Of all servers, around the proxies. */
  readonly urls: readonly string[];
  /** The one that leads a stream. Waits until there is one, and until it is not `former`. */
  leaderOf(stream: string, former?: number): Promise<number>;
  /** All three run and have a leader for themselves. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

const size = 3;
const names: readonly string[] = ["one", "two", "three"];
const pollMs = 50;

/** Starts them with JetStream, of the newest version that is here. Whoever starts them in a hook closes them. */
export async function natsSet(): Promise<NatsSet> {
  const program = (await serverPrograms()).at(-1);
  const routePorts = await freePorts(size);
  const routes = routePorts.map((port) => `nats-route://127.0.0.1:${port}`).join(", ");
  const starting = routePorts.map((port, index) =>
    natsServer({
      ...(program === undefined ? {} : { program }),
      jetstream: true,
      config: `server_name: ${names[index]}\ncluster { name: set, listen: "127.0.0.1:${port}", routes: [${routes}] }\n`,
    }),
  );
  const servers = await Promise.all(starting);
  const proxies = await Promise.all(servers.map((server) => tcpProxy(server)));
  const set = new Set3(servers, proxies);
  try {
    await set.ready();
  } catch (error) {
    await set.close();
    throw error;
  }
  return set;
}

class Set3 implements NatsSet {
  readonly servers: readonly NatsServer[];
  readonly proxies: readonly TcpProxy[];

  constructor(servers: readonly NatsServer[], proxies: readonly TcpProxy[]) {
    this.servers = servers;
    this.proxies = proxies;
  }

  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url);
  }

  leaderOf(stream: string, former = -1): Promise<number> {
    return this.#asked(async (connection) => {
      const { cluster } = await (await connection.jetstreamManager()).streams.info(stream);
      const index = names.indexOf(cluster?.leader ?? "");
      return index < 0 || index === former ? undefined : index;
    }, former);
  }

  async ready(): Promise<void> {
    await this.#asked(async (connection) => {
      const manager = await connection.jetstreamManager({ timeout: 1_000 });
      // Only a set with a leader and all three of it can make a stream of three.
      const name = `ready-${process.pid}-${Date.now()}`;
      await manager.streams.add({ name, subjects: [name], num_replicas: size });
      await manager.streams.delete(name);
      return true;
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await Promise.all(this.servers.map((server) => server.close()));
  }

  /** Asks until there is an answer. */
  async #asked<T>(ask: (connection: NatsConnection) => Promise<T | undefined>, except = -1): Promise<T> {
    const urls = this.urls.filter((_, index) => index !== except);
    for (;;) {
      const answer = await this.#once(urls, ask).catch(() => undefined);
      if (answer !== undefined) return answer;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async #once<T>(
    urls: readonly string[],
    ask: (connection: NatsConnection) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const connection = await connect({
      servers: [...urls],
      ignoreClusterUpdates: true,
      reconnect: false,
      timeout: 1_000,
    });
    try {
      return await ask(connection);
    } finally {
      await connection.close();
    }
  }
}

/** Of the loopback, all at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("There is no free port.");
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

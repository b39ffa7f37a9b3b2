// A store on a real broker as two nodes have it: the line of the first goes through a proxy, the second's is never cut.
import {
  type ConnectionOptions,
  connect,
  ErrorCode,
  type JetStreamManager,
  type NatsConnection,
  NatsError,
} from "nats";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import { brokerErrors } from "../../../runtime/store/jetstream/broker-answer.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { type NatsServer, natsServer } from "../../nats/nats-server.ts";
import { natsSet } from "../../nats/nats-set.ts";
import type { ServerProgram } from "../../nats/server-program.ts";
import { type TcpProxy, tcpProxy } from "../../nats/tcp-proxy.ts";

export const world = realWorld();

/**
 * `AIEX_BROKER_TESTS=all` in the environment asks everything of every broker: each version, and a set of three whose members die and
 * freeze. That takes minutes. Otherwise the newest is asked everything, and the others what brokers are known to differ in.
 */
export const isAskedAll = process.env.AIEX_BROKER_TESTS === "all";

/** One broker or a set, for all tests of a file. */
export interface JetStreamRoom {
  readonly proxy: TcpProxy;
  readonly one: NatsConnection;
  readonly two: NatsConnection;
  readonly manager: JetStreamManager;
  /** The stores of a cluster that no test had before, closed by whoever opened them. */
  stores(cluster?: string): readonly [ClusterStore, ClusterStore];
  close(): Promise<void>;
}

export async function brokerRoom(program: ServerProgram, config = ""): Promise<JetStreamRoom> {
  const server: NatsServer = await natsServer({ program, jetstream: true, config });
  const proxy = await tcpProxy(server);
  return room([proxy.url], [server.url], proxy, () => server.close());
}

/** The first node's line leads to the first broker only. */
export async function setRoom(): Promise<JetStreamRoom> {
  const set = await natsSet();
  const [proxy] = set.proxies;
  if (proxy === undefined) throw new Error("The set has no proxy.");
  return room([proxy.url], set.urls, proxy, () => set.close());
}

const dialTimeoutMs = 1_000;
let clusters = 0;

export function newCluster(): string {
  clusters += 1;
  return `c${clusters}`;
}

async function room(
  near: readonly string[],
  far: readonly string[],
  proxy: TcpProxy,
  close: () => Promise<void>,
): Promise<JetStreamRoom> {
  const [one, two] = await Promise.all([line(near), line(far)]);
  return {
    proxy,
    one,
    two,
    manager: await answered(() => two.jetstreamManager({ timeout: 5_000 })),
    stores: (cluster = newCluster()) => [
      natsStore({ connection: one, cluster, world }),
      natsStore({ connection: two, cluster, world }),
    ],
    close: async () => {
      await Promise.all([one.close(), two.close()]);
      await proxy.close();
      await close();
    },
  };
}

/** As a carrier sets its own up, only quicker to dial again. */
export function line(
  servers: readonly string[],
  who: Pick<ConnectionOptions, "user" | "pass"> = {},
): Promise<NatsConnection> {
  return connect({
    ...who,
    servers: [...servers],
    ignoreClusterUpdates: true,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: () => 20,
    // An attempt whose line is cut in the middle of it is not heard of otherwise.
    timeout: dialTimeoutMs,
    noEcho: true,
  });
}

/** The way from this program to the broker is gone while `during` runs; it stands again when this resolves. */
export async function interrupted(room: JetStreamRoom, during: () => Promise<void>): Promise<void> {
  room.proxy.refuse(true);
  room.proxy.cut();
  await during();
  room.proxy.refuse(false);
  await standing(room.one);
}

/** More than a set needs to agree on who leads it, on the busiest machine, and less than a hook may take. */
const silenceMsMax = 50_000;

/**
 * What `ask` gives as soon as the broker answers it; it may be asked twice. While a set agrees on who leads it, it answers nobody, on
 * a busy machine for longer than any question waits: that is to fail no test in what it prepares, and takes away.
 */
export async function answered<T>(ask: () => Promise<T>): Promise<T> {
  const end = world.clock.now() + silenceMsMax;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isSilent =
        error instanceof StoreUnavailable || (error as Partial<NatsError>).code === ErrorCode.Timeout;
      if (!isSilent || world.clock.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** An earlier try that nobody answered may have taken it away. */
export async function withoutStream(manager: JetStreamManager, stream: string): Promise<void> {
  await answered(async () => {
    try {
      await manager.streams.delete(stream);
    } catch (error) {
      if (!(error instanceof NatsError) || error.api_error?.err_code !== brokerErrors.noStream) throw error;
    }
  });
}

/** Resolves as soon as the broker answers on this line. */
export async function standing(connection: NatsConnection): Promise<void> {
  while (
    !(await connection.flush().then(
      () => true,
      () => false,
    ))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

// Nodes of a cluster with everything that makes them some, in this program, each on a machine of its own, and the ways to them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import { planCluster } from "../../../runtime/broker/cluster-plan.ts";
import { realWorld, type World } from "../../../runtime/index.ts";
import { type RunningNode, startRunningNode } from "../../../supervisors/cluster/running-node.ts";
import { type Configuration, loadConfiguration } from "../../../supervisors/config.ts";
import {
  openRemote,
  type RemoteConnection,
  type RemoteTarget,
} from "../../../supervisors/remote/connection.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { runnable } from "../../runtime/broker/cluster.ts";

type Settings = Readonly<Record<string, string>>;

export interface StartOptions {
  readonly settings?: Settings;
  readonly managesBroker?: boolean;
  readonly timeFactor?: number;
  /** Keys of the part "cluster" for which there is no variable. */
  readonly cluster?: Partial<Configuration["values"]["cluster"]>;
}

/** Nobody is to wait as long as in a real network; on a busy machine beats are late by less than this allows. */
const timeFactorUsual = 0.4;

/** The machines of one test, which are folders that go when it ends. */
export class Machines {
  readonly world: World = realWorld();
  readonly home = mkdtempSync(join(tmpdir(), "aiex-n-"));

  constructor() {
    onTestFinished(() => rmSync(this.home, { recursive: true, force: true }));
  }

  /** Of whoever has the folder `machine` for everything of theirs. */
  configuration(machine: string, settings: Settings = {}): Promise<Configuration> {
    const { world } = this;
    const folder = join(this.home, machine);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const folders = { XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    return loadConfiguration({ world, env: { ...folders, ...settings }, home: folder });
  }

  /** Starts a node, which is stopped when the test ends. */
  async start(machine: string, name: string | null, options: StartOptions = {}): Promise<RunningNode> {
    const { settings = {}, managesBroker = false, timeFactor = timeFactorUsual } = options;
    const named = name === null ? {} : { AIEX_NODE_NAME: name };
    const { values, ...rest } = await this.configuration(machine, { ...named, ...settings });
    const cluster = { ...values.cluster, time_factor: timeFactor, ...options.cluster };
    const node = await startRunningNode({
      world: this.world,
      configuration: { ...rest, values: { ...values, cluster } },
      managesBroker,
      program: "0.1.0",
      onFailure: () => undefined,
    });
    onTestFinished(() => node.stop());
    return node;
  }

  /** Opens a command's way to a node, which is closed when the test ends. */
  async open(
    machine: string,
    to: RemoteTarget = {},
    settings: Settings = {},
    world: World = this.world,
  ): Promise<RemoteConnection> {
    const configuration = await this.configuration(machine, settings);
    const remote = await openRemote({ world, configuration, to });
    onTestFinished(() => remote.close());
    return remote;
  }
}

/** The names of the members that `node` knows, itself first. */
export async function membersOf(remote: RemoteConnection, node: string): Promise<readonly string[]> {
  const answer = await remote.control(node, "inspect", { what: "members" });
  return answer.what === "members" ? answer.report.members.map(({ name }) => name) : [];
}

/** Resolves as soon as what is read matches: others are told of by beats, which come when they come. */
export function becomes(read: () => Promise<unknown>, expected: object): Promise<void> {
  const look = async (): Promise<void> => expect(await read()).toMatchObject(expected);
  return vi.waitFor(look, { timeout: 10_000, interval: 20 });
}

/** The files of a cluster of the nodes alpha and beta and the operator ann, and the server that goes by them. */
export async function guardedCluster({
  home,
  world,
}: Machines): Promise<{ readonly url: string; path(name: string): string }> {
  const planned = planCluster(
    {
      cluster: "aiex",
      brokers: ["127.0.0.1:4222"],
      nodes: ["alpha", "beta"],
      people: [{ role: "operator", name: "ann" }],
      storeFolder: join(home, "store"),
    },
    world.random,
  );
  for (const { path, text } of planned.files) {
    const file = join(home, "plan", path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
  }
  const config = await runnable(readFileSync(join(home, "plan", "broker.conf"), "utf8"));
  const { url } = await natsServer({ config });
  return { url, path: (name) => join(home, "plan", "credentials", `${name}.json`) };
}

// Keys that are planted wherever a node and its commands hold some, and everything that comes out of them.
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeCluster } from "../../runtime/broker/cluster-files.ts";
import { planCluster } from "../../runtime/broker/cluster-plan.ts";
import { readCredentials } from "../../runtime/broker/credentials.ts";
import { brokerName, managedBrokerChild } from "../../runtime/broker/managed-broker.ts";
import { natsOptionsOf } from "../../runtime/broker/nats-options.ts";
import { connectNats, type NatsOptions } from "../../runtime/carriers/nats.ts";
import { named, startNode, supervisor } from "../../runtime/index.ts";
import { startRunningNode } from "../../supervisors/cluster/running-node.ts";
import { describeConfiguration } from "../../supervisors/config.ts";
import { readConnection, saveConnection } from "../../supervisors/remote/saved-connection.ts";
import { client, request, settled } from "../runtime/broker/cluster.ts";
import { recentServer } from "../runtime/broker/recent-server.ts";
import { configurationIn, nodeN, operator, secureCluster, world } from "./stage.ts";

const reports = [
  "node",
  "top",
  "tree",
  "status",
  "names",
  "groups",
  "health",
  "members",
  "sessions",
] as const;

/** The arguments and the environment of this program and of all that it has started, as everybody on the machine may see them. */
function visibleWords(): string {
  const own = String(process.pid);
  const words: string[] = [];
  for (const osPid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${osPid}/status`, "utf8");
      if (osPid !== own && !status.includes(`PPid:\t${own}\n`)) continue;
      words.push(readFileSync(`/proc/${osPid}/cmdline`, "utf8"));
      if (osPid !== own) words.push(readFileSync(`/proc/${osPid}/environ`, "utf8"));
    } catch {
      // It has ended meanwhile.
    }
  }
  return words.join("\n");
}

/** Every file below a folder, with what others may do with it. */
function filesBelow(folder: string): readonly { readonly path: string; readonly forOthers: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path, forOthers: statSync(path).mode & 0o077 };
  });
}

describe("A key", { timeout: 30_000 }, () => {
  it("never leaves the node that holds it: not in logs, events, reports, arguments or on the wire (T6)", async () => {
    const cluster = await secureCluster();
    const path = await cluster.credentials(nodeN);
    const seed = (await readCredentials(world.files, path)).nkey.reveal();
    const apiKey = "ap1-canary-9f8e7d6c5b4a3928";
    const canaries = [
      seed,
      seed.slice(4, 40),
      apiKey,
      Buffer.from(seed).toString("hex"),
      Buffer.from(seed).toString("base64"),
    ];
    const home = join(cluster.folder, "full");
    mkdirSync(join(home, "aiex"), { recursive: true, mode: 0o700 });
    const local = { kind: "openai", model: "m", base_url: "http://127.0.0.1:9", api_key: apiKey };
    writeFileSync(join(home, "aiex", "config.json"), JSON.stringify({ llm: { providers: { local } } }), {
      mode: 0o600,
    });
    const spy = await cluster.broker.spy();
    const wire: string[] = [];
    spy.subscribe(">", {
      callback: (_, { subject, data }) => void wire.push(subject, Buffer.from(data).toString("latin1")),
    });
    await settled(spy);
    const configuration = await configurationIn(home, {
      AIEX_NODE_NAME: nodeN.name,
      AIEX_CLUSTER: request.cluster,
      AIEX_NATS_URL: cluster.broker.url,
      AIEX_NATS_CREDENTIALS: path,
      AIEX_LOG_LEVEL: "debug",
    });
    const logged: string[] = [];
    const node = await startRunningNode({
      world,
      configuration,
      managesBroker: false,
      program: "0.1.0",
      onFailure: () => undefined,
      log: { write: (line) => void logged.push(String(line)) },
    });
    onTestFinished(() => node.stop());
    const remote = await cluster.open(operator, nodeN.name);
    const told: unknown[] = [describeConfiguration(configuration), inspect(configuration, { depth: 20 })];
    for (const what of reports) told.push(await remote.control(nodeN.name, "inspect", { what }));
    const { report } = await remote.control(nodeN.name, "inspect", { what: "names" });
    const { names } = report as { readonly names: readonly { readonly name: string }[] };
    expect(names.length).toBeGreaterThan(5);
    for (const { name } of names) {
      const asked = remote.control(nodeN.name, "inspect", { what: "process", target: name });
      told.push(await asked.catch((error: unknown) => String(error)));
    }
    const command = await remote.node();
    for (const [name, type] of [
      ["llm.coordinator", "status"],
      ["broker", "status"],
      ["control", "ask"],
    ] as const)
      told.push(
        await command
          .call(named(name).on(nodeN.name) as never, type as never)
          .catch((error: unknown) => inspect(error)),
      );
    const texts = {
      told: JSON.stringify(told),
      logged: logged.join("\n"),
      wire: wire.join("\n"),
      visible: visibleWords(),
    };
    expect(Object.entries(texts).filter(([, text]) => text.length < 200)).toEqual([]);
    const leaks = Object.entries(texts).flatMap(([where, text]) =>
      canaries.filter((canary) => text.includes(canary)).map((canary) => `${canary} in ${where}`),
    );
    expect(leaks).toEqual([]);
    // What the node itself wrote holds no copy of a key, and nothing of it is for others.
    for (const { path: file, forOthers } of filesBelow(home)) {
      expect([file, forOthers]).toEqual([file, 0]);
      if (file.endsWith("config.json") || !statSync(file).isFile()) continue;
      expect(canaries.filter((canary) => readFileSync(file, "latin1").includes(canary))).toEqual([]);
    }
  });

  it("is not in the error where a broker refuses it, or it is none", async () => {
    const cluster = await secureCluster();
    const stranger = planCluster(request, world.random);
    const text = stranger.files.find(({ path }) => path.includes("node-n1"))?.text ?? "";
    const path = join(cluster.folder, "stranger.json");
    writeFileSync(path, text, { mode: 0o600 });
    const { credentials, options } = await natsOptionsOf(world.files, path, "n1");
    const seed = credentials.nkey.reveal();
    const { url } = cluster.broker;
    const attempts: readonly NatsOptions[] = [
      { ...options, servers: url },
      { ...options, servers: url, credentials: { kind: "nkey", seed: seed.slice(0, -1) } },
      { servers: url.replace("nats://", `nats://olga:${seed}@`), name: "x" },
    ];
    for (const attempt of attempts) {
      const error: unknown = await connectNats(attempt, world).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "broker_denied" });
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(seed.slice(4, 40));
    }
    expect(inspect(credentials, { depth: 20, showHidden: true })).not.toContain(seed);
    expect(JSON.stringify(credentials)).not.toContain(seed);
  });

  it("is in files for their owner alone, whoever writes them", async () => {
    const cluster = await secureCluster();
    const folder = join(cluster.folder, "plan");
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    await writeCluster(world.files, folder, planCluster(request, world.random).files);
    await saveConnection(world.files, join(cluster.folder, "user"), { url: "nats://b:1", credentials: "/x" });
    expect(await readConnection(world.files, join(cluster.folder, "user"))).toMatchObject({
      url: "nats://b:1",
    });
    for (const place of [folder, join(cluster.folder, "user")]) {
      expect(statSync(place).mode & 0o777).toBe(0o700);
      expect(filesBelow(place).filter(({ forOthers }) => forOthers !== 0)).toEqual([]);
    }
  });

  it.each(["640", "604", "666", "700"])(
    "in a file of mode %s is refused, and the file is named",
    async (mode) => {
      const cluster = await secureCluster();
      const path = await cluster.credentials(client);
      const { nkey } = await readCredentials(world.files, path);
      chmodSync(path, Number.parseInt(mode, 8));
      const refused: unknown = await natsOptionsOf(world.files, path, "x").catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "credentials_refused" });
      expect(inspect(refused)).toContain(path);
      expect(inspect(refused)).not.toContain(nkey.reveal());
    },
  );
});

describe("A managed broker", { timeout: 30_000 }, () => {
  it("shows no key in its arguments, its status or its state, and keeps all in files for their owner alone", async () => {
    const cluster = await secureCluster();
    const folder = join(cluster.folder, "managed");
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const node = startNode({ world, name: "managing", onHalt: () => undefined });
    onTestFinished(() => node.halt());
    const program = await recentServer();
    const options = { world, folder, cluster: "alpha", person: "olga", searchPath: "", program };
    await node.spawn(supervisor("top", { children: [managedBrokerChild(options)] }), { name: "top" });
    const status = (await node.call(named(brokerName) as never, "status" as never)) as {
      readonly credentials: Readonly<Record<string, string>>;
      readonly osPid: number;
    };
    const seeds = await Promise.all(
      Object.values(status.credentials).map(async (path) =>
        (await readCredentials(world.files, path)).nkey.reveal(),
      ),
    );
    expect(new Set(seeds).size).toBe(5);
    const shown = inspect([status, node.processInfo(node.whereis(brokerName) as never)], { depth: 20 });
    const visible = visibleWords();
    expect(visible).toContain(folder);
    for (const seed of seeds) expect([shown.includes(seed), visible.includes(seed)]).toEqual([false, false]);
    expect(readFileSync(join(folder, "broker.conf"), "utf8")).not.toContain(seeds[0]);
    const open = filesBelow(folder).filter(
      ({ path, forOthers }) => forOthers !== 0 && !path.includes("/store/"),
    );
    // What the server itself writes lies in a folder that nobody else can enter.
    expect(open.filter(({ path }) => !/ports\/|broker\.pid/.test(path))).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    // Anybody may say it; it is not so.
    node.send(named(brokerName) as never, { type: "broker.ended" } as never);
    expect(await node.call(named(brokerName) as never, "status" as never)).toMatchObject({
      osPid: status.osPid,
    });
  });
});

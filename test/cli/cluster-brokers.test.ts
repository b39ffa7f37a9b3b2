// Nodes and the brokers of their clusters, as programs: one that a node manages, one with credentials, one that DNS names.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { natsServer } from "../nats/nats-server.ts";
import { runnable } from "../runtime/broker/cluster.ts";
import { recentServer } from "../runtime/broker/recent-server.ts";
import { NodesAtHome } from "./running-nodes.ts";

let nodes: NodesAtHome;

beforeEach(() => {
  nodes = new NodesAtHome();
  onTestFinished(() => nodes.end());
});

/** Writes the user's configuration, of the part `cluster`. */
function configure(cluster: object): void {
  const folder = join(nodes.env.XDG_CONFIG_HOME, "aiex");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ cluster }), { mode: 0o600 });
}

function namesIn(view: { readonly nodes: readonly { readonly name: string }[] }): readonly string[] {
  return view.nodes.map(({ name }) => name);
}

describe("M-DIST-1 A broker that a node manages", { timeout: 60_000 }, () => {
  it("serves the nodes of its machine and its owner's commands, each by a key, and ends with its node", async () => {
    const data = join(nodes.home, "broker");
    configure({ managed: { server: await recentServer(), data_dir: data } });
    await nodes.start("alpha", "--managed-nats");
    // The second finds the broker of the first.
    await nodes.start("beta", "--managed-nats");
    const { broker, nodes: seen } = nodes.json("cluster", "status", "beta");
    expect(broker).toMatchObject({ state: "connected", acknowledges: "fsync" });
    expect(namesIn({ nodes: seen })).toEqual(["alpha", "beta"]);
    const stranger = nodes.run("cluster", "status", "--nats", broker.place);
    expect({ code: stranger.code, out: stranger.out }).toEqual({ code: 5, out: "" });
    const [operator = ""] = readdirSync(join(data, "credentials")).filter((name) => /^operator/.test(name));
    const own = ["--nats", broker.place, "--credentials", join(data, "credentials", operator)];
    const status = nodes.json("cluster", "status", ...own);
    expect(status).toMatchObject({ over: { kind: "nats" }, broker: { acknowledges: "fsync" } });
    expect(namesIn(status)).toEqual(["alpha", "beta"]);
    expect(nodes.run("node", "stop", "alpha").code).toBe(0);
    expect(nodes.run("cluster", "status", ...own).code).toBe(76);
  });

  it("is refused where its program is none, in words", () => {
    configure({ managed: { server: join(nodes.home, "absent") } });
    const { code, out, err } = nodes.run("node", "start", "--name", "alpha", "--managed-nats");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("nats-server");
    expect(err).not.toContain("fault in aiex");
  });
});

describe("A broker with credentials", { timeout: 60_000 }, () => {
  it("lets a node in that joins with its own, and none with another's or without", async () => {
    const folder = join(nodes.home, "cluster");
    const init = ["cluster", "init", "--nodes", "alpha,beta", "--operators", "ann", "--output", folder];
    expect(nodes.run(...init).code).toBe(0);
    const own = (name: string): string => join(folder, "credentials", `${name}.json`);
    const config = await runnable(readFileSync(join(folder, "broker.conf"), "utf8"));
    const { url } = await natsServer({ config });
    await nodes.start("alpha");
    const joining = (...options: readonly string[]) =>
      nodes.run("cluster", "join", "alpha", "--to", url, ...options);
    expect(joining().code).toBe(5);
    for (const other of ["operator-ann", "node-beta"]) {
      const { code, err } = joining("--credentials", own(other));
      expect({ other, code }).toEqual({ other, code: 5 });
      expect(err).toContain(other.slice(-3));
    }
    expect(nodes.json("status", "alpha").node).toMatchObject({ state: "up", carriers: [{ kind: "socket" }] });
    const joined = joining("--credentials", own("node-alpha"));
    expect(joined).toMatchObject({ code: 0, err: "" });
    const view = nodes.json("cluster", "nodes", "--nats", url, "--credentials", own("operator-ann"));
    expect(view.nodes).toMatchObject([{ name: "alpha", state: "up", answers: true }]);
    const kept = (): readonly string[] => readdirSync(join(nodes.env.XDG_RUNTIME_DIR, "aiex")).sort();
    expect(kept()).toEqual(["alpha.credentials", "alpha.json", "alpha.sock"]);
    expect(nodes.run("node", "stop", "alpha").code).toBe(0);
    expect(kept()).toEqual([]);
  });
});

describe("M-DIST-2 A broker that DNS names", { timeout: 60_000 }, () => {
  // What a service resolves to here: an address of the loopback that nobody else listens on.
  const address = "127.83.83.83";

  it.skipIf(process.platform !== "linux")("is found by the node, anew with each start", async () => {
    const { port } = await natsServer();
    configure({ discovery_strategy: "kubernetes_dns", service_name: address });
    const missing = nodes.run("node", "start", "--name", "alpha");
    expect(missing.code).toBe(76);
    expect(missing.err).toContain(`${address}:4222`);
    await led(port, address);
    await nodes.start("alpha");
    const { broker } = nodes.json("cluster", "status", "alpha");
    expect(broker).toMatchObject({ place: expect.stringContaining(`${address}:4222`), state: "connected" });
  });

  it("is missed in words where no service has the name", () => {
    configure({ discovery_strategy: "kubernetes_dns", service_name: "nobody.invalid" });
    const { code, out, err } = nodes.run("node", "start", "--name", "alpha");
    expect({ code, out }).toEqual({ code: 75, out: "" });
    expect(err).toContain('"nobody.invalid"');
  });
});

/** Has the usual port of brokers at `host` lead to `port` of the loopback, until the test ends. */
async function led(port: number, host: string): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(4_222, host, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
}

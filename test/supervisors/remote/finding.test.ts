// The way to a node over a broker that is configured, saved or named, and past what stands in it.
import { createServer, createConnection as dial, type Socket } from "node:net";
import { connect } from "nats";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { socketServer } from "../../../runtime/carriers/socket.ts";
import { named, type World } from "../../../runtime/index.ts";
import { encodeBeat } from "../../../runtime/membership/beat.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { clusterLimits } from "../../../supervisors/cluster/limits.ts";
import { LocalNodes } from "../../../supervisors/cluster/local-nodes.ts";
import { saveConnection } from "../../../supervisors/remote/saved-connection.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { Machines } from "../cluster/stage.ts";

let machines: Machines;

beforeEach(() => {
  machines = new Machines();
});

async function connected(url: string) {
  const line = await connect({ servers: url, reconnect: false });
  onTestFinished(() => line.close());
  return line;
}

describe("The way over a broker", { timeout: 30_000 }, () => {
  it("is the one that is configured, else the one that was saved, under the name of the cluster that somebody set", async () => {
    const { url } = await natsServer();
    await machines.start("one", "alpha", { settings: { AIEX_NATS_URL: url } });
    expect((await machines.open("two", {}, { AIEX_NATS_URL: url })).entry).toBe("alpha");
    const { folders } = await machines.configuration("two");
    const { files } = machines.world;
    await saveConnection(files, folders.user, { url, cluster: "aiex", node: "alpha" });
    const saved = await machines.open("two");
    expect([saved.entry, saved.gate, saved.cluster]).toEqual(["alpha", undefined, "aiex"]);
    await saveConnection(files, folders.user, { url, cluster: "elsewhere" });
    expect((await machines.open("two", {}, { AIEX_CLUSTER: "aiex" })).entry).toBe("alpha");
    const alone = machines.open("two", {}, { AIEX_CLUSTER_ENABLED: "false" });
    await expect(alone).rejects.toMatchObject({ code: "no_node" });
  });

  it("reaches every node directly, by one hidden node of the command, and has nobody relay", async () => {
    const { url } = await natsServer();
    await machines.start("one", "alpha", { settings: { AIEX_NATS_URL: url } });
    const remote = await machines.open("two", { url });
    const [hidden, again] = [await remote.node(), await remote.node()];
    expect(again).toBe(hidden);
    const target = named("workspace.reader").on("alpha");
    const listed = await hidden.call(target, "list" as never, { path: "/nowhere", isNamed: true } as never);
    expect(listed).toMatchObject({ ok: false, code: "outside_root" });
    const request = { what: "send", to: "alpha", target: "workspace.reader" } as const;
    await expect(remote.relay(request, 1_000)).rejects.toThrow(/every node is reached directly/);
  });

  it("leads to a node that comes or goes where no other is heard, and says how to start one where none is", async () => {
    const [{ url }, silent] = await Promise.all([natsServer(), natsServer()]);
    const line = await connected(url);
    const beat = { incarnation: 5, seq: 1, state: "draining", load: 0, lagMs: 0, host: "rack" } as const;
    const all = subjects("aiex");
    const timer = setInterval(() => {
      line.publish(`${all.beat("x").slice(0, -1)}%zz`, "no name");
      line.publish(all.beat("old"), encodeBeat({ ...beat, osPid: 7, version: "0.1.0" }));
      line.publish(all.beat("strange"), "no beat");
    }, 50);
    onTestFinished(() => clearInterval(timer));
    const world = impatient(machines.world);
    const nobody = machines.open("one", { url: silent.url }, {}, world);
    const [found] = await Promise.all([
      machines.open("one", { url }, {}, world),
      expect(nobody).rejects.toThrow(`aiex node start --nats ${silent.url}`),
    ]);
    expect(["old", "strange"]).toContain(found.entry);
  });

  it("ends in words where the node hears the question and gives no answer in time, or one that is none", async () => {
    const { url } = await natsServer();
    await machines.start("one", "alpha", { settings: { AIEX_NATS_URL: url } });
    const line = await connected(url);
    line.subscribe(subjects("aiex").ctlTo("stuck"));
    line.subscribe(subjects("aiex").ctlTo("strange"), {
      callback: (_, message) => void message.respond("\u0000"),
    });
    await line.flush();
    const remote = await machines.open("two", { url });
    await expect(remote.control("stuck", "inspect", { what: "node" }, 50)).rejects.toThrow(
      'Node "stuck" did not answer within 50 ms.',
    );
    await expect(machines.open("two", { url, node: "strange@rack" })).rejects.toMatchObject({
      code: "bad_answer",
    });
  });
});

describe("The way over a socket", { timeout: 30_000 }, () => {
  it("passes over what takes a line and says nothing, and keeps no line to it when it does at last", async () => {
    const { world } = machines;
    const node = await machines.start("one", "alpha");
    const { folders } = await machines.configuration("one");
    const nodes = new LocalNodes(world.files, folders.runtime);
    const behind = await socketServer({ world, path: `${folders.runtime}/behind.sock` });
    onTestFinished(() => behind.close());
    const [waking, dying] = [await silentAt(nodes, "waking"), await silentAt(nodes, "dying")];
    const remote = await machines.open("one", {}, {}, impatient(world));
    expect([remote.entry, waking.length, dying.length]).toEqual([node.name, 1, 1]);
    for (const socket of dying) socket.destroy();
    const gone = new Promise<void>((resolve) => behind.onPeerEnd(() => resolve()));
    for (const socket of waking) socket.pipe(dial(behind.place)).pipe(socket);
    await gone;
    expect(behind.peers).toBe(0);
  });
});

/** A node's socket and file with nobody behind them who says anything: the lines that were taken. */
async function silentAt(nodes: LocalNodes, name: string): Promise<readonly Socket[]> {
  const taken: Socket[] = [];
  const server = createServer((socket) => void taken.push(socket.pause()));
  await new Promise<void>((resolve) => server.listen(nodes.socketOf(name), resolve));
  onTestFinished(() => void server.close());
  const [alpha] = await nodes.list();
  if (alpha === undefined) throw new Error("The node has left no file.");
  const { socket: _, ...record } = alpha;
  await nodes.write({ ...record, name });
  return taken;
}

/** A world where it is soon too late for a socket of this machine to answer, and for a node to be heard. */
function impatient(world: World): World {
  const soonMs = new Map<number, number>([
    [clusterLimits.localConnectMsMax, 100],
    [clusterLimits.discoveryMsMax, 400],
  ]);
  const set: World["timers"]["set"] = (ms, run) => world.timers.set(soonMs.get(ms) ?? ms, run);
  return { ...world, timers: { set, clear: (timer) => world.timers.clear(timer) } };
}

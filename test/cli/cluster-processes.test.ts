// The commands against nodes that run as programs of their own and meet at a real broker.
import type { ChildProcess } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NatsServer, natsServer } from "../nats/nats-server.ts";
import { killed, NodesAtHome } from "./running-nodes.ts";

const nodes = new NodesAtHome();
const run = nodes.run.bind(nodes);
const json = nodes.json.bind(nodes);

let broker: NatsServer;
let beta: ChildProcess;

beforeAll(async () => {
  broker = await natsServer();
  await nodes.start("alpha", "--nats", broker.url);
  beta = await nodes.start("beta", "--nats", broker.url);
});

afterAll(async () => {
  await nodes.end();
  await broker.close();
});

interface Row {
  readonly name: string;
  readonly state: string;
}

describe("M-CLI-3 M-CLI-5 The commands on a cluster", () => {
  it("reach any node over the broker that is named", () => {
    const { code, out } = run("call", "beta/context.manager", "status", "--nats", broker.url);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sessions: 0 });
    expect(run("send", "beta/context.manager", '{"type":"hello"}', "--nats", broker.url).code).toBe(0);
    expect(json("top", "beta", "--nats", broker.url).node).toBe("beta");
  });

  it("reach a node through the socket of another one", () => {
    expect(json("cluster", "nodes", "alpha").over.kind).toBe("socket");
  });

  it("name the nearest name, and a node that is not there, over the broker too", () => {
    const wrong = run("send", "beta/contextmanager", '{"type":"x"}', "--nats", broker.url);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('Did you mean "context.manager"');
    const absent = run("call", "delta/x", "y", "--nats", broker.url);
    expect(absent.code).toBe(76);
    expect(absent.err).toContain('no node "delta"');
  });

  it("speak to the cluster from the connect on, whose file is for its user alone, until it is forgotten", () => {
    expect(run("cluster", "connect", broker.url).code).toBe(0);
    const path = join(nodes.env.XDG_CONFIG_HOME, "aiex", "connection.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ url: broker.url, cluster: "aiex" });
    expect(json("cluster", "status")).toMatchObject({
      over: { kind: "nats" },
      broker: { state: "connected" },
    });
    expect(run("cluster", "connect", "--forget").code).toBe(0);
    // Two members run on this machine: either can tell of the cluster, and neither is the one that is meant else.
    expect(json("cluster", "status").over.kind).toBe("socket");
    expect(run("status").code).toBe(2);
  });

  it("save nothing where no broker answers", () => {
    const { code, err } = run("cluster", "connect", "nats://127.0.0.1:1");
    expect(code).toBe(76);
    expect(err).toContain("No broker answers");
    expect(run("cluster", "connect").out).toContain("Nothing is saved");
  });

  it("make a node that ran alone a member", async () => {
    await nodes.start("gamma", "--solo");
    const { code, out } = run("cluster", "join", "gamma", "--to", broker.url);
    expect({ code, out: out.slice(0, 50) }).toEqual({ code: 0, out: out.slice(0, 50) });
    expect(out).toContain(`gamma is a member of the cluster at ${broker.url}`);
    // Whoever of them is asked: the one that has joined answers when it has heard of the others.
    for (const asked of ["alpha", "beta", "gamma"]) {
      const rows = json("cluster", "nodes", asked).nodes;
      expect(rows.map(({ name, state }: Row) => [name, state])).toEqual([
        ["alpha", "up"],
        ["beta", "up"],
        ["gamma", "up"],
      ]);
    }
  });

  it("say that a killed node is missing, with 1, and that nothing answers, with 76", async () => {
    await killed(beta);
    const ill = run("cluster", "health", "alpha", "--nats", broker.url);
    expect(ill.code).toBe(1);
    expect(ill.out).toContain("critical: beta: ");
    await broker.stop();
    expect(run("cluster", "health", "--nats", broker.url).code).toBe(76);
    const alone = run("cluster", "health", "alpha");
    expect(alone.code).toBe(1);
    expect(alone.out).toContain("alpha: The line to nats://");
  });
});

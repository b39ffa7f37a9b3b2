// Nodes that may not be up without others, as programs of their own that meet at a real broker (OTP behaviour L18).
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NatsServer, natsServer } from "../nats/nats-server.ts";
import { NodesAtHome } from "./running-nodes.ts";

const nodes = new NodesAtHome();

let broker: NatsServer;

beforeAll(async () => {
  broker = await natsServer({ jetstream: true });
});

afterAll(async () => {
  await nodes.end();
  await broker.close();
});

/** Every node that is started from now on may not be up without these. */
function require(names: string, timeoutMs: number): void {
  const folder = join(nodes.env.XDG_CONFIG_HOME, "aiex");
  mkdirSync(folder, { recursive: true });
  const lines = ["cluster:", `  required_nodes: ${names}`, `  sync_timeout_ms: ${timeoutMs}`, ""];
  writeFileSync(join(folder, "config.yaml"), lines.join("\n"));
}

describe("L18 aiex node start with cluster.required_nodes", () => {
  it("ends with 76 where one of them does not come, says which, and leaves nothing behind", () => {
    require("alpha, beta", 300);
    const { code, err } = nodes.run("node", "start", "--name", "alpha", "--nats", broker.url);
    expect(err).toContain("may not start without beta");
    expect(code).toBe(76);
    expect(nodes.run("cluster", "members", "--nats", broker.url).out).not.toContain("alpha");
  });

  it("is up when all of them are, though each waits for the other", async () => {
    require("alpha, beta", 60_000);
    await Promise.all(["alpha", "beta"].map((name) => nodes.start(name, "--nats", broker.url)));
    const { ownership } = nodes.json("cluster", "status");
    expect(ownership.leases.map(({ node }: { node: string }) => node).sort()).toEqual(["alpha", "beta"]);
  });
});

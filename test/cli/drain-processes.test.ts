// Draining nodes that run as programs of their own and meet at a real broker, and asking for moves that cannot be.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type NatsServer, natsServer } from "../nats/nats-server.ts";
import { NodesAtHome } from "./running-nodes.ts";

const nodes = new NodesAtHome();
const run = nodes.run.bind(nodes);
const json = nodes.json.bind(nodes);

let broker: NatsServer;

beforeAll(async () => {
  broker = await natsServer({ jetstream: true });
  await nodes.start("alpha", "--nats", broker.url);
});

afterAll(async () => {
  await nodes.end();
  await broker.close();
});

/** Starts a node that is to be drained. Gives what it ends with. */
async function started(name: string, ...options: readonly string[]): Promise<{ code: Promise<unknown> }> {
  const child: ChildProcess = await nodes.start(name, ...options);
  return { code: once(child, "exit").then(([code]) => code) };
}

describe("M-CLI-5 aiex cluster drain", () => {
  it.each([
    ["over the socket of the node itself", []],
    ["over the broker", ["--nats"]],
  ])("has a node leave %s, which ends with 0", async (_, way) => {
    const beta = await started("beta", "--nats", broker.url);
    const { code, out, err } = run("cluster", "drain", "beta", ...way.flatMap((word) => [word, broker.url]));
    expect({ code, out }).toEqual({ code: 0, out: "beta owned nothing, and has left.\n" });
    expect(err).not.toContain("Error");
    expect(await beta.code).toBe(0);
    expect(run("status", "beta", "--nats", broker.url).code).toBe(76);
  });

  it("has a node by itself leave, and tells programs so", async () => {
    const gamma = await started("gamma", "--solo");
    const { schema, complete } = JSON.parse(run("cluster", "drain", "gamma", "--format", "json").out);
    expect({ schema, complete }).toEqual({ schema: "aiex.cluster-drained/1", complete: true });
    expect(await gamma.code).toBe(0);
  });

  it("says that there is no such node, with 76", () => {
    const { code, err } = run("cluster", "drain", "delta", "--nats", broker.url);
    expect(code).toBe(76);
    expect(err).toContain('no node "delta"');
  });
});

describe("M-CLI-5 aiex cluster move", () => {
  it("has another node own a child, under the next epoch, and a drain hands it back", async () => {
    const beta = await started("beta", "--nats", broker.url);
    const caretaker = () => json("cluster", "status").ownership.children[0];
    const before = caretaker();
    const moved = run("cluster", "move", "cluster/caretaker", `beta@${hostname()}`);
    expect({ code: moved.code, err: moved.err }).toEqual({ code: 0, err: "" });
    expect(moved.out).toMatch(/^cluster\/caretaker moved from alpha to beta \(epoch \d+, \d+ ms\)\.\n$/);
    expect(caretaker()).toMatchObject({ node: "beta", epoch: before.epoch + 1, phase: "running" });
    const drained = run("cluster", "drain", `beta@${hostname()}`);
    expect([drained.code, drained.out]).toEqual([0, "beta has handed over 1 child and left.\n"]);
    expect(drained.err).not.toContain("Error");
    expect(await beta.code).toBe(0);
    const after = caretaker();
    expect(after).toMatchObject({ node: "alpha", phase: "running", lastMove: { reason: "drain" } });
    expect(after.epoch).toBeGreaterThan(before.epoch + 1);
  });

  it.each([
    [
      "cluster/caretakr",
      "alpha",
      1,
      'There is no placed child "cluster/caretakr". Did you mean "cluster/caretaker"?',
    ],
    [
      "cluster/caretaker",
      "alhpa",
      76,
      'There is no node "alhpa" that could own a child. Did you mean "alpha"?',
    ],
  ])("says of %s and %s what was meant, with %i", (child, node, code, words) => {
    const ran = run("cluster", "move", child, node);
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: `Error: ${words}\n` });
  });
});

describe("M-CLI-5 aiex cluster status", () => {
  it("shows the leases of the nodes, and what it means that something is kept", () => {
    const { ownership } = json("cluster", "status");
    expect(ownership).toMatchObject({ state: "held", children: [{ phase: "running", node: "alpha" }] });
    expect(ownership.leases).toContainEqual(expect.objectContaining({ node: "alpha", state: "held" }));
    expect(ownership.store).toMatchObject({ acknowledgement: { kind: "flush" } });
    expect(run("cluster", "status").out).toContain("a power cut of the broker's machine loses up to that");
  });
});

describe("M-CLI-5 aiex cluster health", () => {
  it("warns of a broker that does not write first, and says of a node without it that it is cut off", async () => {
    const fine = run("cluster", "health");
    expect(fine.code).toBe(0);
    expect(fine.out.replaceAll(/\s+/g, " ")).toContain("warning: A power cut may take what was acknowledged");
    await broker.stop();
    await vi.waitFor(
      () => {
        const { code, out } = run("cluster", "health");
        expect([code, out]).toEqual([1, expect.stringContaining("cut off from the majority")]);
      },
      { timeout: 20_000 },
    );
  });
});

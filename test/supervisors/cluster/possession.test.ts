// What a node owns as it is started by a person: alone, in a cluster, with others that have to be there, and cut off.
import { beforeEach, describe, expect, it } from "vitest";
import type { RemoteConnection } from "../../../supervisors/remote/connection.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { becomes, Machines } from "./stage.ts";

let machines: Machines;

beforeEach(() => {
  machines = new Machines();
});

async function ownership(remote: RemoteConnection, node: string) {
  const answer = await remote.control(node, "inspect", { what: "ownership" });
  if (answer.what !== "ownership") throw new Error(`What it owns is ${answer.what}.`);
  return answer.report;
}

describe("A node that a person starts", { timeout: 60_000 }, () => {
  it("owns what a cluster has one of, alone, on its own disk, and again when it is started again", async () => {
    const first = await machines.start("one", "alpha");
    const remote = await machines.open("one");
    const caretaker = { supervisor: "cluster", id: "caretaker", node: "alpha", phase: "running" };
    await becomes(() => ownership(remote, "alpha"), {
      state: "held",
      store: { acknowledgement: { kind: "fsync" } },
      children: [{ ...caretaker, epoch: 1 }],
    });
    await remote.close();
    await first.stop();
    await machines.start("one", "alpha");
    const again = await machines.open("one");
    await becomes(() => ownership(again, "alpha"), { children: [{ ...caretaker, epoch: 2 }] });
  });

  it("gives what it owns to another when it is stopped", async () => {
    const { url } = await natsServer({ jetstream: true });
    const settings = { AIEX_NATS_URL: url };
    const alpha = await machines.start("one", "alpha", { settings });
    await machines.start("two", "beta", { settings });
    const remote = await machines.open("two");
    await becomes(() => ownership(remote, "beta"), { children: [{ node: "alpha", phase: "running" }] });
    await alpha.stop();
    await becomes(() => ownership(remote, "beta"), {
      children: [{ node: "beta", phase: "running", epoch: 2, lastMove: { from: "alpha", reason: "drain" } }],
    });
  });

  it("owns nothing where the broker keeps nothing, says so, and runs on", async () => {
    const { url } = await natsServer();
    await machines.start("one", "alpha", { settings: { AIEX_NATS_URL: url } });
    const remote = await machines.open("one");
    const health = await remote.control("alpha", "inspect", { what: "health" });
    expect(health).toMatchObject({
      report: {
        problems: [{ severity: "warning", what: expect.stringContaining("JetStream is not enabled") }],
      },
    });
  });

  it("refuses to start without the nodes that have to be there (L18)", async () => {
    const { url } = await natsServer({ jetstream: true });
    const settings = { AIEX_NATS_URL: url };
    const cluster = { required_nodes: "beta", sync_timeout_ms: 300 };
    await expect(machines.start("one", "alpha", { settings, cluster })).rejects.toMatchObject({
      code: "nodes_missing",
      message: expect.stringContaining("beta"),
    });
  });

  it("ends where it is cut off for longer than it may be, if that is wanted", async () => {
    const broker = await natsServer({ jetstream: true });
    const settings = { AIEX_NATS_URL: broker.url };
    const cluster = { partition_tolerance: "shutdown", node_recovery_timeout_ms: 1_000 } as const;
    const alpha = await machines.start("one", "alpha", { settings, cluster });
    await broker.stop();
    await expect(alpha.stopAsked).rejects.toMatchObject({ code: "cut_off" });
  });
});

// A node with everything that makes it one, in this program, and a command's way to it over its socket.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ControlRefused } from "../../../actors/control/envelope.ts";
import { named, realWorld } from "../../../runtime/index.ts";
import { NameHeld } from "../../../runtime/membership/name-held.ts";
import { listNodes } from "../../../supervisors/cluster/node-list.ts";
import { type RunningNode, startRunningNode } from "../../../supervisors/cluster/running-node.ts";
import { type Configuration, loadConfiguration } from "../../../supervisors/config.ts";
import {
  openRemote,
  type RemoteConnection,
  type RemoteTarget,
} from "../../../supervisors/remote/connection.ts";
import { saveConnection } from "../../../supervisors/remote/saved-connection.ts";

const world = realWorld();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiex-r-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function configuration(name?: string): Promise<Configuration> {
  const folders = { XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: join(folder, "data") };
  const env = { ...folders, ...(name === undefined ? {} : { AIEX_NODE_NAME: name }) };
  return loadConfiguration({ world, env, home: folder });
}

async function startNamed(name: string): Promise<RunningNode> {
  const node = await startRunningNode({
    world,
    configuration: await configuration(name),
    managesBroker: false,
    program: "0.1.0",
    onFailure: () => undefined,
  });
  onTestFinished(() => node.stop());
  return node;
}

async function open(to: RemoteTarget = {}): Promise<RemoteConnection> {
  const remote = await openRemote({ world, configuration: await configuration(), to });
  onTestFinished(() => remote.close());
  return remote;
}

describe("openRemote", { timeout: 30_000 }, () => {
  it("reaches the node of this machine, asks it, and speaks to its processes", async () => {
    const node = await startNamed("alpha");
    const remote = await open();
    expect([remote.entry, remote.gate, remote.carrier.kind]).toEqual(["alpha", "alpha", "socket"]);
    expect(remote.self).toMatch(/^cli-[A-Za-z0-9_-]+$/);
    const answer = await remote.control("alpha", "inspect", { what: "node" });
    expect(answer.report).toMatchObject({ name: "alpha", incarnation: node.incarnation, state: "up" });
    const hidden = await remote.node();
    const asked = { path: "/nowhere", isNamed: true };
    const target = named("workspace.reader").on("alpha");
    const listed = await hidden.call(target, "list" as never, asked as never);
    expect(listed).toMatchObject({ ok: false, code: "outside_root" });
    const request = {
      what: "call",
      to: "alpha",
      target: "workspace.reader",
      type: "list",
      payload: asked,
    } as const;
    // What the node does itself for the owner of the machine may go where they name.
    expect((await remote.control("alpha", "relay", request)).value).toMatchObject({
      ...{ ok: false, code: "file_not_found" },
    });
    expect(await listNodes(world, await configuration(), remote.self)).toMatchObject([
      { name: "alpha", isLocal: true, state: "up", url: null },
    ]);
  });

  it("asks the node that was named, and hands on what is for another", async () => {
    await startNamed("alpha");
    await startNamed("beta");
    await expect(open()).rejects.toThrow("2 nodes run on this machine: alpha, beta.");
    const remote = await open({ node: "beta@localhost" });
    expect(remote.entry).toBe("beta");
    const elsewhere = remote.control("gamma", "inspect", { what: "node" });
    await expect(elsewhere).rejects.toBeInstanceOf(ControlRefused);
    await expect(elsewhere).rejects.toThrow(/"beta" cannot reach "gamma"; it is in no cluster/);
  });

  it("takes the node that was saved, as long as no other is named", async () => {
    await startNamed("alpha");
    await startNamed("beta");
    await saveConnection(world.files, (await configuration()).folders.user, { node: "beta" });
    expect((await open()).entry).toBe("beta");
    expect((await open({ anyMember: true })).entry).toBe("beta");
    expect((await open({ node: "alpha" })).entry).toBe("alpha");
  });

  it("has a node stop, which then leaves nothing", async () => {
    const node = await startNamed("alpha");
    const remote = await open();
    await remote.control("alpha", "stop", {});
    await node.stopAsked;
    await node.stop();
    const gone = remote.control("alpha", "inspect", { what: "node" });
    await expect(gone).rejects.toMatchObject({ code: "node_unreachable" });
    expect(readdirSync(join(folder, "aiex"))).toEqual([]);
    await expect(open()).rejects.toMatchObject({ code: "no_node" });
  });

  it("keeps a name from a second node in time", async () => {
    await startNamed("alpha");
    const second = startNamed("alpha");
    await expect(second).rejects.toBeInstanceOf(NameHeld);
    await expect(second).rejects.toThrow(`OS process ${process.pid}`);
    expect((await open()).entry).toBe("alpha");
  });

  it.each(["nats://user:secret@host", "http://host", "two words"])("refuses %j as a broker", async (url) => {
    const refused = open({ url });
    await expect(refused).rejects.toMatchObject({ code: "usage" });
    await expect(refused).rejects.not.toThrow("secret");
  });
});

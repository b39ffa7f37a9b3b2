// The list of nodes: those of this machine and those that they know, where some are dead, mute, or of another version.
import { rmSync } from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { encodeAnswer } from "../../../actors/control/envelope.ts";
import { socketServer } from "../../../runtime/carriers/socket.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { LocalNodes, type NodeRecord } from "../../../supervisors/cluster/local-nodes.ts";
import { listNodes } from "../../../supervisors/cluster/node-list.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { becomes, Machines } from "./stage.ts";

const record: NodeRecord = {
  name: "mute",
  incarnation: 5,
  osPid: 7,
  host: "here",
  cluster: "aiex",
  url: null,
  version: "0.1.0",
};
let machines: Machines;

beforeEach(() => {
  machines = new Machines();
});

async function listed(machine: string) {
  return listNodes(machines.world, await machines.configuration(machine), "cli-test");
}

async function localNodes(machine: string): Promise<LocalNodes> {
  const { folders } = await machines.configuration(machine);
  return new LocalNodes(machines.world.files, folders.runtime);
}

/** Something that has a node's socket and file, and answers questions with `answer`, or not at all. */
async function pretend(name: string, answer?: unknown): Promise<void> {
  const nodes = await localNodes("one");
  const socket = await socketServer({ world: machines.world, path: nodes.socketOf(name) });
  onTestFinished(() => socket.close());
  await nodes.write({ ...record, name });
  if (answer === undefined) return;
  const { incarnation } = record;
  const payload = encodeAnswer({ node: name, incarnation, program: "9.9.9" }, answer);
  socket.subscribe(subjects("aiex").ctl("cli-test", "inspect", name), ({ respond }) => respond?.(payload));
}

describe("listNodes()", { timeout: 30_000 }, () => {
  it("gives those of this machine first, then the others of their cluster, each once and by name", async () => {
    const { url } = await natsServer();
    const settings = { AIEX_NATS_URL: url };
    const names = ["zeta", "beta", "mu", "alpha"];
    await Promise.all(
      names.map((name, index) => machines.start(index < 2 ? "one" : "two", name, { settings })),
    );
    await becomes(
      () => listed("one"),
      [
        { name: "beta", isLocal: true, state: "up", url, osPid: process.pid },
        { name: "zeta", isLocal: true, state: "up", url, osPid: process.pid },
        { name: "alpha", isLocal: false, url, osPid: null, uptimeMs: null },
        { name: "mu", isLocal: false, url, osPid: null, uptimeMs: null },
      ],
    );
  });

  it("leaves out one that was killed, whose file is still there", async () => {
    await machines.start("one", "alpha");
    const nodes = await localNodes("one");
    await nodes.write({ ...record, name: "killed" });
    rmSync(nodes.socketOf("killed"), { force: true });
    expect((await listed("one")).map(({ name }) => name)).toEqual(["alpha"]);
  });

  it("shows one that is there as what its file says of it where it does not say what it is", async () => {
    await pretend("mute");
    await pretend("newer", { what: "members", report: { members: [], cut: 0 } });
    await pretend("strange", "\u0000");
    expect(await listed("one")).toEqual(
      ["mute", "newer", "strange"].map((name) => ({
        name,
        isLocal: true,
        state: "no answer",
        incarnation: 5,
        osPid: 7,
        host: "here",
        cluster: "aiex",
        url: null,
        uptimeMs: null,
      })),
    );
  });
});

// Nodes with everything that makes them some, in this program: alone, in a cluster, and on the way into one and out of it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { connect } from "nats";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { encodeBeat } from "../../../runtime/membership/beat.ts";
import { NameHeld } from "../../../runtime/membership/name-held.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { listNodes } from "../../../supervisors/cluster/node-list.ts";
import type { RemoteConnection } from "../../../supervisors/remote/connection.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { becomes, guardedCluster, Machines, membersOf } from "./stage.ts";

const beat = { seq: 1, state: "up", load: 0, lagMs: 0, host: "rack", osPid: 7, version: "0.1.0" } as const;
let machines: Machines;

beforeEach(() => {
  machines = new Machines();
});

/** What `remote` is told of its own node. */
async function statusOf(remote: RemoteConnection) {
  const answer = await remote.control(remote.entry, "inspect", { what: "status" });
  if (answer.what !== "status") throw new Error(`Its status is ${answer.what}.`);
  return answer.report;
}

/** Publishes what `beatOf` gives, numbered, several times in the time between two looks of membership. */
async function beating(url: string, name: string, incarnation: number): Promise<() => void> {
  const line = await connect({ servers: url, reconnect: false });
  let seq = 0;
  const send = (): void => {
    seq += 1;
    line.publish(subjects("aiex").beat(name), encodeBeat({ ...beat, incarnation, seq }));
  };
  send();
  const timer = setInterval(send, 50);
  const stop = (): void => clearInterval(timer);
  onTestFinished(async () => {
    stop();
    await line.close();
  });
  return stop;
}

describe("A node by itself", { timeout: 60_000 }, () => {
  it("is called as its machine where nobody names it, and runs alone where that is wanted, whatever else is set", async () => {
    const settings = { AIEX_CLUSTER_ENABLED: "false", AIEX_NATS_URL: "nats://127.0.0.1:1" };
    const node = await machines.start("one", null, { settings });
    const own = hostname()
      .split(".")[0]
      ?.replaceAll(/[^A-Za-z0-9-]/g, "-");
    expect([`${own}`.slice(0, 50), `node-${own}`]).toContain(node.name);
    expect(node.url).toBeUndefined();
    const remote = await machines.open("one");
    const { node: report, applications, problems, sessions } = await statusOf(remote);
    expect(report).toMatchObject({ name: node.name, state: "up" });
    expect(applications).toEqual(["node", "aiex"].map((name) => ({ name, state: "running" })));
    expect([problems, sessions]).toEqual([[], 0]);
  });

  it("is refused in words where its socket cannot be, which is no matter of its name", async () => {
    const deep = "x".repeat(120);
    await expect(machines.start(deep, "alpha")).rejects.toMatchObject({
      name: "SocketRefused",
      message: expect.stringContaining("Choose a shorter one."),
    });
    expect(existsSync(join(machines.home, deep, "aiex"))).toBe(false);
  });
});

describe("Nodes of one cluster", { timeout: 60_000 }, () => {
  it("meet over a broker, and are found and asked by it, with their hosts or without", async () => {
    const { url } = await natsServer();
    const settings = { AIEX_NATS_URL: url };
    const [, beta] = await Promise.all([
      machines.start("one", "alpha", { settings }),
      machines.start("two", "beta", { settings }),
    ]);
    expect(beta.url).toBe(url);
    const some = await machines.open("three", { url });
    expect(["alpha", "beta"]).toContain(some.entry);
    const byHost = await machines.open("three", { url, node: `beta@${hostname()}` });
    expect(byHost.entry).toBe("beta");
    for (const node of ["gamma", "beta@elsewhere"])
      await expect(machines.open("three", { url, node })).rejects.toMatchObject({ code: "node_unreachable" });
    const relayed = await machines.open("two", { node: "alpha" });
    expect([relayed.gate, relayed.entry]).toEqual(["beta", "alpha"]);
    await becomes(() => membersOf(relayed, "alpha"), ["alpha", "beta"]);
    await becomes(() => relayed.control("alpha", "inspect", { what: "sessions" }), {
      report: { sessions: [{ node: "beta", state: "up", carrier: "nats" }] },
    });
  });

  it("do not share a name: the second is refused and told who has it", async () => {
    const { url } = await natsServer();
    const settings = { AIEX_NATS_URL: url };
    await machines.start("one", "alpha", { settings });
    await expect(machines.start("two", "alpha", { settings })).rejects.toBeInstanceOf(NameHeld);
    const configuration = await machines.configuration("two");
    expect(await listNodes(machines.world, configuration, "cli-test")).toEqual([]);
    // One that runs goes on as it was.
    await machines.start("two", "alpha");
    const remote = await machines.open("two");
    await expect(remote.control("alpha", "join", { url })).rejects.toMatchObject({ code: "name_held" });
    expect(await statusOf(remote)).toMatchObject({ node: { state: "up" }, problems: [] });
  });

  it("give way to one of the same name that was there before, and say who that is", async () => {
    const { url } = await natsServer();
    const node = await machines.start("one", "alpha", { settings: { AIEX_NATS_URL: url } });
    await beating(url, "alpha", 1);
    await expect(node.stopAsked).rejects.toBeInstanceOf(NameHeld);
    await expect(node.stopAsked).rejects.toThrow("OS process 7 on rack, incarnation 1.");
  });

  it("tell of a node that falls silent, and of a broker that is gone, and what to do", async () => {
    const broker = await natsServer({ jetstream: true });
    await machines.start("one", "alpha", { settings: { AIEX_NATS_URL: broker.url } });
    const remote = await machines.open("one");
    const stop = await beating(broker.url, "ghost", 5);
    const problems = async () => (await statusOf(remote)).problems;
    await becomes(() => membersOf(remote, "alpha"), ["alpha", "ghost"]);
    stop();
    await becomes(problems, [
      {
        severity: "warning",
        what: expect.stringContaining('Node "ghost" on rack was not heard for'),
        advice: "`aiex status ghost` says whether it answers.",
      },
    ]);
    await broker.stop();
    const lost = {
      severity: "critical",
      what: `The line to ${broker.url} is lost.`,
      advice: "Check the broker and the network; the node connects again by itself.",
    };
    await becomes(async () => (await problems()).slice(0, 1), [lost]);
    await broker.restart();
    await becomes(problems, []);
  });

  it("take in one that runs already, once, and of their own cluster alone", async () => {
    const { url } = await natsServer();
    await Promise.all([
      machines.start("one", "alpha", { settings: { AIEX_NATS_URL: url } }),
      machines.start("two", "beta"),
    ]);
    const remote = await machines.open("two");
    await expect(remote.control("beta", "join", { url, cluster: "other" })).rejects.toMatchObject({
      code: "other_cluster",
    });
    const joining = remote.control("beta", "join", { url, cluster: "aiex" });
    await expect(remote.control("beta", "join", { url })).rejects.toMatchObject({ code: "already_joined" });
    expect(await joining).toMatchObject({ url, members: expect.arrayContaining(["beta"]) });
    await becomes(() => membersOf(remote, "beta"), ["beta", "alpha"]);
    await expect(remote.control("beta", "join", { url })).rejects.toThrow(
      `belongs to the cluster at ${url} already`,
    );
  });
});

describe("A broker with keys", { timeout: 60_000 }, () => {
  it("takes a node that has its own, keeps no copy of what came with a join, and refuses those of others", async () => {
    const { url, path } = await guardedCluster(machines);
    const credentials = (name: string) => ({ AIEX_NATS_URL: url, AIEX_NATS_CREDENTIALS: path(name) });
    await expect(
      machines.start("three", "gamma", { settings: credentials("node-beta") }),
    ).rejects.toMatchObject({ code: "credentials_refused" });
    const [, beta] = await Promise.all([
      machines.start("one", "alpha", { settings: credentials("node-alpha") }),
      machines.start("two", "beta"),
    ]);
    const remote = await machines.open("two");
    const joining = (name: string) =>
      remote.control("beta", "join", { url, credentials: readFileSync(path(name), "utf8") });
    await expect(joining("operator-ann")).rejects.toMatchObject({ code: "credentials_refused" });
    await expect(remote.control("beta", "join", { url })).rejects.toMatchObject({ code: "broker_denied" });
    expect(await joining("node-beta")).toMatchObject({ url });
    const ann = await machines.open("three", { url, credentials: path("operator-ann") });
    expect(ann.self).toBe("cli-ann");
    await becomes(() => membersOf(ann, "beta"), ["beta", "alpha"]);
    await ann.close();
    await remote.close();
    await beta.stop();
    expect(readdirSync(join(machines.home, "two", "aiex")).filter((name) => name.startsWith("beta"))).toEqual(
      [],
    );
  });
});

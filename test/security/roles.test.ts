// What people in each role can do to a cluster of nodes with credentials of their own, by what their commands call.
import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { attachVersion, encodeJson, openWord, readOpenAnswer } from "../../actors/attach/frames.ts";
import type { NatsCarrier } from "../../runtime/carriers/nats.ts";
import { groupMembers, groupScope, joinGroup, named } from "../../runtime/index.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import type { RemoteConnection } from "../../supervisors/remote/connection.ts";
import { Terminal } from "../actors/attach/stage.ts";
import { denialsOf, settled } from "../runtime/broker/cluster.ts";
import {
  client,
  clusterName,
  evaluator,
  eventually,
  met,
  nodeM,
  nodeN,
  observer,
  operator,
  secureCluster,
} from "./stage.ts";

const all = subjects(clusterName);
const far = named("counter").on(nodeN.name) as never;

function deniedTo(remote: RemoteConnection): readonly string[] {
  const denied: string[] = [];
  (remote.carrier as NatsCarrier).onDenied(({ operation, subject }) =>
    denied.push(`${operation} ${subject}`),
  );
  return denied;
}

function openRequest(nonce: string): Uint8Array {
  return encodeJson({ version: attachVersion, nonce, mode: "evaluate", columns: 80 });
}

describe("Two nodes with credentials of their own", { timeout: 30_000 }, () => {
  it("beat, hold a session, reach each other's processes, and know each other's groups", async () => {
    const cluster = await secureCluster();
    const one = await cluster.start(nodeN);
    const other = await cluster.start(nodeM);
    const listener = await cluster.broker.spy();
    const beats = new Set<string>();
    listener.subscribe(all.beats(), { callback: (_, { subject }) => void beats.add(subject) });
    await met(one, other);
    expect(await other.node.call(far, "add" as never, { n: 2 } as never)).toBe(2);
    const spawned = await one.node.spawnOn(nodeM.name, "counter");
    expect([spawned.node, other.node.isAlive(spawned)]).toEqual([nodeM.name, true]);
    for (const { node } of [one, other]) await node.spawn(groupScope("teams"), {});
    const joined = await other.node.whereis("counter");
    expect(joined).toBeDefined();
    let seen: readonly unknown[] = [];
    await other.node.spawn(async () => joinGroup("teams", "counters", joined as never));
    await eventually("the group is known over there", () => {
      void one.node.spawn(async () => {
        seen = groupMembers("teams", "counters");
      });
      return seen.length === 1;
    });
    await eventually("both beat", () => beats.size === 2);
    const trouble = ["membership_trouble", "signals_refused", "name_conflict"];
    expect([...one.events, ...other.events].filter(({ name }) => trouble.includes(name))).toEqual([]);
  });
});

describe("An operator", { timeout: 30_000 }, () => {
  it("looks at nodes, calls their processes, stops and drains them, and hears answers in an inbox of their own", async () => {
    const cluster = await secureCluster();
    const one = await cluster.start(nodeN);
    const other = await cluster.start(nodeM);
    await met(one, other);
    const remote = await cluster.open(operator, nodeN.name);
    expect([remote.self, remote.gate, remote.entry]).toEqual(["cli-olga", undefined, nodeN.name]);
    for (const what of ["status", "node", "members", "sessions", "names", "health", "tree"] as const)
      expect((await remote.control(nodeN.name, "inspect", { what })).what).toBe(what);
    const top = await remote.control(nodeM.name, "inspect", { what: "top", by: "memoryBytes" });
    expect(JSON.stringify(top)).toContain("counter");
    const command = await remote.node();
    expect(await command.call(far, "add" as never, { n: 3 } as never)).toBe(3);
    command.cast(far, "bump" as never, undefined as never);
    expect(await command.call(far, "get" as never)).toBe(4);
    const move = { supervisor: "shop", id: "cart", node: nodeM.name };
    await expect(remote.control(nodeN.name, "move", move)).rejects.toMatchObject({ code: "unknown_child" });
    expect((await remote.control(nodeN.name, "stop", {})).osPid).toBe(process.pid);
    await eventually("the node is asked to stop", () => one.stops() === 1);
    expect((await remote.control(nodeM.name, "drain", { deadlineMs: 100 })).isNew).toBe(true);
    await eventually("the other one has drained, and is to stop", () => other.stops() === 1);
  });

  it("may not attach, hand on requests through a node, or have it join another cluster", async () => {
    const cluster = await secureCluster();
    const one = await cluster.start(nodeN, { remoteEval: true });
    const remote = await cluster.open(operator, nodeN.name);
    const denied = deniedTo(remote);
    const subject = all.evaluation(remote.self, nodeN.name, openWord);
    expect((await remote.carrier.request(subject, openRequest("a"), 300)).kind).toBe("timeout");
    expect(denied).toEqual([`publish ${subject}`]);
    const relayed = remote.control(nodeN.name, "relay", { what: "send", to: nodeM.name, target: "x" });
    await expect(relayed).rejects.toMatchObject({ code: "denied" });
    const url = "nats://olga:canary@127.0.0.1:1";
    const joined = remote.control(nodeN.name, "join", { url });
    await expect(joined).rejects.toMatchObject({ code: "denied" });
    await expect(joined).rejects.not.toThrow("canary");
    expect(one.events.some(({ name }) => name === "attach.shell_opened")).toBe(false);
  });
});

describe("An observer", { timeout: 30_000 }, () => {
  it("looks at nodes, and does nothing else", async () => {
    const cluster = await secureCluster();
    const one = await cluster.start(nodeN, { remoteEval: true });
    const remote = await cluster.open(observer);
    expect(remote.entry).toBe(nodeN.name);
    const { report } = await remote.control(nodeN.name, "inspect", { what: "top" });
    expect(report).toMatchObject({ cut: 0 });
    for (const what of ["ownership", "drain"] as const)
      expect((await remote.control(nodeN.name, "inspect", { what })).what).toBe(what);
    const denied = deniedTo(remote);
    const { carrier, self } = remote;
    const forbidden = [
      all.ctl(self, "stop", nodeN.name),
      all.ctl(self, "drain", nodeN.name),
      all.ctl(self, "move", nodeN.name),
      all.ctl(self, "join", nodeN.name),
      all.ctl(self, "relay", nodeN.name),
      all.msg(self, nodeN.name, 0),
      all.evaluation(self, nodeN.name, openWord),
      all.svc("llm"),
      `${all.svc("context")}.get`,
      all.ctl(operatorName, "inspect", nodeN.name),
    ];
    const answers = await Promise.all(
      forbidden.map((subject) => carrier.request(subject, new Uint8Array([123, 125]), 300)),
    );
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(["timeout"]));
    expect(denied.toSorted()).toEqual(forbidden.map((subject) => `publish ${subject}`).toSorted());
    const status = await carrier.request(`${all.svc("breaker")}.status`, new Uint8Array(), 5_000);
    expect(status.kind).toBe("answer");
    expect(one.stops()).toBe(0);
  });
});

const operatorName = "cli-olga";

describe("A client", { timeout: 30_000 }, () => {
  it("reaches services, and no node", async () => {
    const cluster = await secureCluster();
    const one = await cluster.start(nodeN);
    const connection = await cluster.broker.connect(client);
    const answer = await connection.request(`${all.svc("context")}.status`, "", { timeout: 5_000 });
    // The part behind it does not run on this node: the service says so, and answers.
    expect(answer.headers?.get("Nats-Service-Error-Code")).toBe("503");
    const denials = denialsOf(connection);
    const forbidden = [
      all.ctl("cli-carl", "inspect", nodeN.name),
      all.msg("cli-carl", nodeN.name, 0),
      all.evaluation("cli-carl", nodeN.name, openWord),
    ];
    for (const subject of forbidden) connection.publish(subject, "{}", { reply: "_INBOX.alpha.cli-carl.1" });
    await settled(connection);
    expect(denials).toEqual(forbidden.map((subject) => `publish ${subject}`));
    expect(one.stops()).toBe(0);
  });
});

describe("An evaluator", { timeout: 30_000 }, () => {
  it("gets no shell of a node whose configuration does not grant it, and the audit says who tried", async () => {
    const cluster = await secureCluster();
    const { auditPath } = await cluster.start(nodeN);
    const remote = await cluster.open(evaluator, nodeN.name);
    const place = { carrier: remote.carrier, subjects: all, node: nodeN.name, from: remote.self };
    await expect(Terminal.open(place, "evaluate")).rejects.toThrow(/its configuration does not grant it/);
    await expect(Terminal.open(place, "look")).rejects.toThrow(/its configuration does not grant it/);
    const lines = readFileSync(auditPath, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { what: "refused", from: "cli-eva", carrier: "nats", text: "denied" },
      { what: "refused", from: "cli-eva", carrier: "nats", text: "denied" },
    ]);
  });

  it("gets one where it does, once for a request, and every line stands in a file for the owner alone", async () => {
    const cluster = await secureCluster();
    const { auditPath } = await cluster.start(nodeN, { remoteEval: true });
    const remote = await cluster.open(evaluator, nodeN.name);
    const place = { carrier: remote.carrier, subjects: all, node: nodeN.name, from: remote.self };
    const terminal = await Terminal.open(place, "evaluate");
    expect((await terminal.evaluate("6 * 7")).value).toBe("42");
    const subject = all.evaluation(remote.self, nodeN.name, openWord);
    const ask = async () => {
      const answer = await remote.carrier.request(subject, openRequest("the same"), 5_000);
      return answer.kind === "answer" ? readOpenAnswer(answer.payload) : undefined;
    };
    expect(await ask()).toMatchObject({ ok: true });
    expect(await ask()).toMatchObject({ ok: false, code: "replayed" });
    const lines = readFileSync(auditPath, "utf8").trimEnd().split("\n");
    const shown = lines.map((line) => JSON.parse(line) as { readonly what: string; readonly text: string });
    expect(shown.map(({ what, text }) => `${what} ${text}`.trim())).toEqual([
      "open",
      "line 6 * 7",
      "open",
      "refused replayed",
    ]);
    expect(statSync(auditPath).mode & 0o777).toBe(0o600);
    await terminal.shell.leave();
  });
});

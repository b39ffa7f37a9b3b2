// What a person's credentials allow to send, sent to where it could do more than that person may.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeFrame as shellFrame } from "../../actors/attach/frames.ts";
import { memoryNetwork } from "../../runtime/carriers/memory.ts";
import { type Node, named, type RuntimeEvent } from "../../runtime/index.ts";
import { encodeFrame, encodeSignals } from "../../runtime/wire/codec.ts";
import { signalKinds as kinds, type Signal } from "../../runtime/wire/frame.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { Terminal } from "../actors/attach/stage.ts";
import { denialsOf, settled } from "../runtime/broker/cluster.ts";
import { clusterName, evaluator, eventually, nodeM, nodeN, operator, secureCluster, world } from "./stage.ts";
import { Stranger } from "./stranger.ts";

const second = { role: "evaluator", name: "eve" } as const;
const all = subjects(clusterName);
const victim = nodeN.name;

function encodeRequest(request: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ v: 1, ...request }));
}

function numberOf(node: Node, name: string): number {
  const pid = node.whereis(name);
  if (pid === undefined) throw new Error(`No process is called ${name}.`);
  return pid.id;
}

function refusals(events: readonly RuntimeEvent[]): number {
  return events.reduce(
    (sum, event) =>
      sum + (event.name === "signals_refused" && event.data.why === "not for tools" ? event.data.signals : 0),
    0,
  );
}

describe("What an operator sends to a process", { timeout: 30_000 }, () => {
  it("is never taken for what somebody typed into a shell of theirs (T10)", async () => {
    const cluster = await secureCluster();
    const { node, auditPath } = await cluster.start(nodeN, { remoteEval: true });
    const theirs = await cluster.open(evaluator, victim);
    const terminal = await Terminal.open(
      { carrier: theirs.carrier, subjects: all, node: victim, from: theirs.self },
      "evaluate",
    );
    const shell = node.registered().find((name) => name.startsWith("attach.session."));
    expect(shell).toBeDefined();
    const command = await (await cluster.open(operator, victim)).node();
    const message = { op: "eval", id: 9, text: "globalThis.taken = true", json: false, timeoutMs: 1_000 };
    const frame = { from: theirs.self, head: { seq: 2, ack: 1, isBeat: false }, message };
    const target = named(shell ?? "").on(victim) as never;
    const result = { is: "value", id: 1, text: "forged", heldUpMs: 0 };
    for (const payload of [frame, { value: frame }]) command.cast(target, "frame" as never, payload as never);
    for (const payload of [result, { value: result }])
      command.cast(target, "result" as never, payload as never);
    command.send(target, { type: "sys.exit", from: node.whereis(shell ?? ""), reason: "killed" } as never);
    // What comes after it on the same way is answered: everything before has come.
    await command.call(named("counter").on(victim) as never, "get" as never);
    expect((await terminal.evaluate("typeof taken")).value).toBe("'undefined'");
    expect(readFileSync(auditPath, "utf8")).not.toContain("globalThis");
    expect(JSON.stringify(terminal.heard)).not.toContain("forged");
  });

  it("is nothing to a shell that another way leads to, also under the same name (T10)", async () => {
    const cluster = await secureCluster({ people: [operator, evaluator, second] });
    const { node, member } = await cluster.start(nodeN);
    const near = memoryNetwork(world);
    member.open(near.carrier(victim));
    // The shells hear of it by a message.
    await new Promise((resolve) => setImmediate(resolve));
    const place = { carrier: near.carrier("cli-eva"), subjects: all, node: victim, from: "cli-eva" };
    const terminal = await Terminal.open(place, "evaluate");
    const { session } = terminal.shell;
    const people = [await cluster.broker.connect(evaluator), await cluster.broker.connect(second)];
    const message = {
      op: "eval",
      id: 9,
      text: "globalThis.taken = true",
      json: false,
      timeoutMs: 1_000,
    } as const;
    const bytes = shellFrame({ seq: 2, ack: 1, isBeat: false }, message);
    for (const [index, person] of people.entries()) {
      person.publish(all.evaluation(index === 0 ? "cli-eva" : "cli-eve", victim, session), bytes);
      const asked = all.ctl(index === 0 ? "cli-eva" : "cli-eve", "inspect", victim);
      await person.request(asked, encodeRequest({ what: "node" }), { timeout: 5_000 });
    }
    expect((await terminal.evaluate("typeof taken")).value).toBe("'undefined'");
    expect(node.registered()).toContain(`attach.session.${session}`);
  });

  it("opens no shell, and gives the shells no carrier (T10)", async () => {
    const cluster = await secureCluster();
    const { node, events } = await cluster.start(nodeN);
    const command = await (await cluster.open(operator, victim)).node();
    const server = node.whereis("attach");
    const request = { version: 1, nonce: "n", mode: "evaluate", columns: 80 };
    const asked = { carrier: { kind: "socket", payloadBytesMax: 1_000 }, from: "cli-olga", request };
    const target = named("attach").on(victim) as never;
    for (const payload of [asked, { value: asked }, undefined])
      command.cast(target, "asked" as never, payload as never);
    for (const payload of [{ value: {} }, undefined])
      command.cast(target, "add_carrier" as never, payload as never);
    await command.call(named("counter").on(victim) as never, "get" as never);
    expect(node.registered().filter((name) => name.startsWith("attach.session."))).toEqual([]);
    expect(node.whereis("attach")).toEqual(server);
    expect(events.filter(({ name }) => name === "process_crashed" || name === "attach.shell_opened")).toEqual(
      [],
    );
  });

  it("is no request of this machine's commands to the control process (T10)", async () => {
    const cluster = await secureCluster();
    const { node, stops } = await cluster.start(nodeN);
    const command = await (await cluster.open(operator, victim)).node();
    const payload = encodeRequest({ what: "send", to: victim, target: "counter", message: { type: "x" } });
    const forged = { verb: "relay", payload, bytesMax: 10_000, isLocal: true };
    const control = named("control").on(victim) as never;
    for (const message of [forged, { value: forged }, undefined]) {
      const answer: unknown = await command.call(control, "ask" as never, message as never);
      expect(new TextDecoder().decode(answer as Uint8Array)).toContain('"code":"denied"');
    }
    expect(node.whereis("control")).toBeDefined();
    expect(stops()).toBe(0);
  });

  it("links, watches, ends, starts and tells groups nothing, and each of it is counted (T10, T11)", async () => {
    const cluster = await secureCluster();
    const { node, events } = await cluster.start(nodeN);
    const id = numberOf(node, "counter");
    // What the node starts by itself is there before anything is counted.
    await eventually("the caretaker runs", () => node.whereClusterName("cluster/caretaker") !== undefined);
    const before = node.processes().length;
    const stranger = new Stranger(await cluster.broker.connect(operator), "cli-olga");
    await stranger.greet(victim);
    const forbidden: readonly Signal[] = [
      [kinds.link, 3, id],
      [kinds.unlink, 3, id, 1],
      [kinds.unlinkAck, 3, id, 1],
      [kinds.linkExit, 3, id, "kill"],
      [kinds.exit, 3, id, "kill"],
      [kinds.monitor, 3, id, 11, true],
      [kinds.demonitor, 3, 11],
      [kinds.down, 3, id, 1, "killed"],
      [kinds.spawn, 3, 12, "counter", undefined, { name: "stolen", link: true }],
      [kinds.spawned, 3, 12, 5, true],
      [kinds.spawnFailed, 3, 12, { code: "x", message: "x" }],
      [kinds.spawnAbandon, 3, 12],
      [kinds.groupSend, 3, "pg", "group", { type: "x" }],
      [kinds.stop, 3, id, 13, "normal"],
    ];
    stranger.signals(victim, ...forbidden);
    stranger.signals(victim, [kinds.call, 3, id, 14, "get", undefined]);
    await eventually("the call is answered", () => stranger.answers.some(([kind]) => kind === kinds.reply));
    await eventually("all of them are told", () => refusals(events) === forbidden.length);
    expect([node.isAlive(node.whereis("counter") as never), node.whereis("stolen")]).toEqual([
      true,
      undefined,
    ]);
    expect(node.processes().length).toBe(before);
    expect(stranger.answers.map(([kind]) => kind)).toEqual([
      kinds.linkExit,
      kinds.down,
      kinds.spawnFailed,
      kinds.callFailed,
      kinds.reply,
    ]);
    const info = node.processInfo(node.whereis("counter") as never);
    expect([info?.links.length, info?.monitoredBy.length]).toEqual([0, 0]);
  });

  it("is not let through in parts either", async () => {
    const cluster = await secureCluster();
    const { node, events } = await cluster.start(nodeN);
    const id = numberOf(node, "counter");
    const stranger = new Stranger(await cluster.broker.connect(operator), "cli-olga");
    await stranger.greet(victim);
    const exit = encodeSignals([[kinds.exit, 3, id, "kill"]]);
    const half = Math.floor(exit.length / 2);
    const nested = encodeSignals([[kinds.fragment, 3, 2, true, exit]]);
    stranger.signals(
      victim,
      [kinds.fragment, 3, 1, false, exit.slice(0, half)],
      [kinds.fragment, 3, 1, true, exit.slice(half)],
      [kinds.fragment, 3, 3, true, nested],
    );
    await eventually("it is refused", () => refusals(events) >= 1);
    await settled(stranger.connection);
    expect(node.isAlive(node.whereis("counter") as never)).toBe(true);
  });
});

describe("A node's credentials", { timeout: 30_000 }, () => {
  it("let nobody speak as another node, or hear what is for it (T11)", async () => {
    const cluster = await secureCluster();
    const { events } = await cluster.start(nodeN);
    const connection = await cluster.broker.connect(nodeM);
    const denials = denialsOf(connection);
    const stranger = new Stranger(connection, nodeM.name);
    for (const from of ["n2", victim, "cli-olga"]) stranger.say(victim, stranger.hello(5), from);
    connection.publish(all.beat(victim), "{}");
    connection.publish(all.pg(victim, "pg"), "{}");
    connection.subscribe(all.msgTo(victim), { callback: () => {} });
    await settled(connection);
    expect(denials.toSorted()).toEqual(
      [
        `publish ${all.beat(victim)}`,
        `publish ${all.msg("cli-olga", victim, 0)}`,
        `publish ${all.msg(victim, victim, 0)}`,
        `publish ${all.msg("n2", victim, 0)}`,
        `publish ${all.pg(victim, "pg")}`,
        `subscription ${all.msgTo(victim)}`,
      ].toSorted(),
    );
    expect(events.filter(({ name }) => name === "node_up")).toEqual([]);
  });
});

describe("A place for an answer that is no inbox", { timeout: 30_000 }, () => {
  it("is never spoken to by a node: not by ping, control, shells or services (T11)", async () => {
    const cluster = await secureCluster();
    const one = await cluster.start(nodeN, { remoteEval: true });
    const spy = await cluster.broker.spy();
    const places = [
      all.ctl(victim, "stop", nodeM.name),
      all.msg(victim, nodeM.name, 0),
      all.evaluation(victim, nodeM.name, "open"),
      all.pg(victim, "pg"),
      "$JS.API.STREAM.DELETE.x",
      "$SYS.x",
      "INBOX.x",
    ];
    const spoken: string[] = [];
    for (const place of places.filter((subject) => !subject.startsWith("$SYS")))
      spy.subscribe(place, { callback: (_, { subject }) => void spoken.push(subject) });
    await settled(spy);
    const ping = encodeFrame({ kind: "ping", incarnation: 1, nonce: 2 });
    const open = new TextEncoder().encode('{"version":1,"nonce":"q","mode":"look","columns":80}');
    const [eva, olga] = [await cluster.broker.connect(evaluator), await cluster.broker.connect(operator)];
    for (const reply of places) {
      olga.publish(all.msg("cli-olga", victim, 0), ping, { reply });
      olga.publish(all.ctl("cli-olga", "inspect", victim), encodeRequest({ what: "node" }), { reply });
      olga.publish(all.ctl("cli-olga", "stop", victim), encodeRequest({}), { reply });
      eva.publish(all.evaluation("cli-eva", victim, "open"), open, { reply });
      for (const service of ["llm", "context", "pipeline", "breaker"])
        olga.publish(`${all.svc(service)}.status`, "", { reply });
      olga.publish("$SRV.PING", "", { reply });
    }
    await settled(olga, eva);
    // Whoever asks as one should is answered after all of that.
    await olga.request(all.ctl("cli-olga", "inspect", victim), encodeRequest({ what: "node" }), {
      timeout: 5_000,
    });
    await olga.request(`${all.svc("breaker")}.status`, "", { timeout: 5_000 });
    await settled(spy);
    expect(spoken).toEqual([]);
    // Nobody who is told nothing has anything done.
    expect(one.stops()).toBe(0);
    expect(one.node.registered().filter((name) => name.startsWith("attach.session."))).toEqual([]);
  });
});

// What one peer sends without end, without sense or once more: bounded, counted, and nothing to the others.
import { describe, expect, it } from "vitest";
import { controlLimits } from "../../actors/control/limits.ts";
import { distributionLimits } from "../../runtime/distribution/limits.ts";
import { named, type RuntimeEvent } from "../../runtime/index.ts";
import { encodeFrame } from "../../runtime/wire/codec.ts";
import { signalKinds as kinds } from "../../runtime/wire/frame.ts";
import { wireLimits } from "../../runtime/wire/limits.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { settled } from "../runtime/broker/cluster.ts";
import {
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
import { Stranger } from "./stranger.ts";

const all = subjects(clusterName);
const victim = nodeN.name;

function refused(events: readonly RuntimeEvent[], why: RegExp): number {
  return events.reduce(
    (sum, event) =>
      sum + (event.name === "signals_refused" && why.test(event.data.why) ? event.data.signals : 0),
    0,
  );
}

function text(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
}

function codeOf(answer: Uint8Array): string {
  const { ok, error } = JSON.parse(new TextDecoder().decode(answer)) as {
    readonly ok: boolean;
    readonly error?: { readonly code: string };
  };
  return ok ? "ok" : (error?.code ?? "");
}

describe("A flood of hellos", { timeout: 30_000 }, () => {
  it("of many halves and incarnations is bounded for its name, and others are heard on (T12)", async () => {
    const cluster = await secureCluster();
    const { node, events } = await cluster.start(nodeN);
    const stranger = new Stranger(await cluster.broker.connect(evaluator), "cli-eva");
    const most = distributionLimits.toolsOfNameMax;
    for (let number = 1; number <= most * 4; number += 1)
      stranger.say(victim, stranger.hello(number, number));
    for (let half = 1; half <= 2_000; half += 1) stranger.say(victim, stranger.hello(half, 1));
    await settled(stranger.connection);
    await eventually("the rest is refused", () => refused(events, /too many tools/) >= most * 3);
    expect(refused(events, /too many tools/)).toBe(most * 3);
    const command = await (await cluster.open(operator, victim)).node();
    expect(await command.call(named("counter").on(victim) as never, "get" as never)).toBe(0);
    // Hellos that nobody follows up are forgotten.
    await eventually("all are forgotten", () => node.distribution?.connected.length === 1);
  });

  it("in the name of a node that is there does not end the session with it (T11)", async () => {
    const cluster = await secureCluster();
    const one = await cluster.start(nodeN);
    const other = await cluster.start(nodeM);
    await met(one, other);
    const spy = await cluster.broker.spy();
    const recorded: { readonly subject: string; readonly bytes: Uint8Array }[] = [];
    spy.subscribe(`aiex.${clusterName}.msg.>`, {
      callback: (_, { subject, data }) => void recorded.push({ subject, bytes: new Uint8Array(data) }),
    });
    await settled(spy);
    const far = named("counter").on(nodeM.name) as never;
    expect(await one.node.call(far, "add" as never, { n: 1 } as never)).toBe(1);
    await eventually("it was recorded", () => recorded.length >= 2);
    const before = recorded.slice();
    // Whoever recorded it and has a node's key can say it as that node alone; the broker's owner can say it as anybody.
    for (let round = 0; round < 20; round += 1) {
      for (const { subject, bytes } of before) spy.publish(subject, bytes);
      for (const incarnation of [1, one.node.incarnation, one.node.incarnation + round]) {
        const hello = new Stranger(spy, victim, incarnation).hello(round + 1, incarnation);
        spy.publish(all.msg(victim, nodeM.name, 0), encodeFrame({ ...hello, hidden: false } as never));
      }
    }
    await settled(spy);
    expect(await one.node.call(far, "get" as never)).toBe(1);
    expect([...one.events, ...other.events].filter(({ name }) => name === "node_down")).toEqual([]);
  });
});

describe("Frames without sense", { timeout: 30_000 }, () => {
  it("are counted and dropped, whatever they are, and the session of others goes on (T9)", async () => {
    const cluster = await secureCluster();
    const { node, events } = await cluster.start(nodeN);
    const command = await (await cluster.open(operator, victim)).node();
    const target = named("counter").on(victim) as never;
    await command.call(target, "get" as never);
    const stranger = new Stranger(await cluster.broker.connect(evaluator), "cli-eva");
    const garbage = [
      new Uint8Array(),
      new Uint8Array([0]),
      new Uint8Array([255, 255]),
      new Uint8Array([1, 2, 3]),
      new Uint8Array(5_000).fill(3),
      Uint8Array.from([3, ...new Uint8Array(4_000).fill(0x91)]),
      new Uint8Array(900_000).fill(1),
      Uint8Array.from([3, 0x81, 0xa9, ...new TextEncoder().encode("__proto__"), 0x80]),
      // Extensions of the format, lengths beyond the end, and a map that claims four billion fields.
      Uint8Array.from([3, 0xc7, 0xff, 0x01]),
      Uint8Array.from([3, 0xdf, 0xff, 0xff, 0xff, 0xff]),
    ];
    for (const bytes of garbage) stranger.say(victim, bytes);
    await eventually("all are counted", () => refused(events, /./) >= garbage.length);
    await stranger.greet(victim);
    stranger.body(victim, new Uint8Array(100).fill(0x91));
    await eventually("the session is over", () => stranger.heard.some(({ kind }) => kind === "goodbye"));
    expect(await command.call(target, "get" as never)).toBe(0);
    expect(node.isAlive(node.whereis("counter") as never)).toBe(true);
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
  });

  it("in messages that are sense reach the process as plain data alone", async () => {
    const cluster = await secureCluster();
    const { node, events } = await cluster.start(nodeN);
    const stranger = new Stranger(await cluster.broker.connect(operator), "cli-olga");
    await stranger.greet(victim);
    const id = node.whereis("counter")?.id ?? 0;
    let deep: unknown = 1;
    for (let depth = 0; depth < 28; depth += 1) deep = [deep];
    stranger.signals(
      victim,
      [kinds.send, 3, id, { type: "sys.exit", from: 1, reason: "kill" }],
      [kinds.send, 3, id, null],
      [kinds.send, 3, id, "text"],
      [kinds.send, 3, id, { type: 5, constructor: { prototype: 1 } }],
      [kinds.cast, 3, id, "__proto__", deep],
      [kinds.cast, 3, id, "constructor", deep],
      [kinds.send, 3, "no such name", { type: "x" }],
      [kinds.reply, 3, 99, "nobody asked"],
      [kinds.callFailed, 3, 99, { kind: "exited", reason: "killed" }],
      [kinds.abandon, 3, 99],
      [kinds.call, 3, id, 14, "constructor", undefined],
      [kinds.call, 3, "counter", 15, "get", undefined],
    );
    await eventually("both calls are answered", () =>
      [14, 15].every((ref) => stranger.answers.some((signal) => signal[2] === ref)),
    );
    // A call that nobody knows ends who was called, as on one node: its supervisor starts it again, where it has one.
    expect(events.filter(({ name }) => name === "unattributed_failure")).toEqual([]);
  });
});

describe("A flood of messages", { timeout: 30_000 }, () => {
  it("from one peer leaves the calls of others answered, and nothing of it behind (T12)", async () => {
    const cluster = await secureCluster();
    const { node } = await cluster.start(nodeN);
    const command = await (await cluster.open(operator, victim)).node();
    const target = named("counter").on(victim) as never;
    const counter = node.whereis("counter") as never;
    const stranger = new Stranger(await cluster.broker.connect(evaluator), "cli-eva");
    await stranger.greet(victim);
    const ballast = "x".repeat(60_000);
    let answered = 0;
    for (let round = 1; round <= 20; round += 1) {
      for (let number = 0; number < 50; number += 1) {
        const id = node.whereis("counter")?.id ?? 0;
        stranger.signals(
          victim,
          [kinds.send, 3, id, { type: ballast }],
          [kinds.cast, 3, id, "bump", ballast],
        );
      }
      await settled(stranger.connection);
      await command.call(target, "get" as never);
      answered += 1;
    }
    expect(answered).toBe(20);
    await eventually("all of it is handled", () => node.processInfo(counter)?.queueLength === 0);
    expect(await command.call(target, "get" as never)).toBe(1_000);
  });

  it("that is never finished is bounded, and its session ends", async () => {
    const cluster = await secureCluster();
    const { node, events } = await cluster.start(nodeN);
    const stranger = new Stranger(await cluster.broker.connect(evaluator), "cli-eva");
    await stranger.greet(victim);
    const part = new Uint8Array(wireLimits.fragmentBytes);
    const parts = Math.ceil(wireLimits.messageBytesMax / part.length) + 2;
    for (let number = 0; number < parts; number += 1)
      stranger.signals(victim, [kinds.fragment, 3, 1, false, part]);
    await eventually("the session is over", () => stranger.heard.some(({ kind }) => kind === "goodbye"));
    expect(refused(events, /./)).toBeGreaterThanOrEqual(1);
    expect(node.isAlive(node.whereis("counter") as never)).toBe(true);
  });
});

describe("A flood of requests", { timeout: 30_000 }, () => {
  it("to a node is answered up to a bound for its asker, and others are answered meanwhile (T12)", async () => {
    const cluster = await secureCluster();
    const { stops } = await cluster.start(nodeN);
    const [flooding, other] = [
      await cluster.broker.connect(observer),
      await cluster.broker.connect(operator),
    ];
    const subject = all.ctl("cli-oscar", "inspect", victim);
    const question = text({ v: 1, what: "top", limit: 100 });
    const codes = new Map<string, number>();
    const inbox = "_INBOX.alpha.cli-oscar.flood";
    flooding.subscribe(`${inbox}.*`, {
      callback: (error, { data }) => {
        if (error !== null) return;
        const code = codeOf(new Uint8Array(data));
        codes.set(code, (codes.get(code) ?? 0) + 1);
      },
    });
    const asked = 10_000;
    for (let number = 0; number < asked; number += 1)
      flooding.publish(subject, question, { reply: `${inbox}.${number}` });
    await flooding.flush();
    const mine = await other.request(all.ctl("cli-olga", "inspect", victim), text({ v: 1, what: "node" }), {
      timeout: 10_000,
    });
    expect(codeOf(new Uint8Array(mine.data))).toBe("ok");
    await eventually(
      "all are answered",
      () => [...codes.values()].reduce((sum, count) => sum + count, 0) === asked,
    );
    expect([...codes.keys()].toSorted()).toEqual(["ok", "overload"]);
    expect(codes.get("ok")).toBeGreaterThanOrEqual(controlLimits.askerWaitingMax);
    expect(stops()).toBe(0);
  });

  it("that are large, deep or no JSON is refused in words, one by one", async () => {
    const cluster = await secureCluster();
    await cluster.start(nodeN);
    const connection = await cluster.broker.connect(operator);
    const ask = async (verb: string, payload: Uint8Array): Promise<string> => {
      const subject = all.ctl("cli-olga", verb, victim);
      return codeOf(new Uint8Array((await connection.request(subject, payload, { timeout: 10_000 })).data));
    };
    const most = controlLimits.questionBytesMax;
    for (const bytes of [most + 1, 1_000_000]) {
      const payload = new Uint8Array(bytes).fill(0x5b);
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask("inspect", payload)));
      expect(new Set(answers)).toEqual(new Set(["too_large"]));
    }
    const nested = `{"v":1,"what":"node","x":${"[".repeat(4_000)}${"]".repeat(4_000)}}`;
    expect(await ask("inspect", text(nested))).toBe("ok");
    expect(await ask("inspect", text("[".repeat(most)))).toBe("bad_request");
    for (const hostile of [
      '{"__proto__":{"what":"node"}}',
      '{"what":"__proto__"}',
      '{"what":"constructor"}',
      "null",
      "[]",
      '"x"',
      "",
    ])
      expect([hostile, await ask("inspect", text(hostile))]).toEqual([
        hostile,
        hostile.includes("constructor") || hostile.startsWith('{"what":"__')
          ? "unknown_request"
          : "bad_request",
      ]);
    const polluting =
      '{"v":1,"what":"node","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    expect(await ask("inspect", text(polluting))).toBe("ok");
    for (const verb of ["constructor", "__proto__", "toString", "explode"])
      expect(await ask(verb, text("{}"))).toBe("unknown_request");
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
    const target = "<".repeat(900);
    expect(await ask("inspect", text({ what: "process", target }))).toBe("noproc");
  });
});

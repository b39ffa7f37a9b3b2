// `aiex send` and `aiex call` against nodes that are data: what they ask, what they print, and how they end.
import { describe, expect, it } from "vitest";
import { ControlRefused } from "../../actors/control/envelope.ts";
import { BrokerDenied, BrokerUnreachable } from "../../runtime/carriers/failures.ts";
import { CalleeExited, CallTimeout, NodeDown, NoProcess, Overload } from "../../runtime/process/failures.ts";
import { NodeUnreachable, WhichNode } from "../../supervisors/remote/failures.ts";
import { chunks } from "./fixtures.ts";
import { noProcess, processRow, ranRemotely } from "./remote-stage.ts";

const names = {
  names: [
    { name: "counter", pid: "<alpha.1.7>" },
    { name: "lamp", pid: "<alpha.1.8>" },
  ],
  cut: 0,
};
const never = new Promise<never>(() => {});

/** A hidden node whose calls give or throw this. */
function calling(result: unknown) {
  const calls: unknown[][] = [];
  const call = async (...given: unknown[]): Promise<unknown> => {
    calls.push(given);
    if (result instanceof Error) throw result;
    return result;
  };
  return { calls, own: { call } };
}

const overBroker = { gate: undefined, carrier: { kind: "nats", place: "nats://broker:4222" } };

describe("aiex send", () => {
  const answers = { process: processRow(), relay: { value: null } };

  it("has the node hand the message over, and says to whom", async () => {
    const { code, out, err, asked, closes } = await ranRemotely('send counter {"type":"press"}', { answers });
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'Sent to "counter" (<alpha.1790000000000.7>).\n',
      err: "",
    });
    expect(asked.map(({ verb, request }) => ({ verb, request }))).toEqual([
      { verb: "inspect", request: { what: "process", target: "counter" } },
      {
        verb: "relay",
        request: { what: "send", to: "alpha", target: "counter", message: { type: "press" } },
      },
    ]);
    expect(closes()).toBe(1);
  });

  it("reaches another node through the one of this machine", async () => {
    const { asked, opened } = await ranRemotely('send beta/lamp {"type":"press"}', {
      answers,
      gate: "alpha",
      entry: "beta",
    });
    expect(opened).toEqual([{ node: "beta" }]);
    expect(asked.at(-1)).toMatchObject({ node: "alpha", verb: "relay", request: { to: "beta" } });
  });

  it("sends to the node itself over a broker, and waits until it has arrived", async () => {
    const sent: unknown[] = [];
    const own = {
      send: (...given: unknown[]) => sent.push(given),
      tryCall: async () => ({ ok: false, error: new NoProcess("nobody") }),
    };
    const { code, asked } = await ranRemotely('send beta.5.42 {"type":"press"}', {
      answers,
      own,
      gate: undefined,
      carrier: { kind: "nats", place: "nats://broker:4222" },
    });
    expect(code).toBe(0);
    expect(sent).toEqual([[{ node: "beta", incarnation: 5, id: 42 }, { type: "press" }]]);
    expect(asked[0]).toMatchObject({ node: "beta", request: { target: "<beta.5.42>" } });
  });

  it("does not say sent where the node went away over the broker", async () => {
    const own = { send: () => {}, tryCall: async () => ({ ok: false, error: new NodeDown("beta") }) };
    const { code, out } = await ranRemotely('send beta/lamp {"type":"press"}', {
      answers,
      own,
      gate: undefined,
      carrier: { kind: "nats", place: "nats://broker:4222" },
    });
    expect({ code, out }).toEqual({ code: 76, out: "" });
  });

  it("prints JSON for programs", async () => {
    const { out } = await ranRemotely('send counter {"type":"press"} --format json', { answers });
    expect(JSON.parse(out)).toEqual({ schema: "aiex.sent/1", node: "alpha", pid: "<alpha.1790000000000.7>" });
  });

  it("reads the message from standard input", async () => {
    const { asked } = await ranRemotely("send counter -", { answers, stdin: chunks(['{"type":', '"a"}\n']) });
    expect(asked.at(-1)?.request).toMatchObject({ message: { type: "a" } });
  });

  it("names the nearest where nobody has the name, and sends nothing", async () => {
    const { code, out, err, asked } = await ranRemotely('send countr {"type":"press"}', {
      answers: { ...answers, process: ({ node }: { node: string }) => noProcess(node), names },
    });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain('Nobody on node "alpha" has the name "countr". Did you mean "counter"?');
    expect(asked.map(({ verb }) => verb)).not.toContain("relay");
  });

  it.each([
    ["send counter press", "double quotes"],
    ["send counter 7", 'a "type"'],
    ["send counter []", 'a "type"'],
    ['send counter {"type":7}', 'a "type"'],
    ["send counter", "needs a MESSAGE"],
    ["send", "needs a TARGET"],
    ["send a b c", 'Unexpected "c"'],
    ["send a..b/x {}", "cannot be a node"],
    ["send x - --timeout 5", "a time with its unit"],
    ["send x - --timeout 1ms", "from 10ms to 1h"],
    ["sned x {}", "Did you mean send?"],
  ])("refuses %j before it connects", async (line, says) => {
    const { code, err, opened } = await ranRemotely(line, { stdin: chunks(["{}"]) });
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(opened).toEqual([]);
  });

  it("refuses standard input that is no text", async () => {
    const { code, err } = await ranRemotely("send x -", { stdin: chunks([new Uint8Array([0xff, 0xfe])]) });
    expect(code).toBe(2);
    expect(err).toContain("no UTF-8");
  });
});

describe("aiex call", () => {
  it("calls by the name and with the payload, and prints the reply in one line", async () => {
    const { calls, own } = calling({ total: 42, of: ["a"] });
    const { code, out, err } = await ranRemotely('call counter bump {"by":2} --timeout 250ms', {
      ...overBroker,
      own,
    });
    expect({ code, out, err }).toEqual({ code: 0, out: '{"total":42,"of":["a"]}\n', err: "" });
    expect(calls).toEqual([[{ name: "counter", node: "alpha" }, "bump", { by: 2 }, { timeoutMs: 250 }]]);
  });

  it("gives no payload where none is given, and null where that is", async () => {
    const first = calling(1);
    await ranRemotely("call counter total", { ...overBroker, own: first.own });
    expect(first.calls[0]?.[2]).toBeUndefined();
    const second = calling(1);
    await ranRemotely("call counter total null", { ...overBroker, own: second.own });
    expect(second.calls[0]?.[2]).toBeNull();
  });

  it("indents the reply on a terminal, and not for --format json", async () => {
    const { own } = calling({ total: 42 });
    expect((await ranRemotely("call counter total", { ...overBroker, own, isTTY: true })).out).toBe(
      '{\n  "total": 42\n}\n',
    );
    const { out } = await ranRemotely("call counter total --format json", {
      ...overBroker,
      own,
      isTTY: true,
    });
    expect(out).toBe('{"total":42}\n');
  });

  it.each(["alpha", "beta"])("has the node behind a socket call a process of %s", async (to) => {
    const { code, out, asked, err } = await ranRemotely(`call ${to}/counter total {"by":2} --timeout 250ms`, {
      gate: "alpha",
      entry: to,
      answers: { relay: { value: { total: 7 } } },
    });
    expect({ code, out, err }).toEqual({ code: 0, out: '{"total":7}\n', err: "" });
    const request = {
      what: "call",
      to,
      target: "counter",
      type: "total",
      payload: { by: 2 },
      timeoutMs: 250,
    };
    expect(asked).toEqual([{ node: "alpha", verb: "relay", request, timeoutMs: expect.any(Number) }]);
    expect(asked[0]?.timeoutMs).toBeGreaterThan(250);
  });

  it("names the nearest where the node behind a socket knows nobody of that name", async () => {
    const { code, err } = await ranRemotely("call countr total", {
      answers: { relay: ({ node }: { node: string }) => noProcess(node), names },
    });
    expect(code).toBe(1);
    expect(err).toContain('Did you mean "counter"?');
  });

  it("shows what a reply holds to a terminal harmlessly", async () => {
    const { own } = calling("\x1b]0;owned\x07\u202e");
    const { out } = await ranRemotely("call counter total", { ...overBroker, own, isTTY: true });
    expect(out).toBe('"\\u001b]0;owned\\u0007\\u202e"\n');
  });

  it.each([
    [new CalleeExited("counter", "bump", { kind: "killed" }), 1, "ended before it answered"],
    [new CallTimeout("counter", "bump", 5_000), 124, "did not answer"],
    [new NodeDown("alpha"), 76, "not reachable"],
    [new Overload("counter", "bump", 10), 75, "messages waiting"],
    [new ControlRefused("alpha", "callee_exited", "counter ended."), 1, "counter ended"],
    [new ControlRefused("alpha", "denied", "Not you."), 5, "Not you"],
  ])("ends for %s with %i", async (error, code, says) => {
    const ran = await ranRemotely("call counter bump", { ...overBroker, own: calling(error).own });
    expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
    expect(ran.err).toContain(says);
    expect(ran.err).not.toContain("fault in aiex");
  });

  it("lists the names where none is near", async () => {
    const { own } = calling(new NoProcess("zzz"));
    const { code, err } = await ranRemotely("call zzz total", { ...overBroker, own, answers: { names } });
    expect(code).toBe(1);
    expect(err).toContain('Known are "counter", "lamp".');
  });

  it("says of a pid that is gone that it is gone, and asks for no names", async () => {
    const { own } = calling(new NoProcess("<alpha.5.42>"));
    const { code, err, asked } = await ranRemotely("call alpha.5.42 total", { ...overBroker, own });
    expect(code).toBe(1);
    expect(err).toContain("<alpha.5.42>: it has ended, or its node was started anew");
    expect(asked).toEqual([]);
  });

  it("tells of the missing name also where the node tells no names", async () => {
    const { own } = calling(new NoProcess("zzz"));
    const { code, err } = await ranRemotely("call zzz total", { ...overBroker, own });
    expect(code).toBe(1);
    expect(err).toContain('Nobody on node "alpha" has the name "zzz"');
  });

  it("ends in time where nothing ever comes back, and lets go", async () => {
    const own = { call: () => never };
    const { code, err, closes } = await ranRemotely("call counter total --timeout 1s", {
      ...overBroker,
      own,
    });
    expect(code).toBe(124);
    expect(err).toContain("--timeout");
    expect(closes()).toBe(1);
  });
});

describe("A command that speaks to nodes", () => {
  it.each([
    [new NodeUnreachable("There is no node."), 76],
    [new BrokerUnreachable("nats://b", "refused"), 76],
    [new BrokerDenied("nats://b", "wrong"), 5],
    [new WhichNode("Two run."), 2],
  ])("ends for %s with %i", async (error, code) => {
    const open = async (): Promise<never> => {
      throw error;
    };
    const ran = await ranRemotely("call counter total", { remotes: { open } });
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(error.message);
  });

  it("says what to do where no node runs", async () => {
    const open = async (): Promise<never> => {
      throw new NodeUnreachable("No node runs on this machine.");
    };
    const { code, out } = await ranRemotely("top", { remotes: { open } });
    expect({ code, out }).toEqual({ code: 76, out: "" });
  });

  it("gives up a connection that does not come about, and lets go of it when it does", async () => {
    let closed = 0;
    let arrive: (remote: never) => void = () => {};
    const open = () => new Promise<never>((resolve) => (arrive = resolve));
    const { code } = await ranRemotely("status", { remotes: { open } });
    expect(code).toBe(124);
    arrive({ close: async () => (closed += 1) } as never);
    await Promise.resolve();
    await Promise.resolve();
    expect(closed).toBe(1);
  });

  it("hands --nats and --credentials on", async () => {
    const { opened } = await ranRemotely("top beta --nats nats://b:4222 --credentials a.json", {
      answers: { top: { processes: 0, rows: [], cut: 0 } },
    });
    expect(opened).toEqual([{ node: "beta", url: "nats://b:4222", credentials: "a.json" }]);
  });

  it("shows what the configuration warns of", async () => {
    const { own } = calling(1);
    const { err, out } = await ranRemotely("call counter total", {
      ...overBroker,
      own,
      warnings: ["Mind the gap."],
    });
    expect({ err, out }).toEqual({ err: "Warning: Mind the gap.\n", out: "1\n" });
  });
});

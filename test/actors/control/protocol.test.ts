import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ControlRefused,
  controlVersion,
  encodeAnswer,
  encodeRefusal,
  encodeRequest,
  openAnswer,
} from "../../../actors/control/envelope.ts";
import { decodeAnswer, decodeRequest } from "../../../actors/control/protocol.ts";

const answerer = { node: "alpha", incarnation: 7, program: "0.1.0" };
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return error instanceof ControlRefused ? error.code : `${error}`;
  }
  return undefined;
};

describe("A request", () => {
  it("comes out as it went in, with what it left out filled in", () => {
    const read = (request: Record<string, unknown>) =>
      decodeRequest("alpha", "inspect", encodeRequest(request));
    expect(read({ what: "node" })).toMatchObject({ what: "node" });
    expect(read({ what: "top" })).toEqual({ what: "top", by: "messagesHandled", limit: 20 });
    expect(read({ what: "top", by: "memoryBytes", limit: 3 })).toEqual({
      what: "top",
      by: "memoryBytes",
      limit: 3,
    });
    const move = { supervisor: "shop", id: "cart/7", node: "beta" };
    expect(decodeRequest("alpha", "move", encodeRequest(move))).toEqual(move);
    const join = { url: "nats://there", credentials: "text" };
    expect(decodeRequest("alpha", "join", encodeRequest(join))).toEqual(join);
    const call = { what: "call", to: "beta", target: "counter", type: "bump", payload: { by: 2 } };
    expect(decodeRequest("alpha", "relay", encodeRequest(call))).toEqual(call);
  });

  it("M18: is understood where a newer command says more than is known", () => {
    const newer = bytes({ v: controlVersion + 1, what: "top", limit: 3, color: "red" });
    expect(decodeRequest("alpha", "inspect", newer)).toEqual({
      what: "top",
      by: "messagesHandled",
      limit: 3,
    });
  });

  it("M18: is answered by a newer node with what a command can still read", () => {
    const report = {
      state: "resting",
      store: { place: "x", acknowledgement: { kind: "engraved", inStone: true } },
      children: [{ supervisor: "s", id: "i", logic: "l", phase: "asleep", epoch: 1, colour: "red" }],
    };
    const answer = decodeAnswer("alpha", "inspect", encodeAnswer(answerer, { what: "ownership", report }));
    expect(answer.report).toEqual({
      state: "resting",
      store: { place: "x", acknowledgement: { kind: "unknown" } },
      ...{ leases: [], names: [], cut: { leases: 0, children: 0, names: 0 } },
      children: [
        {
          ...{ supervisor: "s", id: "i", logic: "l", phase: "asleep", epoch: 1 },
          ...{ node: null, incarnation: null, pid: null, denied: {}, lastMove: null },
        },
      ],
    });
  });

  it("M18: is understood of a store that could not be asked what its word means", () => {
    const report = { state: "held", store: { place: "x" } };
    const answer = decodeAnswer("alpha", "inspect", encodeAnswer(answerer, { what: "ownership", report }));
    expect(answer.report).toMatchObject({ store: { place: "x", acknowledgement: { kind: "unknown" } } });
  });

  it("M18: for what a node does not know is refused with what it knows", () => {
    const asking = () => decodeRequest("alpha", "inspect", encodeRequest({ what: "weather" }));
    expect(codeOf(asking)).toBe("unknown_request");
    expect(asking).toThrow(/"weather".*node, top, tree/);
    expect(codeOf(() => decodeRequest("alpha", "inspect", bytes({ what: "constructor" })))).toBe(
      "unknown_request",
    );
  });

  it.each([
    ["inspect", "not an object"],
    ["inspect", {}],
    ["inspect", { what: "top", limit: 0 }],
    ["inspect", { what: "top", by: "colour" }],
    ["inspect", { what: "process" }],
    ["inspect", { what: "process", target: "x".repeat(2_000) }],
    ["join", { url: "" }],
    ["join", { url: "nats://there", credentials: "x".repeat(1_000_000) }],
    ["relay", { what: "send", to: "beta", target: "" }],
    ["relay", { what: "control", to: "beta", verb: "STOP *", request: {} }],
    ["relay", { what: "call", to: "beta", target: "a", type: "b", payload: 1, timeoutMs: -1 }],
  ] as const)("%s of %j is refused in words", (verb, value) => {
    expect(codeOf(() => decodeRequest("alpha", verb, bytes(value)))).toBe("bad_request");
  });

  it("is refused, and nothing worse, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        for (const verb of ["inspect", "join", "relay"] as const) {
          expect(codeOf(() => decodeRequest("alpha", verb, payload))).toBe("bad_request");
        }
      }),
    );
  });
});

describe("An answer", () => {
  const node = {
    ...{ name: "alpha", incarnation: 7, cluster: "aiex", host: "here", osPid: 3, program: "0.1.0" },
    ...{
      state: "up",
      uptimeMs: 5,
      processes: 1,
      names: 1,
      lagMs: 0,
      load: 0.5,
      heapUsedBytes: 1,
      heapLimitBytes: 2,
    },
  };

  it("comes out as it went in", () => {
    const report = { ...node, labels: { zone: "a" }, carriers: [] };
    const answer = encodeAnswer(answerer, { what: "node", report });
    expect(decodeAnswer("alpha", "inspect", answer)).toEqual({ what: "node", report });
  });

  it("M18: of a newer node is read as far as it is known", () => {
    const report = { ...node, gpu: 2, carriers: [{ kind: "nats", place: "x", state: "up", since: 3 }] };
    const newer = bytes({ v: 9, ...answerer, ok: true, more: 1, value: { what: "node", report, more: 1 } });
    expect(decodeAnswer("alpha", "inspect", newer)).toEqual({
      what: "node",
      report: { ...node, labels: {}, carriers: [{ kind: "nats", place: "x", state: "up" }] },
    });
  });

  it("M18: of an older node may lack what came later", () => {
    const older = bytes({ v: 1, ok: true, value: { what: "names", report: { names: [] } } });
    expect(decodeAnswer("alpha", "inspect", older)).toEqual({
      what: "names",
      report: { names: [], cut: 0 },
    });
  });

  it("that refuses is thrown, with the code and the words of the other side", () => {
    const refusal = encodeRefusal(answerer, new ControlRefused("alpha", "noproc", "Nobody there.", true));
    const reading = () => decodeAnswer("alpha", "stop", refusal);
    expect(codeOf(reading)).toBe("noproc");
    expect(reading).toThrow("Nobody there.");
  });

  it.each([
    {},
    [],
    null,
    { ok: true },
    { ok: "yes", value: 1 },
    { ok: false, error: "no" },
    { ok: true, value: { what: "node", report: { name: 3 } } },
    { ok: true, value: { what: "__proto__", report: {} } },
  ])("that is %j is refused, with the advice to use one version", (value) => {
    const reading = () => decodeAnswer("alpha", "inspect", bytes({ v: 1, ...value }));
    expect(codeOf(reading)).toBe("bad_answer");
    expect(reading).toThrow(/same version/);
  });

  it("is handed on unread by a node that relays it", () => {
    const value = { what: "weather", report: { sun: true } };
    expect(openAnswer("beta", encodeAnswer(answerer, value))).toEqual(value);
  });

  it("is refused, and nothing worse, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        expect(codeOf(() => decodeAnswer("alpha", "inspect", payload))).toBe("bad_answer");
      }),
    );
  });
});

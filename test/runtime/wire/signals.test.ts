// Batches of signals: all come back or none, what is no data is refused where it was sent, and what is too long travels in parts.
import { describe, expect, test } from "vitest";
import { LocalValue } from "../../../runtime/process/data.ts";
import { decodeSignals, encodeSignals, SignalBatch } from "../../../runtime/wire/codec.ts";
import {
  type FragmentSignal,
  fragmentsOf,
  type Reassembled,
  Reassembly,
} from "../../../runtime/wire/fragments.ts";
import { signalKinds as kinds, type Signal } from "../../../runtime/wire/frame.ts";
import { wireLimits } from "../../../runtime/wire/limits.ts";
import { pack } from "../../../runtime/wire/packing.ts";
import { signals } from "../../fuzz/samples.ts";

/** A body of these tuples, whatever they are. */
function body(...tuples: readonly unknown[]): Uint8Array {
  return new Uint8Array(Buffer.concat(tuples.map((tuple) => Buffer.from(pack(tuple)))));
}

function send(message: unknown): Signal {
  return [kinds.send, 1, 2, message];
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { in: value };
  return value;
}

/** Long signals are compared as bytes: to compare them element by element takes seconds. */
function isSame(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right !== undefined && Buffer.compare(left, right) === 0;
}

describe("a batch of signals", () => {
  test("comes back as it was, with every kind in it", () => {
    expect(new Set(signals.map(([kind]) => kind))).toEqual(new Set(Object.values(kinds)));
    expect(decodeSignals(encodeSignals(signals))).toStrictEqual({ kind: "signals", signals, unknown: 0 });
    expect(decodeSignals(encodeSignals([]))).toStrictEqual({ kind: "signals", signals: [], unknown: 0 });
  });

  test("counts signals of kinds that come later, and keeps the others (row 25)", () => {
    const [first, second] = [send("a"), send("b")];
    const decoded = decodeSignals(body(first, [99, { any: 1 }], second, [22]));
    expect(decoded).toStrictEqual({ kind: "signals", signals: [first, second], unknown: 2 });
  });

  test("takes what a later version adds to a signal's end, and not what it adds to a spawn's options (row 25)", () => {
    expect(decodeSignals(body([kinds.link, 1, 2, "later"]))).toMatchObject({
      signals: [[kinds.link, 1, 2, "later"]],
    });
    const options = { link: true, later: 1, toString: 2, mailbox: { max: 1, onFull: "kill", later: 1 } };
    expect(decodeSignals(body([kinds.spawn, 1, 2, "w", 3, options]))).toStrictEqual({
      kind: "signals",
      signals: [[kinds.spawn, 1, 2, "w", 3, { link: true, mailbox: { max: 1, onFull: "kill" } }]],
      unknown: 0,
    });
  });

  test("is refused as a whole where one signal is cut off or of another shape (row 21)", () => {
    const whole = encodeSignals(signals);
    let refused = 0;
    for (let end = 0; end < whole.length; end += 1)
      if (decodeSignals(whole.subarray(0, end)).kind === "malformed") refused += 1;
    expect(refused).toBe(whole.length - signals.length);
    for (const hostile of [1, null, "x", {}, [], [0], [-1], ["1"], [1.5], [null], [[1]], new Uint8Array([1])])
      expect(decodeSignals(body(send("fine"), hostile)).kind).toBe("malformed");
  });

  test.each(signals.map((signal) => [signal[0], signal] as const))(
    "is refused where a field of kind %d is of another shape or missing",
    (kind, signal) => {
      const wrong = decodeSignals(body([kind, -1, ...signal.slice(2)]));
      expect(wrong).toEqual({
        kind: "malformed",
        why: `a signal of kind ${kind} whose "from" is of another shape`,
      });
      for (let length = 1; length < signal.length; length += 1)
        expect(["malformed", "signals"]).toContain(decodeSignals(body(signal.slice(0, length))).kind);
      expect(decodeSignals(body(signal.slice(0, 2))).kind).toBe("malformed");
    },
  );

  test("is refused for every other shape of a target, a reason, a failure, an error and options", () => {
    const hostile: readonly unknown[] = [
      ...[undefined, null, -1, 1.5, [], {}, { ref: -1 }, { ref: "1" }, new Uint8Array(1)].map((to) => [
        kinds.send,
        1,
        to,
        1,
      ]),
      ...[undefined, null, 1, [], new Uint8Array(1)].map((reason) => [kinds.exit, 1, 2, reason]),
      ...[null, "x", {}, { kind: "exited" }, { kind: "exited", reason: 1 }, { kind: "overload" }].map(
        (each) => [kinds.callFailed, 1, 2, each],
      ),
      ...[
        null,
        {},
        { code: 1, message: "" },
        { code: "", message: "", reason: 1 },
        { code: "", message: "", holder: "x" },
      ].map((each) => [kinds.spawnFailed, 1, 2, each]),
      ...[
        null,
        [],
        { name: 1 },
        { link: 1 },
        { monitor: "1" },
        { startTimeoutMs: -1 },
        { mailbox: {} },
        { mailbox: { max: 0, onFull: "kill" } },
        { mailbox: { max: 1, onFull: "x" } },
      ].map((each) => [kinds.spawn, 1, 2, "w", 1, each]),
      [kinds.monitor, 1, { ref: 1 }, 2, true],
      [kinds.send, 1, 2, 3, "priority"],
      [kinds.fragment, 1, 2, true, "bytes"],
    ];
    for (const tuple of hostile)
      expect(decodeSignals(body(tuple)).kind, JSON.stringify(tuple)).toBe("malformed");
  });

  test("shares no memory with the bytes it came in", () => {
    const bytes = encodeSignals([
      send({ data: new Uint8Array([1, 2]), text: "a longer text that is not kept" }),
    ]);
    const decoded = decodeSignals(bytes);
    bytes.fill(0xff);
    expect(decoded).toMatchObject({
      signals: [[1, 1, 2, { data: new Uint8Array([1, 2]), text: "a longer text that is not kept" }]],
    });
  });

  test("of more than a message may have is refused before it is read", () => {
    expect(decodeSignals(new Uint8Array(wireLimits.messageBytesMax + 1))).toMatchObject({
      why: /above 16777216/,
    });
  });
});

describe("a signal that cannot be sent", () => {
  test("is refused with the place and the rule of all messages", () => {
    class Counter {}
    const refused: readonly [unknown, RegExp][] = [
      [() => 1, /^the message of a signal to another node\.a\.0\.b is a function\. A message may hold/],
      [Symbol("s"), /a symbol/],
      [new Counter(), /an instance of Counter/],
      [new Map(), /an instance of Map/],
      [new LocalValue(1), /an instance of LocalValue/],
      [nested(40), /nested deeper than 32, or a cycle/],
      [JSON.parse('{"__proto__": 1}'), /an object with "__proto__" for a key/],
    ];
    for (const [value, given] of refused) {
      expect(() => encodeSignals([send({ a: [{ b: value }] })])).toThrow(given);
      expect(() => encodeSignals([send({ a: [{ b: value }] })])).toThrow(
        expect.objectContaining({ code: "misuse" }),
      );
    }
    expect(() => encodeSignals([[kinds.call, 1, 2, 3, "type", () => 1]])).toThrow(/^the payload of a signal/);
  });

  test("may hold a process's data as deep as a local message does, though a failure is around it", () => {
    const reason = { error: nested(31) };
    const failed: Signal = [kinds.callFailed, 1, 2, { kind: "exited", reason }];
    expect(decodeSignals(encodeSignals([send(nested(33)), failed]))).toMatchObject({ signals: [{}, failed] });
    expect(() => encodeSignals([send(nested(34))])).toThrow(/deeper than 32/);
  });

  test("is told where one part of it stands both near its top and too deep", () => {
    const part = nested(30);
    const message = [part, [[[[part]]]]];
    expect(() => encodeSignals([send(message)])).toThrow(/holds one part both near its top and too deep/);
  });

  test("is too large by its bytes, its objects or one number (row 23)", () => {
    const objects = new Array(wireLimits.messageContainersMax).fill([]);
    for (const large of [
      new Uint8Array(wireLimits.messageBytesMax),
      "é".repeat(9_000_000),
      objects,
      2n ** 9000n,
    ])
      expect(() => encodeSignals([send(large)])).toThrow(
        expect.objectContaining({
          code: "too_large",
          message: expect.stringMatching(/^(the message of )?a signal to another node is too large.*16 MiB/),
        }),
      );
  });

  test("leaves no trace in the next batch", () => {
    expect(() => encodeSignals([send({ one: 1, two: () => 1 })])).toThrow();
    const next = [send({ one: 1, two: 2 })];
    expect(decodeSignals(encodeSignals(next))).toMatchObject({ signals: next });
  });

  test("does not disturb a batch that is written while another is", () => {
    const inner = [send("inner")];
    let bytes = new Uint8Array(0);
    const getter = {
      get now(): string {
        bytes = Uint8Array.from(encodeSignals(inner));
        return "outer";
      },
    };
    expect(decodeSignals(encodeSignals([send(getter)]))).toMatchObject({ signals: [send({ now: "outer" })] });
    expect(decodeSignals(bytes)).toMatchObject({ signals: inner });
  });
});

describe("SignalBatch", () => {
  test("gives what encodeSignals gives, then begins anew", () => {
    const batch = new SignalBatch();
    for (const signal of signals) expect(batch.add(signal)).toBeUndefined();
    expect(batch.count).toBe(signals.length);
    const bytes = batch.take();
    expect(bytes).toEqual(encodeSignals(signals));
    expect([batch.count, batch.bytes]).toEqual([0, 0]);
    batch.add(send({ type: "order", id: 2, words: [], none: 1 }));
    expect(decodeSignals(batch.take())).toMatchObject({ kind: "signals" });
  });

  test("takes what a message was when it was added", () => {
    const batch = new SignalBatch();
    const message = { count: 1 };
    batch.add(send(message));
    message.count = 2;
    expect(decodeSignals(batch.take())).toMatchObject({ signals: [send({ count: 1 })] });
  });

  test("is as it was after a refusal", () => {
    const batch = new SignalBatch();
    batch.add(send({ first: 1, second: 2 }));
    expect(() => batch.add(send({ third: 1, fourth: () => 1 }))).toThrow(/fourth is a function/);
    batch.add(send({ third: 1, fourth: 2 }));
    expect(batch.count).toBe(2);
    expect(decodeSignals(batch.take())).toMatchObject({
      signals: [send({ first: 1, second: 2 }), send({ third: 1, fourth: 2 })],
    });
  });

  test("takes what a getter inside of a message sends, before that message", () => {
    const batch = new SignalBatch();
    let looks = 0;
    const around = {
      get now(): string {
        looks += 1;
        batch.add(send("inner"));
        return "outer";
      },
    };
    batch.add(send(around));
    const inner = new Array(looks).fill(send("inner"));
    expect(decodeSignals(batch.take())).toMatchObject({ signals: [...inner, send({ now: "outer" })] });
  });

  test("is full at its target, and hands a longer signal back for its parts (J27)", () => {
    const batch = new SignalBatch();
    while (!batch.isFull) batch.add(send(new Uint8Array(1000)));
    expect(batch.bytes).toBeLessThan(wireLimits.envelopeBytesTarget + 1100);
    const before = batch.bytes;
    const long = send("x".repeat(wireLimits.wholeSignalBytesMax));
    expect(isSame(encodeSignals([long]), batch.add(long))).toBe(true);
    expect(batch.bytes).toBe(before);
    expect(batch.add(send(new Uint8Array(wireLimits.fragmentBytes)))).toBeUndefined();
    expect(batch.take().length).toBeLessThan(wireLimits.envelopeBytesMax - 25);
  });
});

describe("a signal in parts", () => {
  /** What the last of these parts came to. */
  function reassembled(parts: readonly FragmentSignal[], by = new Reassembly()): Reassembled | undefined {
    let last: Reassembled | undefined;
    for (const part of parts) last = by.add(part);
    return last;
  }

  function partsOf(signal: Signal, id = 1): readonly FragmentSignal[] {
    return fragmentsOf(encodeSignals([signal]), signal[1], id);
  }

  const long = send({ text: "word ".repeat(100_000) });

  test("is whole again after its last part, each of which fits into an envelope (J27, row 23)", () => {
    const parts = partsOf(long);
    expect(parts.map((part) => part[3])).toEqual([...new Array(parts.length - 1).fill(false), true]);
    for (const part of parts)
      expect(encodeSignals([part]).length).toBeLessThanOrEqual(wireLimits.wholeSignalBytesMax);
    const by = new Reassembly();
    expect(by.add(parts[0] as FragmentSignal)).toEqual({ kind: "waiting" });
    expect(by.count).toBe(1);
    expect(reassembled(parts.slice(1), by)).toEqual({ kind: "signal", signal: long });
    expect([by.count, by.bytes]).toEqual([0, 0]);
  });

  test("is whole with others between its parts (J27)", () => {
    const by = new Reassembly();
    const other: Signal = [kinds.cast, 7, 2, "type", "y".repeat(200_000)];
    const [mine, others] = [partsOf(long, 1), partsOf(other, 2)];
    const outcomes: Reassembled[] = [];
    for (let index = 0; index < mine.length; index += 1)
      for (const part of [mine[index], others[index]]) if (part !== undefined) outcomes.push(by.add(part));
    const whole = outcomes.filter(({ kind }) => kind !== "waiting");
    expect(whole).toEqual([
      { kind: "signal", signal: other },
      { kind: "signal", signal: long },
    ]);
    expect(by.bytes).toBe(0);
  });

  test("is as large as a message may be, and no larger (row 23)", () => {
    const by = new Reassembly();
    const largest = send(new Uint8Array(wireLimits.messageBytesMax - 100));
    const whole = reassembled(partsOf(largest), by);
    if (whole?.kind !== "signal") return expect.unreachable(whole?.kind);
    expect(isSame(encodeSignals([whole.signal]), encodeSignals([largest]))).toBe(true);
    const part: FragmentSignal = [kinds.fragment, 1, 2, false, new Uint8Array(wireLimits.fragmentBytes)];
    const many = new Array(wireLimits.messageBytesMax / wireLimits.fragmentBytes).fill(part);
    expect(reassembled(many, by)).toEqual({ kind: "waiting" });
    expect(by.add(part)).toMatchObject({ kind: "too_large", why: /more than 16777216 bytes/ });
    expect(by.bytes).toBeLessThanOrEqual(wireLimits.messageBytesMax);
    by.clear();
    expect([by.count, by.bytes]).toEqual([0, 0]);
  });

  test("shares the room of its session with all others that are not whole", () => {
    const by = new Reassembly();
    const part = (id: number, bytes: number): FragmentSignal => [
      kinds.fragment,
      1,
      id,
      false,
      new Uint8Array(bytes),
    ];
    const large = wireLimits.reassemblyBytesMax / 8;
    for (let id = 0; id < 8; id += 1) expect(by.add(part(id, large))).toEqual({ kind: "waiting" });
    expect(by.add(part(9, 1))).toMatchObject({
      kind: "too_large",
      why: /signals that are not whole of more than/,
    });
    expect(by.bytes).toBe(wireLimits.reassemblyBytesMax);
    by.clear();
    for (let id = 0; id < wireLimits.reassembliesMax; id += 1) by.add(part(id, 1));
    expect(by.add(part(5000, 1))).toMatchObject({ kind: "too_large", why: /more than 1024 signals/ });
    expect(by.add(part(3, 1))).toEqual({ kind: "waiting" });
  });

  test("takes no more room for many small parts than for a few large ones", () => {
    const by = new Reassembly();
    for (let sent = 0; sent < 100_000; sent += 1) by.add([kinds.fragment, 1, 1, false, Uint8Array.of(1)]);
    expect(by.bytes).toBeLessThan(200_000);
  });

  test("is refused where its parts are hostile", () => {
    const last = (bytes: Uint8Array, from = 1): FragmentSignal => [kinds.fragment, from, 1, true, bytes];
    const first: FragmentSignal = [kinds.fragment, 1, 1, false, Uint8Array.of(1)];
    expect(reassembled([last(new Uint8Array(0))])).toMatchObject({ kind: "malformed", why: /an empty part/ });
    expect(reassembled([first, last(Uint8Array.of(1), 2)])).toMatchObject({
      kind: "malformed",
      why: /two processes/,
    });
    expect(reassembled([last(Uint8Array.of(0xff))])).toMatchObject({ kind: "malformed" });
    expect(reassembled([last(encodeSignals([send(1), send(2)]))])).toMatchObject({ why: /not one signal/ });
    expect(reassembled([last(encodeSignals([first]))])).toMatchObject({ why: /a part of a signal in parts/ });
    expect(reassembled([last(body([99]))])).toEqual({ kind: "unknown" });
  });
});

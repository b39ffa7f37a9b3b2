import fc from "fast-check";
import { Packr } from "msgpackr";
import { describe, expect, test } from "vitest";
import { checkpointLimits } from "../../../runtime/checkpoint/limits.ts";
import {
  type Checkpoint,
  CheckpointTooLarge,
  CheckpointUnusable,
  decodeCheckpoint,
  encodeCheckpoint,
  NotDurable,
} from "../../../runtime/index.ts";

/** As the wire packs, without its checks. */
const packr = new Packr({ useRecords: false, useBigIntExtension: true });
const pack = (value: unknown): Uint8Array => new Uint8Array(packr.pack(value));

const plain: Checkpoint = {
  v: 1,
  key: "counter",
  version: 3,
  snapshot: { count: 1 },
  delays: [],
  postponed: [],
};
const full: Checkpoint = {
  ...plain,
  snapshot: {
    status: "active",
    value: { a: "b" },
    context: { bytes: new Uint8Array([1, 2]), big: 2n ** 70n, none: undefined },
  },
  delays: [
    { from: [], to: ["child"], key: "soon", remainingMs: 12.5, event: { type: "tick", by: 2 } },
    { from: "timeouts", to: [], key: "name:n", remainingMs: 0, event: { type: "late" } },
  ],
  postponed: [{ type: "put", what: [1, 2] }],
};

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}

/** What decoding does with bytes of any kind: gives a checkpoint or says why not, and nothing else. */
function kindOf(bytes: Uint8Array): string {
  try {
    decodeCheckpoint(bytes);
    return "checkpoint";
  } catch (error) {
    if (error instanceof CheckpointUnusable) return error.kind;
    throw error;
  }
}

describe("A checkpoint as bytes", () => {
  test.each([plain, full])("comes back as it was", (checkpoint) => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
  });

  test("shares nothing with the state that it was made of, nor with the bytes", () => {
    const state = { bytes: new Uint8Array([1]), list: [1] };
    const bytes = encodeCheckpoint({ ...plain, snapshot: state });
    state.list.push(2);
    const { snapshot } = decodeCheckpoint(bytes);
    bytes.fill(0);
    expect(snapshot).toEqual({ bytes: new Uint8Array([1]), list: [1] });
  });

  test("lasts beyond the next one that is encoded", () => {
    const first = encodeCheckpoint(plain);
    encodeCheckpoint(full);
    expect(decodeCheckpoint(first)).toEqual(plain);
  });

  test("comes back with whatever plain data it holds", () => {
    const data = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => !/-0|__proto__/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(data, (snapshot) => {
        // There is no negative zero in the packing.
        const positive = JSON.parse(JSON.stringify(snapshot)) as unknown;
        expect(decodeCheckpoint(encodeCheckpoint({ ...plain, snapshot: positive })).snapshot).toEqual(
          positive,
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["a function", { run: () => 1 }, "snapshot.run is a function"],
    ["a Map", { list: [new Map()] }, "snapshot.list.0 is an instance of Map"],
    ["a Date", { at: new Date(0) }, "snapshot.at is an instance of Date"],
    ["a symbol", { kind: Symbol("x") }, "snapshot.kind is a symbol"],
  ])("refuses %s, naming its place", (_, snapshot, why) => {
    const error = failureOf(() => encodeCheckpoint({ ...plain, snapshot }));
    expect(error).toBeInstanceOf(NotDurable);
    expect(String(error)).toContain(`The checkpoint of "counter": ${why}`);
  });

  test("refuses a circle, and data that is nested too deeply", () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    let deep: unknown = 1;
    for (let depth = 0; depth < 1_000; depth += 1) deep = [deep];
    expect(failureOf(() => encodeCheckpoint({ ...plain, snapshot: circle }))).toBeInstanceOf(NotDurable);
    expect(failureOf(() => encodeCheckpoint({ ...plain, snapshot: deep }))).toBeInstanceOf(NotDurable);
  });

  test("refuses an event that is no data", () => {
    const error = failureOf(() =>
      encodeCheckpoint({ ...plain, postponed: [{ type: "put", done: () => {} }] }),
    );
    expect(String(error)).toContain("postponed.0.done is a function");
  });

  test("is refused where it is too large, with its size and what to do", () => {
    const { checkpointBytesMax } = checkpointLimits;
    const around = encodeCheckpoint({ ...plain, snapshot: new Uint8Array(100_000) }).length - 100_000;
    const largest = encodeCheckpoint({ ...plain, snapshot: new Uint8Array(checkpointBytesMax - around) });
    expect(largest.length).toBe(checkpointBytesMax);
    expect(decodeCheckpoint(largest).key).toBe("counter");
    const error = failureOf(() =>
      encodeCheckpoint({ ...plain, snapshot: new Uint8Array(checkpointBytesMax - around + 1) }),
    );
    expect(error).toBeInstanceOf(CheckpointTooLarge);
    expect(String(error)).toContain(`"counter" has ${checkpointBytesMax + 1} bytes`);
    expect((error as CheckpointTooLarge).details).toMatchObject({ bytes: checkpointBytesMax + 1 });
  });

  test("is refused where it is larger than anything that is packed", () => {
    const error = failureOf(() => encodeCheckpoint({ ...plain, snapshot: "x".repeat(17 * 1024 * 1024) }));
    expect(error).toBeInstanceOf(CheckpointTooLarge);
    expect(String(error)).toContain("far larger");
  });
});

describe("Bytes that are no checkpoint", () => {
  test.each([
    ["none", new Uint8Array(0)],
    ["text", new TextEncoder().encode("checkpoint")],
    ["a number", pack(1)],
    ["a list", pack([full])],
    ["two checkpoints", Buffer.concat([encodeCheckpoint(plain), encodeCheckpoint(plain)])],
    ["one and a half", Buffer.concat([encodeCheckpoint(plain), encodeCheckpoint(plain).subarray(0, 9)])],
    ["too many", new Uint8Array(checkpointLimits.checkpointBytesMax + 1)],
    ["a key of another kind", pack({ ...plain, key: 1 })],
    ["an empty key", pack({ ...plain, key: "" })],
    ["a key that is too long", pack({ ...plain, key: "k".repeat(checkpointLimits.keyCharactersMax + 1) })],
    ["half a version", pack({ ...plain, version: 0.5 })],
    ["a version below 0", pack({ ...plain, version: -1 })],
    ["no snapshot", pack({ v: 1, key: "counter", version: 3, delays: [], postponed: [] })],
    ["no layout", pack({ ...plain, v: undefined })],
    ["a layout that never was", pack({ ...plain, v: 0 })],
    ["delays that are none", pack({ ...plain, delays: {} })],
    ["a delay in the past", pack({ ...plain, delays: [{ ...full.delays[0], remainingMs: -1 }] })],
    ["a delay of no number", pack({ ...plain, delays: [{ ...full.delays[0], remainingMs: Number.NaN }] })],
    [
      "a delay without end",
      pack({ ...plain, delays: [{ ...full.delays[0], remainingMs: Number.POSITIVE_INFINITY }] }),
    ],
    ["a delay from nobody", pack({ ...plain, delays: [{ ...full.delays[0], from: "me" }] })],
    ["a delay to a number", pack({ ...plain, delays: [{ ...full.delays[0], to: [1] }] })],
    ["an event without a type", pack({ ...plain, postponed: [{ what: 1 }] })],
    ["an event that is a list", pack({ ...plain, postponed: [["put"]] })],
    ["arrays in arrays in arrays", new Uint8Array(100_000).fill(0x91)],
    ["an array that promises billions", Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["maps that promise billions", new Uint8Array(50_000).fill(0xdf)],
  ])("are refused as damaged: %s", (_, bytes) => {
    expect(kindOf(bytes)).toBe("damaged");
  });

  test("are told apart from those of a later program", () => {
    const error = failureOf(() => decodeCheckpoint(pack({ v: 2, anything: true })));
    expect(error).toMatchObject({ kind: "version", retryable: true });
    expect(String(error)).toContain("layout 2");
  });

  test("are refused where they are not bytes at all", () => {
    expect(failureOf(() => decodeCheckpoint("text" as never))).toMatchObject({ kind: "damaged" });
  });

  test("are refused wherever they are cut off", () => {
    const bytes = encodeCheckpoint(full);
    for (let length = 0; length < bytes.length; length += 1)
      expect(kindOf(bytes.subarray(0, length))).toBe("damaged");
  });

  test("never do anything but be refused, or be read as some checkpoint", () => {
    const original = encodeCheckpoint(full);
    const mutated = fc
      .array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const bytes = new Uint8Array(original);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        expect(["checkpoint", "damaged", "version"]).toContain(kindOf(bytes));
      }),
      { numRuns: 3_000 },
    );
    expect({}).not.toHaveProperty("polluted");
  });
});

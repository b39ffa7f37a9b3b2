// One valid frame and one valid signal of every kind, and more of the kinds that carry data: what the fuzzer starts from.
import { type Frame, signalKinds as kinds, type Signal } from "../../runtime/wire/frame.ts";

export const frames: readonly Frame[] = [
  { kind: "hello", versions: [1, 2], incarnation: 7, half: 2 ** 52, hidden: false, windowBytes: 1_000_000 },
  { kind: "welcome", version: 1, incarnation: 8, half: 3, yours: 4, hidden: true, windowBytes: 0 },
  { kind: "refuse", yours: 5, incarnation: 9, why: "version", versions: [1] },
  { kind: "envelope", yours: 2 ** 52, seq: 1, ack: 2 ** 53 - 1, body: new Uint8Array([1, 2, 3]) },
  { kind: "alive", yours: 1, seq: 2 ** 32, ack: 2 ** 32 - 1 },
  { kind: "nack", yours: 1, from: 2 },
  { kind: "reset", yours: 1 },
  { kind: "goodbye", yours: 1, why: "closing: é" },
  { kind: "ping", incarnation: 0, nonce: 123_456_789 },
  { kind: "pong", incarnation: 1, nonce: 2, host: "machine", osPid: 4711 },
];

const error = {
  name: "Error",
  message: "boom",
  stack: "Error: boom\n  at x",
  cause: { name: "E", message: "m", stack: "" },
};

export const signals: readonly Signal[] = [
  [kinds.send, 1, 2, { type: "order", id: 1, words: ["a", "b"], none: undefined }],
  [kinds.send, 1, "name", [1n, 2n ** 80n, -1, 1.5, null, true], true],
  [kinds.send, 1, { ref: 3 }, new Uint8Array([1, 2, 3]), false],
  [kinds.cast, 1, 2, "deposit", { amount: 1, currency: "€" }],
  [kinds.cast, 1, "name", "deposit", undefined, true],
  [kinds.call, 1, { ref: 9 }, 4, "balance", "😀"],
  [kinds.reply, 1, 4, { balance: 12.5, at: { node: "a", incarnation: 1, id: 2 } }],
  [kinds.callFailed, 1, 4, { kind: "exited", reason: { error }, output: [1] }],
  [kinds.callFailed, 1, 4, { kind: "overload", messagesMax: 100 }],
  [kinds.abandon, 1, 4],
  [kinds.link, 1, 2],
  [kinds.unlink, 1, 2, 3],
  [kinds.unlinkAck, 1, 2, 3],
  [kinds.linkExit, 1, 2, "normal"],
  [kinds.exit, 1, 2, { shutdown: "now" }],
  [kinds.monitor, 1, "name", 5, true],
  [kinds.demonitor, 1, 5],
  [kinds.down, 1, 2, 5, { error }],
  [kinds.down, 1, 2, 5, "normal", { result: 1 }],
  [
    kinds.spawn,
    1,
    6,
    "worker",
    { start: 1 },
    {
      name: "w",
      link: true,
      trapExit: false,
      monitor: 7,
      output: true,
      startTimeoutMs: 5000,
      mailbox: { max: 10, onFull: "kill" },
    },
  ],
  [kinds.spawn, 1, 6, "worker", undefined, {}],
  [kinds.spawned, 1, 6, 99, false],
  [kinds.spawnFailed, 1, 6, { code: "start_failed", message: "no", reason: { error }, holder: 3 }],
  [kinds.spawnAbandon, 1, 6],
  [kinds.groupSend, 1, "scope", "group", { hello: "all", to: "you" }],
  [kinds.groupSend, 1, "scope", "group", "x".repeat(300), true],
  [kinds.stop, 1, "name", 8, "shutdown"],
  [kinds.fragment, 1, 1, false, new Uint8Array([9, 9])],
];

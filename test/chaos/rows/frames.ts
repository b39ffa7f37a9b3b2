// Faults 21, 23 and 25: frames that come twice, late, cut off or as garbage, that are too large, or of another version.
import assert from "node:assert/strict";
import { encodeSignals } from "../../../runtime/wire/codec.ts";
import type { NodeProcess } from "../node-process.ts";
import { RawPeer } from "../raw-peer.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

const tampered: Row = {
  fault: 21,
  subject: "frames",
  name: "that come twice, in any order, cut off or as garbage change nothing, and are counted",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const before = await room.status(beta);
    const raw = await RawPeer.join(room, "raw");
    const { frames, stop } = await raw.record("alpha", "beta");
    const busy = alpha.order({ do: "stream", to: "beta", bursts: 60, each: 10, everyMs: 20 });
    await room.eventually("some frames", () => frames.length >= 40);
    stop();
    const lengths = [0, 1, 9, 24];
    for (const { subject, bytes } of [...frames].reverse()) {
      for (const copy of [bytes, bytes]) raw.repeat(subject, copy);
      for (const length of lengths) raw.repeat(subject, bytes.subarray(0, length));
      raw.repeat(
        subject,
        bytes.map((byte) => byte ^ 0xff),
      );
    }
    raw.repeat(frames[0]?.subject ?? "", new Uint8Array(1024 * 1024 - 1024));
    await raw.flush();
    await busy;
    await alpha.order({ do: "echo", node: "beta", bytes: 1 });
    await room.eventually("the nonsense to be counted", async () => {
      const { refused } = await room.status(beta);
      return refused >= before.refused + (lengths.length + 1) * frames.length + 1;
    });
    for (const node of [alpha, beta]) assert.deepEqual(node.all("nodedown"), [], "the session stands");
    await raw.close();
  },
};

const stale: Row = {
  fault: 21,
  subject: "frames",
  name: "of a session that is over are never taken for those of the next one",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const raw = await RawPeer.join(room, "raw");
    const { frames, stop } = await raw.record("alpha", "beta");
    await alpha.order({ do: "stream", to: "beta", bursts: 20, each: 10, everyMs: 5 });
    await alpha.order({ do: "echo", node: "beta", bytes: 1 });
    stop();
    const { mark } = beta;
    alpha.proxy.cut();
    await beta.tells("nodedown", () => true, mark);
    await room.met();
    for (const { subject, bytes } of frames) raw.repeat(subject, bytes);
    await raw.flush();
    const later = beta.mark;
    await alpha.order({ do: "stream", to: "beta", bursts: 20, each: 10, everyMs: 5 });
    await alpha.order({ do: "echo", node: "beta", bytes: 1 });
    assert.deepEqual(beta.all("nodedown", later), [], "the new session stands");
    await raw.close();
  },
};

const large: Row = {
  fault: 23,
  subject: "a message above the largest payload",
  name: "travels in parts up to 16 MiB, and is refused to its sender above",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    assert.equal(await alpha.order({ do: "echo", node: "beta", bytes: 15 * 1024 * 1024 }), 15 * 1024 * 1024);
    await assert.rejects(alpha.order({ do: "echo", node: "beta", bytes: 17 * 1024 * 1024 }), /too_large/);
    assert.equal(await alpha.order({ do: "echo", node: "beta", bytes: 1024 * 1024 }), 1024 * 1024);
    for (const node of [alpha, beta]) assert.deepEqual(node.all("nodedown"), []);
  },
};

const narrow: Row = {
  fault: 23,
  subject: "a broker that takes less than the largest envelope",
  name: "is not joined, and its limit and the one that is needed are told",
  options: { config: "max_payload: 65536" },
  async play(room: Room) {
    const node = await room.launch("alpha");
    const { message } = await node.tells("refused");
    assert.match(message, /65536 bytes.*max_payload/);
    await node.ended;
  },
};

const narrowed: Row = {
  fault: 23,
  subject: "a broker that takes less than the largest envelope from now on",
  name: "brings no node down, and all are together again when it takes more",
  async play(room: Room) {
    const [alpha] = (await room.start("alpha", "beta")) as [NodeProcess];
    await room.broker.configure("max_payload: 65536");
    await room.broker.restart();
    await alpha.tells("carrier", ({ state }) => state === "connected");
    // Small ones may get through, and large ones fail; the nodes live on.
    for (let question = 0; question < 3; question += 1)
      await alpha.order({ do: "echo", node: "beta", bytes: 100 * 1024 }).catch(() => {});
    await alpha.order({ do: "echo", node: "alpha", bytes: 1 });
    await room.broker.configure("max_payload: 1MB");
    await room.broker.restart();
    await room.met();
    assert.equal(await alpha.order({ do: "echo", node: "beta", bytes: 100 * 1024 }), 100 * 1024);
  },
};

const hello = { kind: "hello", incarnation: 1, hidden: false, windowBytes: 1024 * 1024 } as const;

const versions: Row = {
  fault: 25,
  subject: "the version of the wire",
  name: "is settled by the hello: a common one is taken, and without one the peer is told what is spoken here",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const later = await RawPeer.join(room, "later");
    later.say("alpha", { ...hello, versions: [2], half: 7 });
    const refusal = await later.hears("refuse");
    assert.deepEqual([refusal.yours, refusal.why, refusal.versions], [7, "version", [1]]);
    later.say("alpha", { ...hello, versions: [], half: 8 });
    await later.hears("refuse", ({ yours }) => yours === 8);
    later.say("alpha", { ...hello, versions: [1, 2], half: 9 });
    const welcome = await later.hears("welcome");
    assert.deepEqual([welcome.yours, welcome.version], [9, 1]);
    const yours = welcome.half;
    later.say("alpha", { kind: "alive", yours, seq: 0, ack: 0 });
    await alpha.tells("nodeup", ({ peer }) => peer === "later");
    // What a later version may say: kinds of frames and of signals that nobody here knows, and a field more in a known one.
    const { refused } = await room.status(alpha);
    later.sayBytes("alpha", Uint8Array.of(30, 1, 2, 3));
    later.say("alpha", { kind: "greetings", yours } as never);
    later.say("alpha", { kind: "ping", incarnation: 1, nonce: 1, colour: "red" } as never);
    const body = encodeSignals([[99, 1, "news"] as never]);
    later.say("alpha", { kind: "envelope", yours, seq: 1, ack: 0, body });
    await later.hears("alive", ({ ack }) => ack === 1);
    assert.equal((await room.status(alpha)).refused, refused + 3);
    assert.deepEqual(alpha.all("nodedown"), []);
    later.say("alpha", { kind: "goodbye", yours, why: "done" });
    await alpha.tells("nodedown", ({ peer }) => peer === "later");
    assert.deepEqual(beta.all("nodedown"), []);
    await later.close();
  },
};

const impossible: Row = {
  fault: 25,
  subject: "a peer of the right version",
  name: "that says what cannot be is parted with, and nobody else is",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const liar = await RawPeer.join(room, "liar");
    liar.say("alpha", { ...hello, versions: [1], half: 3 });
    const { half: yours } = await liar.hears("welcome");
    liar.say("alpha", { kind: "alive", yours, seq: 0, ack: 0 });
    await alpha.tells("nodeup", ({ peer }) => peer === "liar");
    liar.say("alpha", { kind: "alive", yours, seq: 0, ack: 1_000 });
    const { reason } = await alpha.tells("nodedown", ({ peer }) => peer === "liar");
    assert.equal(reason, "protocol");
    await alpha.order({ do: "stream", to: "beta", bursts: 5, each: 10, everyMs: 0 });
    assert.deepEqual(beta.all("nodedown"), []);
    await liar.close();
  },
};

export const frames: readonly Row[] = [tampered, stale, large, narrow, narrowed, versions, impossible];

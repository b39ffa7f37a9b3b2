// Faults 11, 20, 22 and 24: nodes that are busy, flap, do not read, or have the name of another one.
import assert from "node:assert/strict";
import type { NodeProcess } from "../node-process.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";
import { entangle, untangled } from "./deaths.ts";

/** Of membership at a factor of 1: others wait so long for a silent node, and for one whose event loop stands still. */
const downMs = 3_000;
const stuckMs = 10_000;
const stabilityMs = 3_000;

const busy: Row = {
  fault: 11,
  subject: "a node whose event loop is held up",
  name: "below the limit is suspected and not down, and answers when it goes on",
  options: { factor: 0.5 },
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    await entangle(alpha, beta);
    void beta.begin({ do: "block", ms: ((downMs + stuckMs) / 2) * room.factor });
    const asked = alpha.order({ do: "echo", node: "beta", bytes: 1 });
    await room.eventually("beta to be suspected", async () => {
      const { members } = await room.status(alpha);
      return members.some(({ name, suspect }) => name === "beta" && suspect);
    });
    assert.equal(await asked, 1);
    await room.eventually("beta to be trusted again", async () => {
      const { members } = await room.status(alpha);
      return members.some(({ name, suspect }) => name === "beta" && !suspect);
    });
    for (const node of [alpha, beta]) assert.deepEqual(node.all("nodedown"), []);
  },
};

const stuck: Row = {
  fault: 11,
  subject: "a node whose event loop is held up",
  name: "above the limit is down, learns so itself when it goes on, and is a member again",
  options: { factor: 0.4 },
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    await entangle(alpha, beta);
    await entangle(beta, alpha);
    const { mark } = beta;
    void beta.begin({ do: "block", ms: 1.5 * stuckMs * room.factor });
    await untangled(alpha);
    await untangled(beta);
    await beta.tells("trouble", ({ what }) => what.startsWith("event_loop_lag"), mark);
    await room.met();
  },
};

const flapping: Row = {
  fault: 20,
  subject: "a node whose line flaps",
  name: "makes no storm: views of it change once in a while",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const { mark } = beta;
    for (let round = 0; round < 12; round += 1) {
      const from = alpha.mark;
      alpha.proxy.refuse(true);
      alpha.proxy.cut();
      await alpha.tells("carrier", ({ state }) => state === "disconnected", from);
      await alpha.order({ do: "stream", to: "beta", bursts: 1, each: 10, everyMs: 0 });
      alpha.proxy.refuse(false);
      await alpha.tells("carrier", ({ state }) => state === "connected", from);
    }
    await room.met();
    const ups = beta.all("nodeup", mark);
    const spanMs = (beta.entries.at(-1)?.atMs ?? 0) - (beta.entries[mark]?.atMs ?? 0);
    const most = 2 + spanMs / (stabilityMs * room.factor);
    assert.ok(ups.length <= most, `${ups.length} times up in ${spanMs} ms`);
  },
};

const slow: Row = {
  fault: 22,
  subject: "a node that does not read",
  name: "is given up by its sender's own limit, who is told, while the broker holds little",
  // Long enough that the limit is reached before anybody takes the reader for dead.
  options: { factor: 3 },
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const { bufferBytes } = await room.status(alpha);
    beta.freeze();
    await alpha.order({ do: "flood", node: "beta", casts: 20, bytes: 8 * 1024 * 1024 });
    const { reason } = await alpha.tells("nodedown");
    assert.equal(reason, "overrun");
    assert.ok((await room.status(alpha)).dropped > 0, "what was lost is counted");
    beta.thaw();
    await beta.tells("nodedown");
    await room.met();
    await alpha.order({ do: "stream", to: "beta", bursts: 5, each: 10, everyMs: 0 });
    const after = await room.status(alpha);
    assert.ok(after.bufferBytes < bufferBytes + 32 * 1024 * 1024, "nothing of it is kept");
    assert.doesNotMatch(room.broker.log(), /Slow Consumer/i);
  },
};

const namesake: Row = {
  fault: 24,
  subject: "a second node of one name",
  name: "does not join, and says who holds the name",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const second = await room.launch("alpha");
    const { code, message } = await second.tells("refused");
    assert.equal(code, "name_held");
    assert.match(message, /a node "alpha" in this cluster: OS process \d+ on chaos/);
    await second.ended;
    await beta.order({ do: "echo", node: "alpha", bytes: 1 });
    for (const node of [alpha, beta]) assert.deepEqual(node.all("nodedown"), []);
  },
};

const successor: Row = {
  fault: 24,
  subject: "a node",
  name: "that was killed leaves its name to the next one, though nobody was told of its end",
  async play(room: Room) {
    const [alpha] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const { id } = alpha;
    alpha.freeze();
    await alpha.kill();
    const [next] = (await room.start("alpha")) as [NodeProcess];
    assert.notEqual(next.id, id);
  },
};

export const load: readonly Row[] = [busy, stuck, flapping, slow, namesake, successor];

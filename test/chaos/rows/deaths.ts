// Faults 13 to 15: nodes that are killed, stand still, or are told to end.
import assert from "node:assert/strict";
import type { NodeProcess } from "../node-process.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

/** Lets one node depend on another in every way there is: messages, a monitor, a link, and calls that are never answered. */
export async function entangle(from: NodeProcess, to: NodeProcess, calls = 20): Promise<void> {
  const { name: node } = to;
  await from.order({ do: "stream", to: node, bursts: 5, each: 20, everyMs: 0 });
  await from.order({ do: "monitor", node, name: "reader" });
  await from.order({ do: "link", node });
  await from.tells("linked");
  await from.order({ do: "call", node, type: "hang", count: calls, timeoutMs: 600_000 });
  // A question behind them: whatever was sent before has arrived when this is answered.
  await from.order({ do: "echo", node, bytes: 1 });
}

/** Waits until everything of `entangle` is told to be over, and looks whether it was told right. */
export async function untangled(from: NodeProcess, calls = 20): Promise<void> {
  const isRight = { monitors: await from.tells("down"), links: await from.tells("exit") };
  assert.equal(isRight.monitors.reason, "noconnection");
  assert.equal(isRight.links.reason, "noconnection");
  const outcomes = () => from.all("outcome").map(({ outcome }) => outcome);
  await from.says(() => outcomes().length >= calls, "the outcome of every call");
  assert.deepEqual(
    outcomes(),
    Array.from({ length: calls }, () => "nodedown"),
  );
}

const killed: Row = {
  fault: 13,
  subject: "J15 a node that is killed",
  name: "tells every monitor, link and call over there, and the next incarnation is met",
  async play(room: Room) {
    const [alpha, beta, gamma] = (await room.start("alpha", "beta", "gamma")) as [
      NodeProcess,
      NodeProcess,
      NodeProcess,
    ];
    await entangle(alpha, beta);
    await alpha.order({ do: "monitor", node: "gamma", name: "reader" });
    await beta.kill();
    await untangled(alpha);
    await gamma.tells("nodedown", ({ peer }) => peer === "beta");
    assert.equal(alpha.all("down").length, 1, "the monitor of gamma stands");
    await room.start("beta");
    await alpha.order({ do: "stream", to: "beta", bursts: 5, each: 20, everyMs: 0 });
  },
};

const frozen: Row = {
  fault: 14,
  subject: "a node that stands still for long",
  name: "is down for the others, learns so itself when it goes on, and is a member again",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    await entangle(alpha, beta);
    await entangle(beta, alpha);
    const { id, mark } = beta;
    beta.freeze();
    await untangled(alpha);
    void alpha.begin({ do: "stream", to: "beta", bursts: 40, each: 10, everyMs: 50 });
    beta.thaw();
    await untangled(beta);
    const told = [...beta.all("nodedown", mark), ...beta.all("nodeup", mark)].sort((a, b) => a.atMs - b.atMs);
    assert.equal(told[0]?.type, "nodedown", "its own sessions break first");
    await room.met();
    assert.equal(beta.id, id, "it is the same incarnation");
  },
};

const blink: Row = {
  fault: 14,
  subject: "a node that stands still",
  name: "for less than the others wait is not noticed",
  // Three seconds, of which the machine may take its share.
  options: { factor: 1 },
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    void alpha.begin({ do: "stream", to: "beta", bursts: 20, each: 10, everyMs: 20 });
    for (let round = 0; round < 5; round += 1) {
      beta.freeze();
      const asked = alpha.order({ do: "echo", node: "beta", bytes: 1 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      beta.thaw();
      await asked;
    }
    for (const node of [alpha, beta]) assert.deepEqual(node.all("nodedown"), []);
  },
};

const told: Row = {
  fault: 15,
  subject: "a node that is told to end",
  name: "says goodbye, so that the others know at once, and ends with 0",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    await entangle(alpha, beta);
    await beta.terminate();
    assert.equal(beta.exitCode, 0);
    await untangled(alpha);
    const { reason } = await alpha.tells("nodedown");
    assert.equal(reason, "goodbye");
  },
};

export const deaths: readonly Row[] = [killed, frozen, blink, told];

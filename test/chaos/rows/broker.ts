// Faults 16 to 18 and 26: a broker that restarts, is gone, is silent, or does not let a node in.
import assert from "node:assert/strict";
import type { NodeProcess } from "../node-process.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";
import { entangle, untangled } from "./deaths.ts";

const restart: Row = {
  fault: 16,
  subject: "a broker that is killed and started again",
  name: "fails calls at once, counts what is sent into the gap, and brings every session back",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta", "gamma")) as [NodeProcess, NodeProcess];
    await entangle(alpha, beta);
    const before = await room.status(alpha);
    await room.broker.kill();
    // All this is told while the broker is away: nothing waits for its return.
    await untangled(alpha);
    const { mark } = alpha;
    await alpha.order({ do: "call", node: "beta", type: "bump", count: 10, timeoutMs: 600_000 });
    await alpha.says(() => alpha.all("outcome", mark).length >= 10, "the calls of the gap");
    assert.ok(alpha.all("outcome", mark).every(({ outcome }) => outcome === "nodedown"));
    await alpha.order({ do: "flood", node: "beta", casts: 300, bytes: 1024 * 1024 });
    const during = await room.status(alpha);
    assert.ok(during.dropped >= before.dropped + 300, "casts into the gap are counted");
    assert.ok(during.bufferBytes < before.bufferBytes + 32 * 1024 * 1024, "nothing is kept for later");
    await room.broker.restart();
    await room.met();
    await alpha.order({ do: "stream", to: "beta", bursts: 5, each: 20, everyMs: 0 });
    const after = await room.status(alpha);
    assert.equal(after.subscriptions, before.subscriptions);
  },
};

const again: Row = {
  fault: 16,
  subject: "a broker that restarts",
  name: "ten times in a row leaves nothing behind",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    const before = await room.status(alpha);
    for (let round = 0; round < 10; round += 1) {
      await alpha.order({ do: "stream", to: "beta", bursts: 2, each: 20, everyMs: 0 });
      const marks = [alpha.mark, beta.mark];
      await room.broker.restart();
      for (const [index, node] of [alpha, beta].entries())
        await node.tells("nodedown", () => true, marks[index]);
      await room.met();
    }
    const after = await room.status(alpha);
    assert.equal(after.subscriptions, before.subscriptions);
    assert.equal(after.processes, before.processes + 1, "the sender alone is new");
    assert.ok(after.timers <= before.timers + 2, `${before.timers} timers became ${after.timers}`);
  },
};

const gone: Row = {
  fault: 17,
  subject: "a broker that is gone for long",
  name: "leaves everything on a node to work, and is dialled until it is back",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    await room.broker.kill();
    await alpha.tells("carrier", ({ state }) => state === "disconnected");
    const { mark } = alpha;
    const { attempts } = alpha.proxy;
    await room.eventually("the node to dial again and again", async () => {
      await alpha.order({ do: "echo", node: "alpha", bytes: 100 });
      return alpha.proxy.attempts >= attempts + 12;
    });
    await alpha.order({ do: "crash" });
    await alpha.tells("counting", () => true, mark);
    await alpha.order({ do: "echo", node: "alpha", bytes: 100 });
    assert.deepEqual((await room.status(alpha)).nodes, []);
    await room.broker.restart();
    await room.met();
    await beta.order({ do: "stream", to: "alpha", bursts: 5, each: 20, everyMs: 0 });
  },
};

const silent: Row = {
  fault: 18,
  subject: "a line on which nothing passes any more",
  name: "is noticed on both sides, and what comes through it late is not taken for new",
  async play(room: Room) {
    const [alpha, beta] = (await room.start("alpha", "beta")) as [NodeProcess, NodeProcess];
    await entangle(alpha, beta);
    await entangle(beta, alpha);
    void beta.begin({ do: "stream", to: "alpha", bursts: 40, each: 10, everyMs: 50 });
    alpha.proxy.blackhole(true);
    await untangled(beta);
    await untangled(alpha);
    await alpha.tells("carrier", ({ state }) => state === "disconnected");
    alpha.proxy.blackhole(false);
    await room.met();
  },
};

const users = (names: readonly string[]): string =>
  `authorization { users: [${names.map((name) => `{ user: ${name}, password: "${name} may" }`).join(", ")}] }`;

const credentialsOf = (user: string) => ({ credentials: { user, password: `${user} may` } });

const denied: Row = {
  fault: 26,
  subject: "J26 a wrong password",
  name: "is a clear error, and is not tried over and over",
  options: { config: users(["alpha", "beta"]) },
  async play(room: Room) {
    const alpha = await room.launch("alpha", credentialsOf("alpha"));
    await alpha.tells("ready");
    const wrong = await room.launch("gamma", { credentials: { user: "alpha", password: "a guess" } });
    const { code, message } = await wrong.tells("refused");
    assert.equal(code, "broker_denied");
    assert.match(message, /does not let us in.*Check the credentials/);
    assert.doesNotMatch(message, /a guess/);
    await wrong.ended;
    assert.equal(wrong.proxy.attempts, 1);
  },
};

const revoked: Row = {
  fault: 26,
  subject: "a right that is taken back",
  name: "later closes that node's way for good, and the others stay together",
  options: { config: users(["alpha", "beta", "gamma"]) },
  async play(room: Room) {
    const names = ["alpha", "beta", "gamma"];
    const nodes = await Promise.all(names.map((name) => room.launch(name, credentialsOf(name))));
    const [alpha, beta, gamma] = nodes as [NodeProcess, NodeProcess, NodeProcess];
    for (const node of nodes) await node.tells("ready");
    await room.met();
    await room.broker.configure(users(["alpha", "beta"]));
    const { why } = await gamma.tells("carrier", ({ state }) => state === "closed");
    assert.match(why, /does not let us in any more.*Check the credentials/);
    for (const node of [alpha, beta]) await node.tells("nodedown", ({ peer }) => peer === "gamma");
    assert.ok(gamma.proxy.attempts <= 8, `it dialled ${gamma.proxy.attempts} times`);
    await gamma.order({ do: "echo", node: "gamma", bytes: 1 });
    assert.deepEqual(
      [...alpha.all("nodedown"), ...beta.all("nodedown")].filter(({ peer }) => peer !== "gamma"),
      [],
    );
    await gamma.order({ do: "leave" });
    await gamma.ended;
  },
};

export const broker: readonly Row[] = [restart, again, gone, silent, denied, revoked];

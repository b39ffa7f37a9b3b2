// Conformance: what nodes own that are programs of their own, when one is killed or cut off (OTP behaviours K02, K04, K07, K09, and
// L15 to L20).
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Order, Settings } from "../../chaos/ledger.ts";
import { NodeProcess } from "../../chaos/node-process.ts";
import { type NatsServer, natsServer } from "../../nats/nats-server.ts";
import { type TcpProxy, tcpProxy } from "../../nats/tcp-proxy.ts";
import { type OwnerLook, type OwnerOrder, type ProgramSettings, single } from "./program-order.ts";

/** Long beside what a busy machine holds a program up, and short for who waits. */
const factor = 0.5;
const waiting = { timeout: 20_000, interval: 10 };

let broker: NatsServer;
let folder: string;
/** One for each start: a test that made them would close those of the others as well. */
let proxies: readonly TcpProxy[];
const startsMax = 5;
const all: NodeProcess[] = [];

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

beforeAll(async () => {
  // Below the packages that the program needs.
  mkdirSync(pathOf("../../chaos/.build"), { recursive: true });
  folder = mkdtempSync(pathOf("../../chaos/.build/owners-"));
  const bundle = await rolldown({ input: pathOf("node-program.ts"), platform: "node", external: /^[^./]/ });
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].js" });
  await bundle.close();
  broker = await natsServer({ jetstream: true });
  const { port } = broker;
  proxies = await Promise.all(Array.from({ length: startsMax }, () => tcpProxy(port)));
});

afterAll(async () => {
  await Promise.all(all.map((node) => node.kill()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(cluster: string, name: string): Promise<NodeProcess> {
  const proxy = proxies[all.length];
  if (proxy === undefined) throw new Error(`There are ${startsMax} starts, and no more.`);
  const settings: ProgramSettings = { name, cluster, url: proxy.url, factor };
  const node = new NodeProcess(join(folder, "node-program.js"), settings as Settings, proxy);
  all.push(node);
  await node.tells("ready");
  return node;
}

function ask(node: NodeProcess, order: OwnerOrder): Promise<unknown> {
  return node.order(order as unknown as Order);
}

async function look(node: NodeProcess): Promise<OwnerLook> {
  return (await ask(node, { do: "look" })) as OwnerLook;
}

/** Comes back when the name leads to that node, or to nobody, for all of those who are asked. */
async function leads(name: string, to: string | null, ...asked: readonly NodeProcess[]): Promise<void> {
  await vi.waitFor(async () => {
    for (const node of asked)
      expect([node.name, name, await ask(node, { do: "where", name })]).toEqual([node.name, name, to]);
  }, waiting);
}

/** Two nodes, the first of which has the child, a name and a lock, for which the other waits. */
async function pair(cluster: string) {
  const alpha = await start(cluster, "alpha");
  await leads(single, "alpha", alpha);
  const beta = await start(cluster, "beta");
  await leads(single, "alpha", alpha, beta);
  expect(await ask(beta, { do: "add", count: 7 })).toBe(7);
  expect(await ask(alpha, { do: "register", name: "leader" })).toBe(true);
  expect(await ask(beta, { do: "register", name: "leader" })).toBe(false);
  await leads("leader", "alpha", alpha, beta);
  expect(await ask(alpha, { do: "lock", id: "build" })).toBe("in");
  return { alpha, beta, lock: ask(beta, { do: "lock", id: "build" }) };
}

describe.concurrent("nodes that are programs of their own", () => {
  test("K02 K09 L15 L16 L17 L19 lose everything when they are killed, and get back what is better off with them", async () => {
    const { alpha, beta, lock } = await pair("killed");
    await alpha.kill();
    expect(await lock).toBe("in");
    await leads("leader", null, beta);
    expect(await ask(beta, { do: "register", name: "leader" })).toBe(true);
    await leads(single, "beta", beta);
    expect(await ask(beta, { do: "kind" })).toEqual({ reason: "node_down", from: "alpha", epoch: 2 });
    expect(await ask(beta, { do: "add", count: 1 })).toBe(8);
    const again = await start("killed", "alpha");
    await leads(single, "alpha", again, beta);
    expect(await ask(beta, { do: "kind" })).toMatchObject({ reason: "takeover", from: "beta" });
    expect(await ask(beta, { do: "add", count: 1 })).toBe(9);
    await leads("leader", "beta", again, beta);
    await ask(again, { do: "permit", node: "alpha", isPermitted: false });
    await leads(single, "beta", again, beta);
    expect(await ask(again, { do: "kind" })).toMatchObject({ reason: "permission", from: "alpha" });
  });

  test("K04 K07 K09 L20 own nothing while they are cut off, and what others have taken is theirs", async () => {
    const { alpha, beta, lock } = await pair("cut");
    alpha.proxy.blackhole(true);
    expect(await lock).toBe("in");
    // It had let go of everything before anybody else could have it.
    const { state, turns } = await look(alpha);
    expect(state).toBe("suspended");
    for (const name of ["leader", single]) await leads(name, null, alpha);
    await expect(ask(alpha, { do: "register", name: "other" })).rejects.toThrow("not_owner");
    await leads("leader", null, beta);
    expect(await ask(beta, { do: "register", name: "leader" })).toBe(true);
    await leads(single, "beta", beta);
    expect(await ask(beta, { do: "add", count: 1 })).toBe(8);
    expect((await look(alpha)).turns).toBe(turns);
    expect((await look(beta)).turns).toBeGreaterThan(0);
    // While it comes back, it may not have the child: no turn is had there before that is agreed on.
    await ask(beta, { do: "permit", node: "alpha", isPermitted: false });
    alpha.proxy.blackhole(false);
    await leads("leader", "beta", alpha, beta);
    await vi.waitFor(async () => {
      expect(await look(alpha)).toMatchObject({ state: "held", ends: [{ name_conflict: "leader" }] });
    }, waiting);
    await leads(single, "beta", alpha, beta);
    expect(await look(alpha)).toMatchObject({ turns });
  });
});

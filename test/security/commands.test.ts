// The command itself, with a person's credentials, against a node that runs as a program of its own with the node's.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialsPath, planCluster } from "../../runtime/broker/cluster-plan.ts";
import { readCredentials } from "../../runtime/broker/credentials.ts";
import type { Identity } from "../../runtime/broker/roles.ts";
import { NodesAtHome } from "../cli/running-nodes.ts";
import { type NatsServer, natsServer } from "../nats/nats-server.ts";
import {
  client,
  evaluator,
  nodeM,
  nodeN,
  observer,
  operator,
  request,
  runnable,
  textOf,
} from "../runtime/broker/cluster.ts";
import { world } from "./stage.ts";

const nodes = new NodesAtHome();
const said: string[] = [];
let broker: NatsServer;

function pathOf({ role, name }: Identity): string {
  return `${nodes.home}/${role}-${name}.json`;
}

/** Runs a command with somebody's credentials. */
function as(who: Identity, ...words: readonly string[]) {
  const ran = nodes.run(...words, "--nats", broker.url, "--credentials", pathOf(who));
  said.push(ran.out, ran.err);
  return ran;
}

beforeAll(async () => {
  const plan = planCluster(request, world.random);
  broker = await natsServer({ config: await runnable(textOf(plan.files, "broker.conf")) });
  for (const who of [nodeN, nodeM, operator, observer, evaluator, client]) {
    const text = new TextEncoder().encode(textOf(plan.files, credentialsPath(who)));
    await world.files.writeFile(pathOf(who), text, { mode: 0o600 });
  }
  const start = (who: Identity, ...options: readonly string[]) =>
    nodes.start(
      who.name,
      "--cluster",
      request.cluster,
      "--nats",
      broker.url,
      "--credentials",
      pathOf(who),
      ...options,
    );
  await start(nodeN);
  await start(nodeM);
}, 60_000);

afterAll(async () => {
  await nodes.end();
  await broker?.close();
});

describe("The command with the credentials of", { timeout: 60_000 }, () => {
  it("an operator calls, looks and lists, and gets no shell", () => {
    expect(as(operator, "call", "n1/context.manager", "status").code).toBe(0);
    expect(as(operator, "top", "n1").code).toBe(0);
    expect(as(operator, "status", "m1").code).toBe(0);
    const listed = as(operator, "cluster", "nodes");
    expect([listed.code, listed.out.includes("n1"), listed.out.includes("m1")]).toEqual([0, true, true]);
    const attached = as(operator, "attach", "n1", "--eval", "1");
    expect(attached.code).not.toBe(0);
  });

  it("an observer looks, and calls nothing and stops nothing", () => {
    expect(as(observer, "status", "n1").code).toBe(0);
    expect(as(observer, "call", "n1/context.manager", "status").code).not.toBe(0);
    expect(as(observer, "status", "n1").code).toBe(0);
  });

  it("an evaluator gets no shell of a node that grants none", () => {
    const { code, err } = as(evaluator, "attach", "n1", "--eval", "1");
    expect(code).not.toBe(0);
    expect(err).toContain("its configuration does not grant it");
  });

  it("anybody says nothing of a key", async () => {
    expect(said.join("").length).toBeGreaterThan(1_000);
    for (const who of [nodeN, nodeM, operator, observer, evaluator, client]) {
      const seed = (await readCredentials(world.files, pathOf(who))).nkey.reveal();
      expect(said.join("\n").includes(seed.slice(4, 40))).toBe(false);
    }
  });
});

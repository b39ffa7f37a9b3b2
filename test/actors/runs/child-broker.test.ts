// Parts of a run over a real broker: kept in its streams, taken over from a node that is cut off, and read in pieces.
import { describe, expect, test } from "vitest";
import { pipelineConfiguration } from "../../../actors/pipeline/config.ts";
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { runsConfiguration } from "../../../actors/runs/config.ts";
import { type RunAnswer, type RunDesk, runDeskName } from "../../../actors/runs/run-desk-protocol.ts";
import { isOver, type RunSummary } from "../../../actors/runs/run-summary.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { named } from "../../../runtime/index.ts";
import { runsTree } from "../../../supervisors/trees/runs.ts";
import { type OwnedCluster, ownedCluster } from "../../runtime/ownership/owned-cluster.ts";
import type { Owner } from "../../runtime/ownership/owners.ts";
import { partOperations, partsPlan } from "./child-stage.ts";
import { Gates, operationsOf, planOf, specOf } from "./desk-stage.ts";

type Calls = RunDesk["calls"];
type ValueOf<C extends keyof Calls> = Calls[C]["reply"] extends RunAnswer<infer V> ? V : never;

const bytes = 5 * 1024 * 1024;

async function member(cluster: OwnedCluster, name: string, gates: Gates): Promise<Owner> {
  const owner = await cluster.start(name, { supervisors: {} });
  const { node } = owner;
  const operations: Operations = {
    ...operationsOf(gates),
    ...partOperations,
    large: async () => ({ output: "x".repeat(bytes) }),
  };
  const tree = runsTree({
    ...{ world: node.world, node: name, operations, store: memoryRunStore(node.world.clock) },
    workspaceOf: () => undefined as never,
    ownership: () => node.ownership,
    pipeline: pipelineConfiguration.parse({}),
    configuration: runsConfiguration.parse({}),
  });
  await node.spawn(tree, { name: "runs.tree" });
  return owner;
}

async function get<C extends keyof Calls>(
  { node }: Owner,
  call: C,
  payload: Calls[C]["payload"],
): Promise<ValueOf<C>> {
  const desk = named<RunDesk>(runDeskName);
  const answer = (await node.call(desk, call, payload as never, { timeoutMs: 90_000 })) as RunAnswer<
    ValueOf<C>
  >;
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
  return answer.value;
}

/** The parts of a run once they stand so. */
async function partsOnce(owner: Owner, id: string, isSo: (parts: readonly RunSummary[]) => boolean) {
  for (let looks = 0; ; looks += 1) {
    const parts = (await get(owner, "list", undefined)).filter(({ parent }) => parent === id);
    if (isSo(parts)) return parts;
    if (looks > 600) throw new Error(`They came to ${JSON.stringify(parts)}.`);
    await owner.node.sleep(50);
  }
}

describe("The parts of a run over a real broker", { timeout: 120_000 }, () => {
  test("go on where their node is cut off, are counted once, and hand over what is large", async () => {
    const cluster = await ownedCluster("nats");
    const gates = new Gates();
    const alpha = await member(cluster, "alpha", gates);
    const beta = await member(cluster, "beta", gates);
    await cluster.eventually(() =>
      [alpha, beta].every(({ ownership }) => ownership.placement.table.member("runs", "beta") !== undefined),
    );
    const plans = {
      ...{ a: planOf("gate", "a"), b: planOf("gate", "b"), c: planOf("gate", "c") },
      ...{ large: planOf("large"), paid: planOf("pay", { costUsd: 0.25 }) },
    };
    const spec = specOf(partsPlan({ plans, among: 5 }));
    const { id } = await get(alpha, "submit", { spec, on: "alpha" });
    const before = await partsOnce(
      alpha,
      id,
      (parts) =>
        parts.length === 5 &&
        parts.every(
          ({ phase, node, title }) => isOver(phase) || (/[abc]$/.test(title) && node !== undefined),
        ),
    );
    const there = before.filter(({ node, phase }) => node === "beta" && phase === "running");
    expect(there.length).toBeGreaterThan(0);
    cluster.cutOff(beta);
    await partsOnce(alpha, id, (parts) =>
      there.every((part) =>
        parts.some((one) => one.id === part.id && one.node === "alpha" && one.phase === "running"),
      ),
    );
    for (const gate of ["a", "b", "c"]) gates.open(gate);
    let summary = await get(alpha, "find", { prefix: id });
    while (!isOver(summary.phase))
      summary = (await get(alpha, "read", { id, from: summary.n + 1, waitMs: 5_000, bytesMax: 1_000 }))
        .summary;
    expect(summary).toMatchObject({ phase: "done", costUsd: 0.25, tokens: 7 });
    const page = await get(alpha, "read", { id, from: summary.n, waitMs: 0, bytesMax: 1_000_000 });
    const [last] = page.entries;
    // With the output of one of them in it, it is kept beside the log.
    expect(last).toMatchObject({ type: "done", output: { bytes: expect.any(Number) } });
    expect(last?.type === "done" && "bytes" in last.output ? last.output.bytes : 0).toBeGreaterThan(bytes);
    await get(alpha, "remove", { id });
    expect(await get(alpha, "list", undefined)).toEqual([]);
  });
});

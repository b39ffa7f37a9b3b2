// Parts of a run over a real broker: kept in its streams, taken over from a node that is cut off, and read in pieces.
import { describe, expect, test } from "vitest";
import { pipelineConfiguration } from "../../../actors/pipeline/config.ts";
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { runsConfiguration } from "../../../actors/runs/config.ts";
import { type RunAnswer, type RunDesk, runDeskName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { isOver, type RunSummary } from "../../../actors/runs/run-summary.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { named } from "../../../runtime/index.ts";
import { runsTree } from "../../../supervisors/trees/runs.ts";
import { type OwnedCluster, ownedCluster } from "../../runtime/ownership/owned-cluster.ts";
import type { Owner } from "../../runtime/ownership/owners.ts";
import { partOperations, partsPlan } from "./child-stage.ts";
import { Gates, operationsOf, planOf, readUntil, specOf } from "./desk-stage.ts";

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

function until(owner: Owner, id: string, isSo: Parameters<typeof readUntil>[2]) {
  return readUntil((request) => get(owner, "read", request), id, isSo);
}

/** The parts that readers of a run were told of. */
function partsIn(entries: readonly RunEntry[]): readonly string[] {
  const told = entries.flatMap((entry) =>
    entry.type === "told" && entry.name === "part" ? [(entry.about as { readonly run: string }).run] : [],
  );
  return [...new Set(told)];
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
    const { seen } = await until(alpha, id, (_, entries) => partsIn(entries).length === 5);
    await Promise.all(["a", "b", "c"].map((name) => gates.reached(name)));
    const before = await Promise.all(
      partsIn(seen).map(async (part) => {
        const stands = ({ title, phase }: RunSummary): boolean =>
          /[abc]$/.test(title) ? phase === "running" : isOver(phase);
        return (await until(alpha, part, stands)).summary;
      }),
    );
    const there = before.filter(({ node, phase }) => node === "beta" && phase === "running");
    expect(there.length).toBeGreaterThan(0);
    cluster.cutOff(beta);
    for (const part of there)
      await until(alpha, part.id, ({ node, phase }) => node === "alpha" && phase === "running");
    for (const gate of ["a", "b", "c"]) gates.open(gate);
    const { summary } = await until(alpha, id, ({ phase }) => isOver(phase));
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

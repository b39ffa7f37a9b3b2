// A keeper whose node may not have its run any more: the run ends with it at once, and does nothing under a permission that is another.
import { describe, expect, it } from "vitest";
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { RunTail } from "../../../actors/runs/desk-tail.ts";
import { runKeeper } from "../../../actors/runs/keeper.ts";
import { runProcessName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { type Pid, simulatedWorld, sleep, startNode } from "../../../runtime/index.ts";
import { beginLog } from "./begin-log.ts";
import { planOf, specOf } from "./desk-stage.ts";

/** A run with one effect, kept by a node whose lease has a term; `is` says which, undefined for none. */
async function kept() {
  const world = simulatedWorld();
  const node = startNode({ world, name: "alpha" });
  const store = memoryRunStore(world.clock);
  const lease: { is: number | undefined } = { is: 1 };
  const happened: (number | undefined)[] = [];
  const perform = async (): Promise<null> => {
    happened.push(lease.is);
    return null;
  };
  const operations: Operations = {
    act: async (_, context) => {
      await sleep(100);
      return { output: await context.effect({ key: "act", kind: "order", about: null, perform }) };
    },
  };
  const spec = specOf(planOf("act"));
  const { id, plan, ...rest } = spec;
  const place = await store.open(id, "own");
  const accepted = { type: "accepted", spec: { id, ...rest, plan: { value: plan } }, steps: 1 } as const;
  await world.until(beginLog({ world, id, place, node: "alpha" }, [accepted]));
  const logic = runKeeper({
    run: {
      ...{ world, node: "alpha", operations, permitted: () => true },
      limits: { parallelMax: 1, retriesMax: 1, windowMs: 1_000 },
      workspaceOf: () => noFiles,
    },
    store: () => store,
    permission: () => {
      const { is } = lease;
      return () => is !== undefined && lease.is === is;
    },
    whyReleased: "It is handed over.",
  });
  const begin = async () => (await world.until(node.spawn(logic, { input: { id, reason: "start" } }))) as Pid;
  const entries = async (): Promise<readonly RunEntry["type"][]> => {
    const tail = new RunTail(id, place);
    await tail.advance();
    return (await tail.page(1, 1_000_000)).entries.map(({ type }) => type);
  };
  return { world, node, lease, happened, begin, entries, run: () => node.whereis(runProcessName(id)) };
}

const away = async () =>
  ({ ok: false, code: "workspace_away", message: "There are none.", workspace: "none" }) as const;
const noFiles: WorkspaceAccess = {
  list: away,
  read: away,
  hash: away,
  instructions: away,
  context: away,
  apply: away,
  applyAll: away,
  settle: away,
  verify: away,
};

describe("The keeper of a run, with a permission", () => {
  it("has it do what it has to while that stands", async () => {
    const { world, happened, begin, entries } = await kept();
    await begin();
    await world.advance(1_000);
    expect(happened).toEqual([1]);
    expect((await entries()).at(-1)).toBe("done");
  });

  it("has nothing begin under a later one, and ends the run at once with itself", async () => {
    const { world, node, lease, happened, begin, entries, run } = await kept();
    const keeper = await begin();
    lease.is = undefined;
    await world.advance(500);
    expect(await entries()).toEqual(["accepted", "owned", "step_started", "intent"]);
    // Acquired anew: others may have had the run meanwhile.
    lease.is = 2;
    await world.advance(10_000);
    expect(happened).toEqual([]);
    await world.until(node.stop(keeper));
    expect(run()).toBeUndefined();
    expect((await entries()).at(-1)).toBe("intent");
    expect(happened).toEqual([]);
  });
});

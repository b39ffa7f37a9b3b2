// What a node needs to carry runs: the cluster's supervisor of them with its keepers, and the desk that is asked about them.
import { runDesk } from "../../actors/runs/desk.ts";
import { ownHome } from "../../actors/runs/desk-own.ts";
import { placedHome, runsSupervisor } from "../../actors/runs/desk-placed.ts";
import { type KeeperOptions, placedKeeper } from "../../actors/runs/keeper.ts";
import { runDeskName } from "../../actors/runs/run-desk-protocol.ts";
import { clusterRunStore } from "../../actors/runs/stores/cluster.ts";
import { memoryRunStore } from "../../actors/runs/stores/memory.ts";
import type { WorkspaceAccess } from "../../actors/workspace/access.ts";
import { clusterSupervisor, dynamicSupervisor, named } from "../../runtime/index.ts";
import { beginOwnership } from "../../runtime/ownership/begin.ts";
import { operationsOf } from "./operations.ts";
import type { Program, Stage } from "./stage.ts";

const names = { local: "runs.local", readers: "runs.readers" } as const;

/** Steps that are at work at once, and how often one may fail. */
const limits = { parallelMax: 3, retriesMax: 5, windowMs: 60_000 };

/** Resolves when the node takes part in its cluster. */
export async function carryRuns(stage: Stage, program: Program): Promise<void> {
  const { node, world } = program;
  const operations = operationsOf(stage, () => program);
  const store = clusterRunStore(program.store);
  const keeperOptions: Omit<KeeperOptions, "store"> = {
    run: {
      ...{ world, node: node.name, operations, limits },
      workspaceOf: () => noWorkspace,
      permitted: () => node.ownership?.keeper?.isHeld() === true,
    },
    whyReleased: "Its node ends.",
  };
  const keeper = placedKeeper({ ...keeperOptions, store: () => store });
  const local = named(names.local) as never;
  const brief = ownHome({
    ...{ store: memoryRunStore(world.clock), kind: "brief", keeper: keeperOptions, supervisor: local },
  });
  const desk = runDesk({
    ...{ world, node: node.name, operations, own: brief, brief, readers: named(names.readers) as never },
    rules: { keepMs: 86_400_000, runsMax: 1_000, bytesMax: 1_000_000_000 },
    placed: () => {
      const { ownership } = node;
      if (ownership?.store === undefined) return undefined;
      return placedHome({ world, node: node.name, ownership, store, keeper });
    },
  });
  await node.spawn(dynamicSupervisor(names.local), { name: names.local });
  await node.spawn(dynamicSupervisor(names.readers), { name: names.readers });
  await node.spawn(
    clusterSupervisor(runsSupervisor, { logic: [keeper], maxRestarts: 1_000, withinMs: 1_000 }),
    {
      name: runsSupervisor,
    },
  );
  await node.spawn(desk, { name: runDeskName });
  await beginOwnership(node, program.store);
}

const away = async () =>
  ({ ok: false, code: "workspace_away", message: "There is none.", workspace: "none" }) as const;
const noWorkspace: WorkspaceAccess = {
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

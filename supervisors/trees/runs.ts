// The tree of runs: those of this program under a supervisor of their own, those of the cluster under that of the cluster, and the
// desk where both are asked for.
import type { PipelineConfiguration } from "../../actors/pipeline/config.ts";
import type { RunsConfiguration } from "../../actors/runs/config.ts";
import { runDesk } from "../../actors/runs/desk.ts";
import type { RunHome } from "../../actors/runs/desk-home.ts";
import { deskLimits } from "../../actors/runs/desk-limits.ts";
import { ownHome } from "../../actors/runs/desk-own.ts";
import { placedHome, runsSupervisor } from "../../actors/runs/desk-placed.ts";
import { placedKeeper } from "../../actors/runs/keeper.ts";
import { retentionRules } from "../../actors/runs/retention.ts";
import { runDeskName } from "../../actors/runs/run-desk-protocol.ts";
import type { RunProcessOptions } from "../../actors/runs/run-options.ts";
import type { RunStore } from "../../actors/runs/run-store.ts";
import { clusterRunStore } from "../../actors/runs/stores/cluster.ts";
import { memoryRunStore } from "../../actors/runs/stores/memory.ts";
import {
  type ChildSpec,
  child,
  clusterSupervisor,
  dynamicSupervisor,
  NoOwnership,
  named,
  type Ownership,
  type SupervisorLogic,
  supervisor,
} from "../../runtime/index.ts";
import type { ClusterStore } from "../../runtime/store/cluster-store.ts";

/** The names that the processes of runs hold. */
export const runsNames = {
  local: "runs.local",
  readers: "runs.readers",
  cluster: runsSupervisor,
  desk: runDeskName,
} as const;

export interface RunsTreeOptions
  extends Pick<RunProcessOptions, "world" | "node" | "operations" | "workspaceOf"> {
  readonly pipeline: PipelineConfiguration;
  readonly configuration: RunsConfiguration;
  /** Where the runs of a program are kept that belongs to no cluster. */
  readonly store: RunStore;
  /** What the node owns in its cluster; left out for a program that never does, and undefined while it does not. */
  readonly ownership?: (() => Ownership | undefined) | undefined;
}

/** One run's trouble is no other's, and few programs have a thousand of them crash within seconds. */
const restarts = { maxRestarts: 1_000, withinMs: 10_000 };

export function runsTree(options: RunsTreeOptions): SupervisorLogic {
  return supervisor("runs.tree", { strategy: "one_for_one", children: runsChildren(options) });
}

/**
 * What a tree has of runs. Each asks the others by name, and none needs another's memory: one_for_one. They stand best beside the
 * rest: one that has runs to let go takes its time, and a supervisor between would find their names held when it is begun again.
 */
export function runsChildren(options: RunsTreeOptions): readonly ChildSpec[] {
  const { world, node, operations, workspaceOf, pipeline, configuration, store, ownership } = options;
  const limits = {
    parallelMax: pipeline.max_parallel_steps,
    retriesMax: pipeline.max_restarts,
    windowMs: pipeline.restart_window_ms,
  };
  const run = { world, node, operations, workspaceOf, limits };
  const local = named<never>(runsNames.local) as never;
  const keeper = { run: { ...run, permitted: () => true }, whyReleased: "Its program ended." };
  const cluster = ownership && clusterRuns(run, ownership);
  const desk = runDesk({
    ...{ world, node, operations, rules: retentionRules(configuration) },
    own: cluster === undefined ? ownHome({ store, kind: "own", keeper, supervisor: local }) : undefined,
    brief: ownHome({ store: memoryRunStore(world.clock), kind: "brief", keeper, supervisor: local }),
    placed: () => cluster?.home(),
    readers: named<never>(runsNames.readers) as never,
  });
  return [
    child(dynamicSupervisor(runsNames.local, restarts), { name: runsNames.local, shutdownMs }),
    child(dynamicSupervisor(runsNames.readers, restarts), { name: runsNames.readers }),
    ...(cluster === undefined ? [] : [child(cluster.supervisor, { name: runsNames.cluster, shutdownMs })]),
    child(desk, { name: runsNames.desk }),
  ];
}

/** All runs at once have as long as each of them. */
const shutdownMs = deskLimits.releaseMs + 2_000;

interface ClusterRuns {
  readonly supervisor: ReturnType<typeof clusterSupervisor>;
  /** Undefined while the node has no part in what its cluster owns. */
  home(): RunHome | undefined;
}

function clusterRuns(
  run: Omit<RunProcessOptions, "store" | "permitted">,
  ownership: () => Ownership | undefined,
): ClusterRuns {
  const { world, node } = run;
  let known: { readonly of: ClusterStore; readonly home: RunHome } | undefined;
  const home = (): RunHome | undefined => {
    const own = ownership();
    const store = own?.store;
    if (own === undefined || store === undefined) return undefined;
    if (known?.of !== store) {
      void known?.home.store.close();
      const placed = placedHome({ world, node, ownership: own, store: clusterRunStore(store), keeper });
      known = { of: store, home: placed };
    }
    return known.home;
  };
  const keeper = placedKeeper({
    run: { ...run, permitted: () => ownership()?.state === "held" },
    permission: () => {
      const term = ownership()?.keeper?.id?.term;
      return () => ownership()?.state === "held" && ownership()?.keeper?.id?.term === term;
    },
    whyReleased: "Its node hands it over.",
    store: () => {
      const store = home()?.store;
      if (store === undefined) throw new NoOwnership(node, "it has left it just now");
      return store;
    },
    since: (id) => ownership()?.placement.table.find(`${runsSupervisor}/${id}`)?.record.since,
  });
  return { supervisor: clusterSupervisor(runsSupervisor, { logic: [keeper], ...restarts }), home };
}

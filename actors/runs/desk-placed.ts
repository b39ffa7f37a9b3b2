// Runs that the nodes of a cluster keep going together: each a child of the cluster supervisor of runs, on the node where it belongs.
import {
  ChildPresent,
  call,
  clusterNamed,
  type DurableLogic,
  MovePending,
  named,
  type Ownership,
  type Place,
  placedChild,
  sleep,
  UnknownChild,
} from "../../runtime/index.ts";
import type { PlacementRecord } from "../../runtime/placement/placement-record.ts";
import type { World } from "../../runtime/world.ts";
import type { RunHome } from "./desk-home.ts";
import { deskLimits } from "./desk-limits.ts";
import { RunRefusal } from "./desk-refused.ts";
import type { RunKeeper } from "./keeper.ts";
import { runProcessName } from "./run-desk-protocol.ts";
import type { RunSpec } from "./run-spec.ts";
import type { RunStore } from "./run-store.ts";

/** The name of the cluster supervisor of runs. */
export const runsSupervisor = "runs";

export interface PlacedHomeOptions {
  readonly world: World;
  readonly node: string;
  readonly ownership: Ownership;
  readonly store: RunStore;
  readonly keeper: DurableLogic;
}

/** Its functions are for code of processes. */
export function placedHome({ world, node, ownership, store, keeper }: PlacedHomeOptions): RunHome {
  const childOf = (id: string): string => `${runsSupervisor}/${id}`;
  const recordOf = (id: string): PlacementRecord | undefined =>
    ownership.placement.table.find(childOf(id))?.record;
  /** Runs that are on their way to a node, by what was asked here: those that come at the same time know of each other. */
  const coming = new Map<string, number>();
  const home: RunHome = {
    store,
    kind: "placed",
    care: async (id) => {
      const record = recordOf(id);
      if (record === undefined || isStranded(record, ownership)) return "due";
      return live.has(record.phase) ? "kept" : "left";
    },
    isWithoutNode: (id) => {
      const { owner, phase } = recordOf(id) ?? {};
      const isOn = owner !== undefined && (phase === "running" || phase === "leaving");
      return !isOn || ownership.keeper?.isValid(owner) !== true;
    },
    check: async (on) => {
      placeFor(ownership, { node, on, workspace: undefined, coming });
    },
    process: (id) => {
      const { owner, phase } = recordOf(id) ?? {};
      if (owner === undefined || !(phase === "running" || phase === "leaving")) return undefined;
      return owner.node === node ? named(runProcessName(id)) : named(runProcessName(id)).on(owner.node);
    },
    begin: async ({ id, workspace, parent }, reason, on) => {
      // The parts of a run are spread over the nodes, wherever its files are.
      const files = parent === undefined ? workspace : undefined;
      const place = placeFor(ownership, { node, on, workspace: files, coming });
      const record = recordOf(id);
      if (record !== undefined && live.has(record.phase) && !isStranded(record, ownership)) return;
      const [first = node] = place.nodes;
      coming.set(first, (coming.get(first) ?? 0) + 1);
      const begun = unlessPending(async () => {
        // Where it belongs is said anew: the nodes may be others than when it was placed first.
        if (record !== undefined) await outOfTable(ownership, childOf(id));
        await ownership.startChild(
          runsSupervisor,
          placedChild(keeper, { ...childOptions, id, place, input: { id, reason } }),
        );
      });
      await begun.finally(() => coming.set(first, (coming.get(first) ?? 1) - 1));
    },
    tell: async (id, command) => {
      const until = world.clock.now() + deskLimits.tellMs;
      while ((await home.care(id)) === "kept") {
        const told = await call(clusterNamed<RunKeeper>(childOf(id)), "tell", command, {
          timeoutMs: deskLimits.askMs,
        }).catch(() => false);
        if (told || world.clock.now() >= until) return told;
        await sleep(deskLimits.tellAgainMs);
      }
      return false;
    },
    stop: async (id) => {
      if (recordOf(id) !== undefined) await ownership.stopChild(childOf(id));
    },
    forget: async (id) => {
      if (recordOf(id) !== undefined) await outOfTable(ownership, childOf(id));
    },
    tidies: () => openNodes(ownership).toSorted()[0] === node,
  };
  return home;
}

const childOptions = { restart: "transient", shutdownMs: deskLimits.releaseMs + 1_000 } as const;

const live: ReadonlySet<PlacementRecord["phase"]> = new Set(["waiting", "assigned", "running", "leaving"]);

/** It waits for nodes none of which is there, while others are. */
function isStranded({ phase, place }: PlacementRecord, ownership: Ownership): boolean {
  if (phase !== "waiting" || place.strategy !== "priority") return false;
  const open = openNodes(ownership);
  return open.length > 0 && !open.some((name) => place.nodes.includes(name));
}

/**
 * The node that was asked for, else the one that has the files, else this one or whichever has the fewest runs; then all others: a
 * run goes on elsewhere when its node is gone. It is never moved only to spread runs evenly: what works would be interrupted.
 * @throws {RunRefusal} there is no such node, or it takes nothing
 */
function placeFor(
  ownership: Ownership,
  {
    node,
    on,
    workspace,
    coming,
  }: {
    readonly node: string;
    readonly on: string | undefined;
    readonly workspace: RunSpec["workspace"];
    readonly coming: ReadonlyMap<string, number>;
  },
): Extract<Place, { readonly strategy: "priority" }> {
  const open = openNodes(ownership);
  if (on !== undefined && !open.includes(on)) throw noSuchNode(ownership, on, open);
  const runsOf = new Map(coming);
  for (const { record } of ownership.placement.table.open.values())
    if (record.supervisor === runsSupervisor && record.owner !== undefined && live.has(record.phase))
      runsOf.set(record.owner.node, (runsOf.get(record.owner.node) ?? 0) + 1);
  const files = workspace?.id.startsWith("node:") === true ? workspace.id.slice("node:".length) : undefined;
  const rank = (name: string): number => (name === on ? -2 : name === files ? -1 : (runsOf.get(name) ?? 0));
  const nodes = [...new Set(open.length === 0 ? [node] : open)].toSorted(
    (a, b) => rank(a) - rank(b) || Number(b === node) - Number(a === node) || (a < b ? -1 : 1),
  );
  return { strategy: "priority", nodes };
}

/** Nodes that take new work, by what is known here. */
function openNodes(ownership: Ownership): readonly string[] {
  const { members } = ownership.placement.table;
  return members
    .filter(({ supervisor, lease }) => {
      const info = ownership.placement.leaseOf(lease.node);
      return supervisor === runsSupervisor && info?.term === lease.term && !info.draining;
    })
    .map(({ lease }) => lease.node);
}

function noSuchNode(ownership: Ownership, on: string, open: readonly string[]): RunRefusal {
  const others = open.length === 0 ? "No node takes work now." : `There are: ${open.toSorted().join(", ")}.`;
  if (ownership.placement.leaseOf(on)?.draining === true)
    return new RunRefusal("draining", `Node "${on}" drains, and takes no new work. ${others}`);
  return new RunRefusal("bad_run", `There is no node "${on}" that could have the run. ${others}`);
}

async function outOfTable(ownership: Ownership, child: string): Promise<void> {
  try {
    await ownership.stopChild(child);
    await ownership.deleteChild(child);
  } catch (error) {
    if (!(error instanceof UnknownChild)) throw error;
  }
}

/** It is agreed on, and comes by itself; or somebody else was quicker with the same. */
async function unlessPending(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof MovePending || error instanceof ChildPresent)) throw error;
  }
}

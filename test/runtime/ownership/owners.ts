// Nodes of one program that own things together, in virtual time: over a simulated network and a store that can be cut off.
import { onTestFinished } from "vitest";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import {
  type ClusterSupervisorOptions,
  clusterSupervisor,
  type DistributionOptions,
  type Node,
  simulatedWorld,
  startNode,
} from "../../../runtime/index.ts";
import { beginOwnership } from "../../../runtime/ownership/begin.ts";
import type { BeginOptions, Ownership } from "../../../runtime/ownership/ownership.ts";
import type { PlacedChildInfo } from "../../../runtime/ownership/report.ts";
import { imperfectStore } from "../../../runtime/testing/imperfect-store.ts";

export interface OwnerOptions extends BeginOptions {
  /** The supervisors that run on it, by name; "work" without children unless given. */
  readonly supervisors?: Readonly<Record<string, ClusterSupervisorOptions>>;
  /** What others may have started on it, by key. */
  readonly logic?: NonNullable<DistributionOptions["logic"]>;
}

export interface Owner {
  readonly node: Node;
  readonly ownership: Ownership;
  readonly events: { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[];
}

export function owners() {
  const world = simulatedWorld();
  const network = memoryNetwork(world);
  const store = imperfectStore(world);
  const all: Owner[] = [];

  const start = async (name: string, options: OwnerOptions = {}): Promise<Owner> => {
    const { supervisors = { work: {} }, logic = {}, ...begin } = options;
    const node = startNode({ world, name, boundary: "freeze", distribution: { logic } });
    onTestFinished(() => world.until(node.halt()));
    const events: Owner["events"] = [];
    node.subscribe(({ name: event, data }) => void events.push({ name: event, data }));
    for (const [supervisor, its] of Object.entries(supervisors))
      await world.until(node.spawn(clusterSupervisor(supervisor, its), { name: supervisor }));
    await world.until(node.distribution?.join(network.carrier(name)) ?? Promise.resolve());
    const ownership = await world.until(beginOwnership(node, store.of(name), begin));
    const owner = { node, ownership, events };
    all.push(owner);
    return owner;
  };

  const eventually = async (isSo: () => boolean, withinMs = 30_000): Promise<void> => {
    for (let passedMs = 0; !isSo(); passedMs += 20) {
      if (passedMs > withinMs)
        throw new Error(`It did not come to this within ${withinMs} ms: ${String(isSo)}`);
      await world.advance(20);
    }
  };

  /** As if the program had been killed: nobody says goodbye, nothing is given up. */
  const kill = (owner: Owner): void => {
    const { name } = owner.node;
    network.disconnect(name);
    store.cut(name);
  };

  const child = (name: string, by: Owner): PlacedChildInfo | undefined =>
    by.ownership.placement.table.children().find(({ supervisor, id }) => `${supervisor}/${id}` === name);

  /** Where a child runs, by what `by` knows. */
  const placeOf = (name: string, by: Owner): string | undefined => {
    const found = child(name, by);
    return found?.phase === "running" ? found.node : undefined;
  };

  return { world, network, store, start, eventually, kill, child, placeOf, all };
}

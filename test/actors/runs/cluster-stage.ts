// Nodes of a simulated cluster, each with its desk of runs.
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { owners } from "../../runtime/ownership/owners.ts";
import { DeskStage, Gates } from "./desk-stage.ts";

/** @param operations beside those of every stage */
export async function clusterWith(operations: Operations, ...names: readonly string[]) {
  const stage = owners();
  const { world, start, eventually, placeOf, child } = stage;
  const gates = new Gates();
  const join = async (name: string) => {
    const owner = await start(name, { supervisors: {} });
    const desk = await DeskStage.start({
      world,
      node: owner.node,
      ...{ gates, operations },
      ownership: () => owner.node.ownership,
    });
    return { owner, desk };
  };
  const nodes = new Map<string, Awaited<ReturnType<typeof join>>>();
  for (const name of names) nodes.set(name, await join(name));
  const at = (name: string) => {
    const found = nodes.get(name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };
  const by = at(names[0] ?? "").owner;
  await eventually(() =>
    names.every((name) =>
      [...nodes.values()].every(({ owner }) => owner.ownership.placement.table.member("runs", name)),
    ),
  );
  const runsOn = (id: string, name: string, seenBy = by) =>
    eventually(() => placeOf(`runs/${id}`, seenBy) === name);
  return { ...stage, gates, at, join, runsOn, phaseOf: (id: string) => child(`runs/${id}`, by)?.phase };
}

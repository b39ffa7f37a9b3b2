// The random tree as the runtime's own parts: supervisors of all kinds, tables and workers, each watched.
import {
  type AnyLogic,
  type ChildSpec,
  child,
  dynamicSupervisor,
  groupScope,
  registry,
  supervisor,
  via,
} from "../../runtime/index.ts";
import {
  type DynamicPlan,
  type Plan,
  registryKeys,
  registryTopics,
  type SupervisorPlan,
  scopeName,
  type TablePlan,
  type WorkerPlan,
} from "./plan.ts";
import { watched } from "./probes.ts";
import type { Stage } from "./stage.ts";
import { workerLogic } from "./workers.ts";

/** The logic of the whole tree. */
export function treeLogic(stage: Stage): AnyLogic {
  return supervisorLogic(stage, stage.tree, "root");
}

/** A child as its supervisor starts it. */
export function childSpec(stage: Stage, plan: Plan, place: string, isOnly = true): ChildSpec {
  const { id, restart, shutdownMs, significant } = plan;
  const options = { id, restart, shutdownMs, significant };
  switch (plan.kind) {
    case "supervisor":
      return child(supervisorLogic(stage, plan, place), { ...options, type: "supervisor" });
    case "dynamic":
    case "simple":
      return child(dynamicLogic(stage, plan, place), { ...options, type: "supervisor" });
    case "unique":
    case "duplicate":
    case "scope":
      return child(watched(stage, tableLogic(plan), birthOf(plan, place)), options);
    default: {
      const logic = workerLogic(stage, plan, { ...birthOf(plan, place), isOnly });
      return child(logic, { ...options, ...spawnOptions(plan) });
    }
  }
}

function supervisorLogic(stage: Stage, plan: SupervisorPlan, place: string): AnyLogic {
  const { strategy, maxRestarts, withinMs, autoShutdown } = plan;
  const children = plan.children.map((each) => childSpec(stage, each, `${place}/${each.id}`));
  const logic = supervisor(place, { strategy, maxRestarts, withinMs, autoShutdown, children });
  return watched(stage, logic, birthOf(plan, place));
}

function dynamicLogic(stage: Stage, plan: DynamicPlan, place: string): AnyLogic {
  const { maxRestarts, withinMs, maxChildren, template } = plan;
  const budget = { maxRestarts, withinMs };
  const logic =
    plan.kind === "dynamic"
      ? dynamicSupervisor(place, { ...budget, maxChildren })
      : supervisor(place, {
          ...budget,
          strategy: "simple_one_for_one",
          children: [childSpec(stage, template, `${place}/${template.id}`, false)],
        });
  return watched(stage, logic, birthOf(plan, place));
}

function tableLogic({ kind }: TablePlan): AnyLogic {
  if (kind === "scope") return groupScope(scopeName);
  return registry(kind === "unique" ? registryKeys : registryTopics, { keys: kind });
}

function birthOf(plan: Plan, place: string) {
  return { place, plan, isSupervised: true, isOnly: true };
}

function spawnOptions({ holds, mailbox, traps, startTimeoutMs }: WorkerPlan) {
  const name = holds === undefined ? undefined : "name" in holds ? holds.name : via(registryKeys, holds.key);
  return {
    trapExit: traps,
    ...(name === undefined ? {} : { name }),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
  };
}

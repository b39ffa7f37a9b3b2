// A cluster supervisor: the same one on every node, whose children run on one of them each. On its own node it is a supervisor
// like any other, with the children that this node owns.
import type { DurableLogic } from "../checkpoint/durable.ts";
import type { NativeLogic } from "../logic/logic.ts";
import { Misuse } from "../process/failures.ts";
import type { SupervisorProtocol } from "../supervision/admin.ts";
import { supervisor } from "../supervision/supervisor.ts";
import type { LocalSupervisor } from "./local-supervisors.ts";
import type { PlacedChild } from "./placed-child.ts";
import { checkRecord, newRecord, placementKey } from "./placement-record.ts";

export interface ClusterSupervisorOptions {
  /** The children that there always are. They may differ between the versions of a program, and their union is what runs. */
  readonly children?: readonly PlacedChild[];
  /** What else children may run that are started later. */
  readonly logic?: readonly DurableLogic[];
  /** Restarts on one node within `withinMs`; one more ends the supervisor there, and its children start elsewhere. As for `supervisor`. */
  readonly maxRestarts?: number;
  readonly withinMs?: number;
}

/**
 * Defines a cluster supervisor. Run it in the tree of every node that may have its children, under the same name.
 * A child has one owner at a time. It starts from its last checkpoint wherever it starts.
 * @throws {Misuse} two children have one id, or two logics one key, or an input is no plain data; {UnusableName} a name is too long
 */
export function clusterSupervisor(
  name: string,
  options: ClusterSupervisorOptions = {},
): NativeLogic<SupervisorProtocol, void> {
  const { children = [], logic: more = [], maxRestarts, withinMs } = options;
  for (const child of children) checkChild(name, child);
  const local: LocalSupervisor = { name, children, logic: logicByKey(name, children, more) };
  const flags = {
    ...(maxRestarts === undefined ? {} : { maxRestarts }),
    ...(withinMs === undefined ? {} : { withinMs }),
  };
  const inner = supervisor(name, { strategy: "one_for_one", ...flags });
  return {
    ...inner,
    host: (process) => {
      process.kernel.clusterSupervisors.enter(local, process);
      return inner.host(process);
    },
  };
}

function logicByKey(
  name: string,
  children: readonly PlacedChild[],
  more: readonly DurableLogic[],
): ReadonlyMap<string, DurableLogic> {
  const ids = new Set(children.map(({ id }) => id));
  if (ids.size < children.length)
    throw new Misuse(
      `Two children of cluster supervisor "${name}" have the same id. Give one of them another.`,
    );
  const byKey = new Map<string, DurableLogic>();
  for (const logic of [...children.map((child) => child.logic), ...more]) {
    const other = byKey.get(logic.key);
    if (other !== undefined && other !== logic)
      throw new Misuse(
        `Two logics of cluster supervisor "${name}" have the key "${logic.key}". Checkpoints are told apart by it: give one of them another.`,
      );
    byKey.set(logic.key, logic);
  }
  return byKey;
}

function checkChild(supervisor: string, { id, logic, input, restart, place }: PlacedChild): void {
  placementKey(supervisor, id);
  checkRecord(newRecord({ supervisor, id, logic: logic.key, input, restart, place, since: 0 }));
}

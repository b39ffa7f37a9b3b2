// What stands beside the work on a node that others can hold: who answers them, and the shells that they attach.
import { join } from "node:path";
import { attachTree } from "../../actors/attach/attach.ts";
import { housekeeping, housekeepingName } from "../../actors/caretaker/caretaker.ts";
import { controlName, controlServer } from "../../actors/control/server.ts";
import type { Vitals } from "../../actors/control/vitals.ts";
import { child, dynamicSupervisor, type SupervisorLogic, supervisor } from "../../runtime/index.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { encodeToken } from "../../runtime/wire/token.ts";
import type { Member } from "./member.ts";

export interface NodeTreeOptions {
  readonly member: Member;
  readonly vitals: Vitals;
  /** Where what lasts is kept. */
  readonly dataFolder: string;
  /** True where code may be evaluated from other machines. */
  readonly remoteEval: boolean;
}

/** Where the services for plain NATS clients are kept, a tree for each broker that the node has entered. */
export const servicesName = "services";

/** None needs the other, and a person who attaches may well bring the shells down: one_for_one, with patience. */
const restarts = { maxRestarts: 20, withinMs: 10_000 };

export function nodeTree({ member, vitals, dataFolder, remoteEval }: NodeTreeOptions): SupervisorLogic {
  const attach = attachTree({
    node: member.node,
    subjects: subjects(member.cluster),
    carriers: member.carriers(),
    auditPath: join(dataFolder, "audit", `${encodeToken(member.node.name)}.log`),
    allowed: (_, carrier) => carrier !== "nats" || remoteEval,
    drain: member,
    program: process,
  });
  return supervisor("node", {
    strategy: "one_for_one",
    ...restarts,
    children: [
      child(controlServer({ controlled: member, vitals }), { id: controlName, name: controlName }),
      child(attach, { id: "shells", type: "supervisor" }),
      child(
        housekeeping(() => member.node.world.clock.wallTime()),
        { id: housekeepingName, name: housekeepingName },
      ),
      child(dynamicSupervisor(servicesName), { id: servicesName, name: servicesName, type: "supervisor" }),
    ],
  });
}

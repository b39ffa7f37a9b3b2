// What somebody asks of the children of a cluster: to start one more, to take one out, to move one, to keep one off a node. Each is a
// change of its record, on whichever node it is asked; what has to happen then happens on the node that owns the child.

import { NotOwner } from "../names/failures.ts";
import type { ChildPhase } from "../ownership/report.ts";
import { Misuse } from "../process/failures.ts";
import { ChildBusy, ChildPresent, MovePending, UnfitNode, UnknownChild } from "./failures.ts";
import { placementTimes } from "./limits.ts";
import type { PlacedChild } from "./placed-child.ts";
import type { Placement } from "./placement.ts";
import { newRecord, notPermitted, type PlacementRecord, placementKey } from "./placement-record.ts";
import type { Found } from "./placement-table.ts";

const { moveMs, seenMs } = placementTimes(1);

/**
 * Adds a child to a cluster supervisor; resolves when it runs somewhere.
 * @throws {ChildPresent}; {Misuse} its input is no plain data, or a name is too long; {MovePending} it does not run yet; {NotOwner}
 */
export async function startPlaced(
  placement: Placement,
  supervisor: string,
  child: PlacedChild,
): Promise<void> {
  const key = placementKey(supervisor, child.id);
  const name = `${supervisor}/${child.id}`;
  const { id, logic, input, restart, place } = child;
  const record = newRecord({
    supervisor,
    id,
    logic: logic.key,
    input,
    restart,
    place,
    since: placement.wallTime(),
  });
  for (;;) {
    if (placement.table.records.has(key)) throw new ChildPresent(name);
    if (await placement.write({ key, record, expected: placement.table.revisionOf(key) })) break;
    await again(placement, name);
  }
  await untilRun(placement, name, key);
}

/**
 * Takes a child out for good that has finished, was stopped or was given up, with all that was kept of it (OTP: `delete_child`).
 * @throws {UnknownChild}; {ChildBusy} it has not ended; {NotOwner}; {Misuse} its supervisor has it among its own children
 */
export async function deletePlaced(placement: Placement, name: string): Promise<void> {
  // It would come back at once, and meet its own log being taken out.
  if (placement.isDeclared(name))
    throw new Misuse(
      `Child "${name}" is one of those that its supervisor always has, and cannot be taken out. Take it out of the supervisor's list.`,
    );
  for (;;) {
    const found = placement.table.find(name);
    if (found === undefined) throw new UnknownChild(name, namesOf(placement));
    const { phase, owner } = found.record;
    if (!hasEnded.has(phase) || owner !== undefined) throw new ChildBusy(name, phase);
    if (await placement.remove(found)) break;
    await again(placement, name);
  }
  await placement.forget(name);
}

/**
 * Stops a child for good; its last checkpoint stays, and `restartPlaced` goes on from it. Resolves when nothing runs.
 * @throws {UnknownChild}; {MovePending} it is agreed on, and its owner has not said yet that nothing runs; {NotOwner}
 */
export async function stopPlaced(placement: Placement, name: string): Promise<void> {
  // Whoever has it keeps it until nothing runs: nobody else may begin before.
  await change(placement, name, ({ record }) =>
    record.phase === "stopped" ? undefined : { ...record, phase: "stopped", wants: undefined },
  );
  await atRest(placement, name);
}

/** Lets a child that has finished, was stopped or was given up start again. @throws {UnknownChild}; {NotOwner}; {MovePending} */
export async function restartPlaced(placement: Placement, name: string): Promise<void> {
  await changeAtRest(placement, name, ({ record }) =>
    ["finished", "stopped", "failed"].includes(record.phase)
      ? {
          ...record,
          phase: "waiting",
          failures: 0,
          denied: Object.fromEntries(Object.entries(record.denied).filter(([, why]) => why === notPermitted)),
          reason: "start",
          since: placement.wallTime(),
        }
      : undefined,
  );
  await untilRun(placement, name, placement.table.find(name)?.key);
}

/**
 * Has a child moved to a node, where it stays as long as that is there; resolves when it runs there.
 * @throws {UnknownChild}; {UnfitNode}; {MovePending}; {NotOwner}
 */
export async function movePlaced(placement: Placement, name: string, node: string): Promise<void> {
  const isThere = (): boolean => {
    const record = placement.table.find(name)?.record;
    return record?.phase === "running" && record.owner?.node === node;
  };
  // A node that has just come may not have been seen here yet.
  await placement.until(() => isKnown(placement, name, node), seenMs);
  await changeAtRest(placement, name, ({ record }) => {
    const why = whyUnfit(placement, record, node);
    if (why !== undefined) throw new UnfitNode(name, node, why);
    if (isThere()) return record.wants === node ? undefined : { ...record, wants: node };
    const asked = { wants: node, reason: "move", since: placement.wallTime() } as const;
    if (record.phase === "running" || record.phase === "leaving")
      return { ...record, ...asked, phase: "leaving", from: record.owner?.node };
    // One that had ended is begun again there.
    return record.phase === "assigned"
      ? { ...record, ...asked }
      : { ...record, ...asked, phase: "waiting", failures: 0 };
  });
  if (await placement.until(isThere, moveMs)) return;
  throw new MovePending(name, node, moveMs, phaseOf(placement, name) ?? "gone");
}

/**
 * Says whether a node may have a child (OTP: `application:permit`); one that it must not keep moves away.
 * @throws {UnknownChild}; {NotOwner}
 */
export async function permitPlaced(
  placement: Placement,
  name: string,
  node: string,
  isPermitted: boolean,
): Promise<void> {
  await change(placement, name, ({ record }) => {
    if (!Object.hasOwn(record.denied, node) === isPermitted) return undefined;
    const { [node]: _, ...others } = record.denied;
    if (isPermitted) return { ...record, denied: others };
    const denied = { ...others, [node]: notPermitted };
    const isThere =
      record.owner?.node === node && (record.phase === "running" || record.phase === "assigned");
    if (!isThere) return { ...record, denied };
    const since = placement.wallTime();
    return { ...record, denied, phase: "leaving", wants: undefined, reason: "permission", since, from: node };
  });
}

/** Resolves when nothing runs of a child that was stopped. @throws {MovePending} */
async function atRest(placement: Placement, name: string): Promise<void> {
  const rests = (): boolean => !isStopping(placement.table.find(name)?.record);
  if (!(await placement.until(rests, moveMs))) throw new MovePending(name, "none", moveMs, "being stopped");
}

/** It was stopped, and may run yet. */
function isStopping(record: PlacementRecord | undefined): boolean {
  return record?.phase === "stopped" && record.owner !== undefined;
}

function isKnown(placement: Placement, name: string, node: string): boolean {
  const record = placement.table.find(name)?.record;
  return record === undefined || whyUnfit(placement, record, node) === undefined;
}

/** Changes a record until nobody was quicker; undefined changes nothing, and a promise is waited for before the next look. */
async function change(
  placement: Placement,
  name: string,
  make: (found: Found) => PlacementRecord | Promise<void> | undefined,
): Promise<void> {
  for (;;) {
    const found = placement.table.find(name);
    if (found === undefined) throw new UnknownChild(name, namesOf(placement));
    const record = make(found);
    if (record === undefined) return;
    if (record instanceof Promise) await record;
    else if (await placement.write({ key: found.key, record, expected: found.revision })) return;
    else await again(placement, name);
  }
}

/** As `change`, and never while a child that was stopped may run yet: it would begin a second time. */
function changeAtRest(
  placement: Placement,
  name: string,
  make: (found: Found) => PlacementRecord | undefined,
): Promise<void> {
  return change(placement, name, (found) =>
    isStopping(found.record) ? atRest(placement, name) : make(found),
  );
}

/** @throws {NotOwner} this node is cut off, so that nothing can be agreed on */
async function again(placement: Placement, name: string): Promise<void> {
  if (!placement.mayWrite()) throw new NotOwner(placement.nodeName, `a change of child "${name}"`);
  await placement.pause();
}

function whyUnfit(
  placement: Placement,
  { supervisor, logic, denied }: PlacementRecord,
  node: string,
): string | undefined {
  const lease = placement.leaseOf(node);
  if (lease === undefined) return "there is no such node, or it is not up";
  if (lease.draining) return "it drains";
  const member = placement.table.member(supervisor, node)?.member;
  if (member === undefined || member.lease.term !== lease.term)
    return `it does not run the supervisor "${supervisor}"`;
  if (!member.logic.includes(logic)) return `its program has no logic "${logic}"`;
  return denied[node];
}

/** Phases in which nothing runs, and nothing will by itself. */
const hasEnded: ReadonlySet<string> = new Set<ChildPhase>(["finished", "stopped", "failed"]);

/** Resolves when a child runs somewhere. @throws {MovePending} */
async function untilRun(placement: Placement, name: string, key: string | undefined): Promise<void> {
  const phase = () => (key === undefined ? undefined : placement.table.records.get(key)?.record.phase);
  // It may have finished before anybody looked.
  const hasRun = (): boolean => phase() === "running" || phase() === "finished";
  if (await placement.until(hasRun, moveMs)) return;
  throw new MovePending(name, "any", moveMs, phase() ?? "gone");
}

function phaseOf(placement: Placement, name: string): string | undefined {
  return placement.table.find(name)?.record.phase;
}

function namesOf(placement: Placement): readonly string[] {
  return placement.table.children().map(({ supervisor, id }) => `${supervisor}/${id}`);
}

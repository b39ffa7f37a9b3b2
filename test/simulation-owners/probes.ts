// The eyes of the room: they note what nodes tell of what they own, and every change of the store at the moment when it is made.
import { decodeLease } from "../../runtime/leases/lease-record.ts";
import { decodeNameRecord, nameOfKey } from "../../runtime/names/name-record.ts";
import { decodePlacement } from "../../runtime/placement/placement-record.ts";
import type { AppliedChange } from "../../runtime/testing/imperfect-store/leader.ts";
import { decodeToken } from "../../runtime/wire/token.ts";
import type { Program, Stage } from "./stage.ts";

const words: Readonly<Record<string, string>> = {
  ownership_held: "held",
  ownership_suspended: "suspended",
  ownership_resumed: "resumed",
  ownership_lost: "lost",
};

const news = new Set([
  "lease_challenged",
  "cluster_name_conflict",
  "child_moved",
  "child_refused",
  "child_given_up",
  "checkpoint_failed",
]);

/** Notes what a node tells of its lease and of its children. */
export function watchNode(stage: Stage, { node, label, world }: Program): void {
  node.subscribe(({ name, data }) => {
    if (world.isDead) return;
    const word = words[name];
    if (word !== undefined) stage.note({ type: "lease", node: label, word });
    if (news.has(name)) stage.note({ type: "news", node: label, name, what: JSON.stringify(data) });
  });
}

/** The holder of each name, as it was before. */
const holders = new WeakMap<Stage, Map<string, string | undefined>>();

export function noteChange(stage: Stage, { bucket, key, value }: AppliedChange): void {
  if (bucket === "placement") notePlacement(stage, key, value);
  else if (bucket === "names") noteName(stage, key, value);
  else if (bucket === "leases") noteLease(stage, key, value);
}

function notePlacement(stage: Stage, key: string, value: Uint8Array | undefined): void {
  const record = value && decodePlacement(value);
  const child = key.split(".").map(decodeToken).join("/");
  const owner = record?.owner && stage.labelOfNode(record.owner.node, record.owner.incarnation);
  const pid = owner === undefined || record?.pid === undefined ? undefined : `${owner}.${record.pid}`;
  const [phase, epoch, why] = [record?.phase, record?.epoch ?? 0, record?.reason ?? ""];
  stage.note({ type: "recorded", child, phase, owner, epoch, pid, why });
}

function noteName(stage: Stage, key: string, value: Uint8Array | undefined): void {
  const name = nameOfKey(key);
  if (name === undefined) return;
  const record = decodeNameRecord(name, value);
  const known = holders.get(stage) ?? new Map<string, string | undefined>();
  holders.set(stage, known);
  const before = known.get(name);
  const pid = record?.pid ? stage.label(record.pid) : undefined;
  known.set(name, pid);
  if (pid === before) return;
  const holder = before === undefined ? undefined : stage.living.get(before);
  const keeper = holder?.program.ownership?.keeper;
  const mayBe = (stage.takable.get(name) ?? Number.NEGATIVE_INFINITY) >= stage.world.elapsedMs;
  const isTaken = pid !== undefined && keeper?.isHeld() === true && !mayBe;
  stage.note({ type: "named", name, pid, epoch: record?.epoch ?? 0, isTaken });
}

/** Everything but renewals. */
const leases = new WeakMap<Stage, Map<string, string>>();

function noteLease(stage: Stage, key: string, value: Uint8Array | undefined): void {
  const record = value && decodeLease(key, value);
  if (record === undefined) return;
  const { node, incarnation, term, state, draining, by } = record;
  const known = leases.get(stage) ?? new Map<string, string>();
  leases.set(stage, known);
  const what = `${state}${draining ? " draining" : ""} term ${term}`;
  const label = stage.labelOfNode(node, incarnation);
  if (known.get(node) === `${label} ${what}`) return;
  known.set(node, `${label} ${what}`);
  stage.note({ type: "news", node: label, name: "lease", what: `${what} by ${by}` });
}

// The eyes of the room: they note what nodes tell of what they own, and what is recorded of the keepers of runs.
import { decodePlacement } from "../../runtime/placement/placement-record.ts";
import type { AppliedChange } from "../../runtime/testing/imperfect-store/leader.ts";
import { decodeToken } from "../../runtime/wire/token.ts";
import type { Program, Stage } from "./stage.ts";

const news = new Set([
  "ownership_held",
  "ownership_suspended",
  "ownership_resumed",
  "ownership_lost",
  "child_moved",
  "child_refused",
  "child_given_up",
  "checkpoint_failed",
]);

export function watchNode(stage: Stage, { node, label, world }: Program): void {
  node.subscribe(({ name, data }) => {
    if (!world.isDead && news.has(name))
      stage.note({ type: "news", node: label, what: `${name} ${JSON.stringify(data)}` });
  });
}

export function noteChange(stage: Stage, { bucket, key, value }: AppliedChange): void {
  if (bucket !== "placement") return;
  const record = value && decodePlacement(value);
  const [supervisor, id = ""] = key.split(".").map(decodeToken);
  if (supervisor !== "runs" || record === undefined) return;
  const owner = record.owner && stage.labelOfNode(record.owner.node, record.owner.incarnation);
  stage.note({ type: "recorded", run: stage.nameOfRun(id), phase: record.phase, owner, why: record.reason });
}

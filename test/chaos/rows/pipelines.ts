// Faults 13 and 15 for pipelines, on nodes that are the whole product: their owners and those of their parts are killed at the
// boundaries of steps and in between, or told to end.
import assert from "node:assert/strict";
import { runLimits } from "../../../actors/runs/limits.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { NodeProcess } from "../node-process.ts";
import { begin, undisturbed, wholeNodes } from "../pipelines/played.ts";
import type { Course, Scene } from "../pipelines/scene.ts";
import { strikesOf } from "../pipelines/strikes.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";
import { pipelineCancelled } from "./pipeline-cancelled.ts";

export interface PlayedScene {
  readonly scene: Scene;
  /** What is written of each run in the end. */
  readonly logs: ReadonlyMap<string, readonly RunEntry[]>;
}

/** @throws with everything that is wrong */
export async function killPipelineOwners(
  room: Room,
  seed: number,
  { strikes, ...oneIn }: HowOften,
): Promise<PlayedScene> {
  const scene = await begin(room, { seed, ...oneIn, strikes: strikesOf(seed, strikes) });
  try {
    await scene.playOut();
    return { scene, logs: await scene.judge() };
  } finally {
    await scene.close();
  }
}

export interface HowOften extends Pick<Course, "pointsOneIn" | "answersOneIn"> {
  /** What happens at a time. */
  readonly strikes: number;
}

/** Some ten losses in all: each takes its node along, and takes the time of a takeover. */
const oftenInTest: HowOften = { pointsOneIn: 150, answersOneIn: 10, strikes: 2 };

export const pipelineOwnersKilled: Row = {
  fault: 13,
  subject: "the owners of pipelines and of their parts, killed wherever a seed says",
  name: "are followed by others: no finished step is done again, every file is written once, and no request is made again that is not counted",
  options: wholeNodes,
  async play(room: Room) {
    const { scene } = await killPipelineOwners(room, 1, oftenInTest);
    const { campaign } = scene;
    assert.ok(campaign.kills.length >= 3, "owners are killed");
  },
};

export const pipelineOwnersTold: Row = {
  fault: 15,
  subject: "the owners of pipelines and of their parts that are told to end, one after the other",
  name: "hand them on at the next boundary of a step, and end with 0",
  options: wholeNodes,
  async play(room: Room) {
    const scene = await begin(room, undisturbed);
    try {
      await scene.drainAll();
      await scene.playOut();
      assert.deepEqual(cutOff(await scene.judge(), room.nodes), []);
    } finally {
      await scene.close();
    }
  },
};

/**
 * Steps that were cut off in their work before they had as long as a step has to come to its end. One that waits for its parts goes on
 * with them elsewhere, and begins again for that.
 */
function cutOff(
  logs: ReadonlyMap<string, readonly RunEntry[]>,
  nodes: readonly NodeProcess[],
): readonly string[] {
  const withParts = new Set(
    [...logs.values()].flatMap(([first]) =>
      first?.type === "accepted" && first.spec.parent
        ? [`${first.spec.parent.run} ${first.spec.parent.step}`]
        : [],
    ),
  );
  return [...logs].flatMap(([run, log]) =>
    log.flatMap((entry, index) => {
      if (entry.type !== "step_started" || withParts.has(`${run} ${entry.step}`)) return [];
      const before = log.slice(0, index);
      const isAgain = before.some(
        ({ type, ...each }) => type === "step_started" && "step" in each && each.step === entry.step,
      );
      const released = before.findLast(({ type }) => type === "released");
      return isAgain && (released === undefined || graceMs(released, nodes) < runLimits.releaseGraceMs)
        ? [`${run} ${entry.step}`]
        : [];
    }),
  );
}

/** What the run had from when its node was told to end until it was let go. */
function graceMs({ node, at }: RunEntry, nodes: readonly NodeProcess[]): number {
  const told = nodes.filter(({ name }) => name === node).flatMap((each) => each.all("leaving"));
  return at - (told.findLast(({ atMs }) => atMs <= at)?.atMs ?? at);
}

export const pipelines: readonly Row[] = [pipelineOwnersKilled, pipelineOwnersTold, pipelineCancelled];

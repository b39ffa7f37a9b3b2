// Faults 13 and 15 for pipelines, on nodes that are the whole product: their owners and those of their parts are killed at the
// boundaries of steps and in between, or told to end.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { runLimits } from "../../../actors/runs/limits.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { realWorld } from "../../../runtime/index.ts";
import { pipelineOrder } from "../../../supervisors/runs/pipeline.ts";
import type { NodeProcess } from "../node-process.ts";
import type { Expected } from "../pipelines/evidence.ts";
import { betterOf, type QuestionKind, type Source } from "../pipelines/models.ts";
import { Scene } from "../pipelines/scene.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

interface Played {
  /** In the names of its files, and of no other pipeline's. */
  readonly name: string;
  readonly spec: string;
  /** Below its folder; the whole folder where it is left out. */
  readonly input?: string;
  readonly files: readonly string[];
  /** What a model is asked about each of its files. */
  readonly asks: readonly QuestionKind[];
  /** Its files are changed. */
  readonly changes?: true;
  /** Below its folder: what is in it tells of all that it has found, in words of its own. */
  readonly saves?: string;
}

/** One after the other on one file; and fanned out, with and without changes, by a split and by a folder. */
const played: readonly Played[] = [
  {
    ...{ name: "one", input: "low.py", files: ["low.py"], saves: "report.md", changes: true },
    spec: "analyze | refactor apply | explain level:advanced | save file:one/report.md",
    asks: ["review", "refactor", "explain"],
  },
  {
    ...{ name: "two", files: ["a.py", "b.py", "c.py"], asks: ["explain"], saves: "all.json" },
    spec: "split by:file | explain | extract_insights | merge | save file:two/all.json",
  },
  {
    ...{ name: "three", files: ["a.py", "b.py"], asks: ["refactor", "explain"], changes: true },
    spec: "split by:file | refactor apply | explain | merge",
  },
  {
    ...{ name: "four", files: ["a.py", "b.py"], asks: ["explain"], saves: "folder.md" },
    spec: "explain | format_markdown | save file:four/folder.md",
  },
];

function sourcesOf({ name, files }: Played): readonly Source[] {
  return files.map((file) => ({
    path: `${name}/${file}`,
    marker: `low_${name}_${file.replace(".py", "")}`,
  }));
}

function expectedOf(one: Played): Expected {
  const sources = sourcesOf(one);
  const asked = sources.flatMap(({ marker }) => one.asks.map((kind) => ({ kind, marker })));
  const changed = one.changes === undefined ? [] : sources.map((source) => writtenAs(source));
  const saved = one.saves === undefined ? [] : [{ path: `${one.name}/${one.saves}`, hash: undefined }];
  return { asked, written: [...changed, ...saved] };
}

function writtenAs(source: Source) {
  return { path: source.path, hash: createHash("sha256").update(betterOf(source)).digest("hex") };
}

/** Has all of them worked on in a room of its own. @param oneIn of so many points, one is where an owner is killed; 0 for none */
async function begin(room: Room, seed: number, oneIn: number): Promise<Scene> {
  const scene = await Scene.open(room, played.flatMap(sourcesOf), { seed, oneIn });
  const { configuration, project: directory, workspace } = scene;
  const place = { files: realWorld().files, configuration, directory };
  for (const one of played) {
    const path = one.input === undefined ? one.name : `${one.name}/${one.input}`;
    const input = { kind: "path", path } as const;
    const order = await pipelineOrder(place, { spec: one.spec, input, workspace, asks: false });
    scene.submit(order, one.name, expectedOf(one));
  }
  return scene;
}

/** @throws with everything that is wrong */
export async function killPipelineOwners(room: Room, seed: number): Promise<Scene> {
  const scene = await begin(room, seed, pointsToAStop);
  try {
    await scene.playOut();
    await scene.judge();
  } finally {
    await scene.close();
  }
  return scene;
}

/** Some ten of them in a room: each takes its node along, and takes the time of a takeover. */
const pointsToAStop = 40;

export const wholeNodes = { hasRuns: true, program: "whole", factor: 0.4 } as const;

export const pipelineOwnersKilled: Row = {
  fault: 13,
  subject: "the owners of pipelines and of their parts, killed wherever a seed says",
  name: "are followed by others: no finished step is done again, every file is written once, and no request is made again that is not counted",
  options: wholeNodes,
  async play(room: Room) {
    const { campaign } = await killPipelineOwners(room, 1);
    assert.ok(campaign.kills.length >= 3, "owners are killed");
  },
};

export const pipelineOwnersTold: Row = {
  fault: 15,
  subject: "the owners of pipelines and of their parts that are told to end, one after the other",
  name: "hand them on at the next boundary of a step, and end with 0",
  options: wholeNodes,
  async play(room: Room) {
    const scene = await begin(room, 1, 0);
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

export const pipelines: readonly Row[] = [pipelineOwnersKilled, pipelineOwnersTold];

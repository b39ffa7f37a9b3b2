// Fault 13 on nodes that are the whole product: who works on files with a model is killed wherever a seed says.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { realWorld } from "../../../runtime/index.ts";
import { operationOrder } from "../../../supervisors/runs/operation.ts";
import { betterOf, type Source } from "../pipelines/models.ts";
import { Scene } from "../pipelines/scene.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

const whole = { hasRuns: true, program: "whole", factor: 0.4 } as const;

export const refactoringOwnersKilled: Row = {
  fault: 13,
  subject: "the owners of refactorings, killed wherever a seed says",
  name: "are followed by others: every file is written once, and no request is made again that is not counted",
  options: whole,
  async play(room: Room) {
    const names = ["one", "two", "three"];
    const sources = names.map((name): Source => ({ path: `${name}/low.py`, marker: `low_${name}` }));
    const scene = await Scene.open(room, sources, { seed: 1, oneIn: 10 });
    try {
      for (const [index, source] of sources.entries()) await submitRefactoring(scene, source, names[index]);
      await scene.playOut();
      assert.ok(scene.campaign.kills.length >= 3, "owners are killed");
      await scene.judge();
    } finally {
      await scene.close();
    }
  },
};

async function submitRefactoring(scene: Scene, source: Source, name = ""): Promise<void> {
  const { configuration, project: directory, workspace } = scene;
  const order = await operationOrder(
    { files: realWorld().files, configuration, directory },
    {
      operation: "refactor",
      input: { file: source.path, type: "all", mode: "apply" },
      workspace,
      asks: false,
    },
  );
  const { marker, path } = source;
  const hash = createHash("sha256").update(betterOf(source)).digest("hex");
  scene.submit(order, name, { asked: [{ kind: "refactor", marker }], written: [{ path, hash }] });
}

export const pipelines: readonly Row[] = [refactoringOwnersKilled];

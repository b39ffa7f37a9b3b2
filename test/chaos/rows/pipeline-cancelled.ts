// Fault 13 for pipelines that are cancelled while a node that has a part of them dies.
import assert from "node:assert/strict";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { NodeProcess } from "../node-process.ts";
import { begin, played, undisturbed, wholeNodes } from "../pipelines/played.ts";
import type { Scene } from "../pipelines/scene.ts";
import { writesIn } from "../pipelines/written.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

type Logs = ReadonlyMap<string, readonly RunEntry[]>;

export const pipelineCancelled: Row = {
  fault: 13,
  subject: "a node with a part of a pipeline, killed while the pipeline is cancelled",
  name: "leaves nothing behind: every part ends with the pipeline, nobody waits for an answer any more, and nothing is written",
  options: wholeNodes,
  async play(room: Room) {
    // Each answer stands still, so that every part is in the middle of its only step.
    const stands = { ...undisturbed, answersOneIn: 1 };
    const fannedOut = played.filter(({ name }) => name === "two" || name === "four");
    const scene = await begin(room, stands, fannedOut);
    try {
      const [first, second] = scene.campaign.ids as [string, string];
      await cancelOver(scene, first, "two", async (cancel, victim) => {
        const cancelled = cancel();
        await Promise.all([scene.replace(victim), cancelled]);
      });
      await cancelOver(scene, second, "four", async (cancel, victim) => {
        await scene.campaign.kill(victim);
        await cancel();
        await scene.relaunch(victim);
      });
      await judge(scene);
    } finally {
      await scene.close();
    }
  },
};

/** Cancels it while a part of it is in the middle of an answer on another node than its own, which `lose` has be killed. */
async function cancelOver(
  { campaign, models, room }: Scene,
  id: string,
  name: string,
  lose: (cancel: () => Promise<unknown>, victim: NodeProcess) => Promise<void>,
): Promise<void> {
  const victimOf = (): NodeProcess | undefined =>
    room.alive.find(
      (node) =>
        node.name !== campaign.ownerOf(id) &&
        models.waiting.some((asked) => asked.node === node.name && asked.marker.includes(`_${name}_`)),
    );
  await campaign.until("a part to be in the middle of an answer elsewhere", () => victimOf() !== undefined);
  const victim = victimOf() as NodeProcess;
  const other = room.alive.find((node) => node !== victim && node.name !== "files") as NodeProcess;
  await lose(() => other.order({ do: "cancel", id }), victim);
  await campaign.until("it to be over", () => campaign.isOver(id));
}

async function judge(scene: Scene): Promise<void> {
  const { room, models } = scene;
  const auditor = await scene.auditor();
  let logs: Logs = new Map();
  await room.eventually("every part to be over", async () => {
    logs = await scene.logsBy(auditor);
    return [...logs.values()].every((log) => isEnd(log.at(-1)));
  });
  const ends = [...logs].map(([id, log]) => [id, log.filter(isEnd).map(({ type }) => type)]);
  assert.deepEqual(
    ends,
    [...logs.keys()].map((id) => [id, ["cancelled"]]),
  );
  assert.deepEqual(writesIn(room.outside.folder), [], "nothing is written");
  assert.deepEqual(models.waiting, [], "nobody waits for an answer any more");
}

function isEnd(entry: RunEntry | undefined): boolean {
  return entry?.type === "done" || entry?.type === "failed" || entry?.type === "cancelled";
}

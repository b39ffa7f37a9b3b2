// Plays so many rooms of pipelines, whose owners and those of their parts are killed wherever a seed says, and measures for how long
// nobody has a pipeline whose owner is killed.

import { wholeNodes } from "./pipelines/played.ts";
import { Room } from "./room.ts";
import { type HowOften, killPipelineOwners } from "./rows/pipelines.ts";
import { type Spread, spreadOf } from "./spread.ts";

export interface PlayedPipelines {
  readonly rooms: number;
  /** Seeds of rooms in which something was wrong. */
  readonly failed: readonly number[];
  readonly kills: number;
  /** Owners that were told to end while they had work. */
  readonly drains: number;
  /** How many points these were where one stood still and was killed. */
  readonly points: number;
  /** Answers in whose middle whoever had asked was lost. */
  readonly answers: number;
  /** Requests of models that were interrupted and counted. */
  readonly interruptedCalls: number;
  /** From kill -9 of its owner to the first entry of the next one, of each pipeline and part, at the times that nodes have by default. */
  readonly takeoverMs: Spread;
}

/** @param told hears of each room, as it is over */
export async function playPipelines(
  first: number,
  count: number,
  told: (line: string) => void,
): Promise<PlayedPipelines> {
  const failed: number[] = [];
  const takeovers: number[] = [];
  const points = new Set<string>();
  let [kills, drains, answers, interruptedCalls] = [0, 0, 0, 0];
  for (let seed = first; seed < first + count; seed += 1) {
    const room = await Room.open({ ...wholeNodes, factor: 1 });
    const title = `pipelines of seed ${seed}`;
    try {
      const { scene, logs } = await killPipelineOwners(room, seed, oftenInRoom);
      const { campaign, models } = scene;
      const taken = campaign.takeoversIn([...logs.values()]);
      takeovers.push(...taken);
      kills += campaign.kills.length;
      drains += scene.drains;
      answers += models.stopsCount;
      // A pipeline tells of those of its parts.
      for (const entry of campaign.ids.flatMap((id) => campaign.entriesOf(id)))
        if (entry.type === "usage" && entry.interrupted) interruptedCalls += 1;
      for (const point of campaign.stops.keys()) points.add(point);
      const { p50, max } = spreadOf(taken);
      const struck = [...scene.struck].map(([what, times]) => `${times} ${what}`).join(", ");
      told(
        `well   ${title}: ${campaign.kills.length} killed, ${scene.drains} told (at times ${struck}), ${taken.length} taken over in ${p50} ms, ${max} at most`,
      );
    } catch (error) {
      failed.push(seed);
      const again = `npm run chaos -- --only pipelines --rooms 1 --seed ${seed}`;
      told(
        `FAILED ${title}\n${error instanceof Error ? error.message : String(error)}\nDo it again: ${again}`,
      );
    } finally {
      await room.close();
    }
  }
  return {
    ...{ rooms: count, failed, kills, drains, points: points.size, answers, interruptedCalls },
    takeoverMs: spreadOf(takeovers),
  };
}

/** In a room that is not played in a hurry. */
const oftenInRoom: HowOften = { pointsOneIn: 60, answersOneIn: 6, strikes: 8 };

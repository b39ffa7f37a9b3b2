// Plays so many rooms of pipelines, whose owners and those of their parts are killed wherever a seed says, and measures for how long
// nobody has a pipeline whose owner is killed.
import { Room } from "./room.ts";
import { killPipelineOwners, wholeNodes } from "./rows/pipelines.ts";
import { type Spread, spreadOf } from "./spread.ts";

export interface PlayedPipelines {
  readonly rooms: number;
  /** Seeds of rooms in which something was wrong. */
  readonly failed: readonly number[];
  readonly kills: number;
  /** How many points these were. */
  readonly points: number;
  /** From kill -9 of its owner to the first entry of the next one, of each pipeline, at the times that nodes have by default. */
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
  let kills = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const room = await Room.open({ ...wholeNodes, factor: 1 });
    const title = `pipelines of seed ${seed}`;
    try {
      const { campaign } = await killPipelineOwners(room, seed);
      takeovers.push(...campaign.takeovers());
      kills += campaign.kills.length;
      for (const point of campaign.stops.keys()) points.add(point);
      told(`well   ${title}`);
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
  return { rooms: count, failed, kills, points: points.size, takeoverMs: spreadOf(takeovers) };
}

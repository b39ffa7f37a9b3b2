// Plays so many runs, each of whose owners are killed, and measures for how long nobody has a run whose owner is killed.
import { Room } from "./room.ts";
import { killOwners, stopsOf } from "./rows/runs.ts";
import { type Spread, spreadOf } from "./spread.ts";

export interface PlayedRuns {
  readonly played: number;
  /** Rooms in which something was wrong, by the first of their runs. */
  readonly failed: readonly number[];
  readonly kills: number;
  /** Times that an owner stood still at a point and was killed there, and how many points these were. */
  readonly stops: number;
  readonly points: number;
  /** Calls of models that were interrupted and counted, and effects that were asked about. */
  readonly interruptedCalls: number;
  readonly asked: number;
  /** From kill -9 of its owner to the first entry of the next one, of each run, at the times that nodes have by default. */
  readonly takeoverMs: Spread;
}

/** In one room: as many as a person's cluster may have at work. */
const runsPerRoom = 100;

/** @param told hears of each room, as it is over */
export async function playRuns(count: number, told: (line: string) => void): Promise<PlayedRuns> {
  const failed: number[] = [];
  const takeovers: number[] = [];
  const points = new Set<string>();
  let [kills, stops, interruptedCalls, asked] = [0, 0, 0, 0];
  for (let first = 0; first < count; first += runsPerRoom) {
    const many = Math.min(runsPerRoom, count - first);
    const room = await Room.open({ hasRuns: true, factor: 1 });
    const title = `runs ${first + 1} to ${first + many}`;
    try {
      const campaign = await killOwners(
        room,
        Array.from({ length: many }, (_, index) => stopsOf(first + index)),
      );
      takeovers.push(...campaign.takeovers());
      kills += campaign.kills.length;
      for (const [point, times] of campaign.stops) {
        points.add(point);
        stops += times;
      }
      for (const entry of campaign.ids.flatMap((id) => campaign.entriesOf(id))) {
        if (entry.type === "usage" && entry.interrupted) interruptedCalls += 1;
        if (entry.type === "asked") asked += 1;
      }
      told(`well   ${title}`);
    } catch (error) {
      failed.push(first);
      told(`FAILED ${title}\n${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await room.close();
    }
  }
  return {
    ...{ played: count, failed, kills, stops, points: points.size, interruptedCalls, asked },
    takeoverMs: spreadOf(takeovers),
  };
}

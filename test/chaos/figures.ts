// What the room measures, at the times that nodes have by default: how soon a death is known, and how soon all are back.
import type { NodeProcess } from "./node-process.ts";
import { measureOwners, type OwnerFigures } from "./owner-figures.ts";
import { now } from "./owners.ts";
import { Room } from "./room.ts";
import { type Spread, spreadOf } from "./spread.ts";

export interface Figures extends OwnerFigures {
  readonly rounds: number;
  /** From kill -9 to the DOWN of a monitor. */
  readonly deathToDownMs: Spread;
  readonly callsInFlight: number;
  readonly callsResolved: number;
  /** From the DOWN to the last outcome of the calls that were in flight. */
  readonly downToLastOutcomeMs: Spread;
  /** From the moment that the broker takes connections again to the last session's return. */
  readonly brokerBackToServiceMs: Spread;
  /** The same from its end on. */
  readonly brokerGoneToServiceMs: Spread;
}

const callsPerRound = 50;
/** Between two restarts: views change once in three seconds at most, and that is not what is measured. */
const calmMs = 3_500;

export async function measure(rounds: number): Promise<Figures> {
  const deaths = await measureDeaths(rounds);
  return { rounds, ...deaths, ...(await measureRestarts(rounds)), ...(await measureOwners(rounds)) };
}

async function measureDeaths(rounds: number) {
  const room = await Room.open({ factor: 1 });
  const [downs, outcomes]: [number[], number[]] = [[], []];
  let callsResolved = 0;
  try {
    const [alpha] = (await room.start("alpha", "gamma")) as [NodeProcess];
    for (let round = 0; round < rounds; round += 1) {
      const [beta] = (await room.start("beta")) as [NodeProcess];
      const { mark } = alpha;
      await alpha.order({ do: "monitor", node: "beta", name: "reader" });
      await alpha.order({ do: "call", node: "beta", type: "hang", count: callsPerRound, timeoutMs: 600_000 });
      await alpha.order({ do: "echo", node: "beta", bytes: 1 });
      const killedMs = now();
      await beta.kill();
      const down = await alpha.tells("down", () => true, mark);
      const isDone = () => alpha.all("outcome", mark).length >= callsPerRound;
      await alpha.says(isDone, "the outcome of every call", mark);
      const resolved = alpha.all("outcome", mark);
      downs.push(down.atMs - killedMs);
      outcomes.push((resolved.at(-1)?.atMs ?? 0) - down.atMs);
      callsResolved += resolved.length;
    }
  } finally {
    await room.close();
  }
  return {
    deathToDownMs: spreadOf(downs),
    callsInFlight: rounds * callsPerRound,
    callsResolved,
    downToLastOutcomeMs: spreadOf(outcomes),
  };
}

async function measureRestarts(rounds: number) {
  const room = await Room.open({ factor: 1 });
  const [backs, gones]: [number[], number[]] = [[], []];
  try {
    const nodes = await room.start("alpha", "beta", "gamma");
    for (let round = 0; round < rounds; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, calmMs));
      const marks = nodes.map(({ mark }) => mark);
      const goneMs = now();
      await room.broker.restart();
      const backMs = now();
      const last: number[] = [];
      for (const [index, node] of nodes.entries()) {
        const ups = () => node.all("nodeup", marks[index]);
        await node.says(() => ups().length >= nodes.length - 1, "every session's return", marks[index]);
        last.push(ups().at(-1)?.atMs ?? 0);
      }
      backs.push(Math.max(...last) - backMs);
      gones.push(Math.max(...last) - goneMs);
      await room.met();
    }
  } finally {
    await room.close();
  }
  return { brokerBackToServiceMs: spreadOf(backs), brokerGoneToServiceMs: spreadOf(gones) };
}

// How rough one play is: which faults there are in it and how often, so that most plays have some and few have all.
import type { Draw } from "../simulation/draw.ts";

export interface Odds {
  /** Rounds of the play, and what one takes at most, in milliseconds. */
  readonly rounds: number;
  readonly roundMsMax: number;
  /** Deeds in one round, at most. */
  readonly deedsMax: number;
  /** For each round, from 0 to 1. */
  readonly crash: number;
  readonly halt: number;
  readonly drain: number;
  readonly freeze: number;
  readonly jump: number;
  readonly network: number;
  readonly storeCut: number;
  readonly storeFaults: number;
  readonly election: number;
  readonly powerCut: number;
  readonly remake: number;
}

export function drawOdds(draw: Draw): Odds {
  const some = (odds: number): number => (draw.chance(0.4) ? odds : 0);
  return {
    rounds: draw.between(4, 11),
    roundMsMax: draw.one([800, 1_500, 3_500]),
    deedsMax: draw.one([4, 12]),
    crash: some(0.2),
    halt: some(0.1),
    drain: some(0.15),
    freeze: some(0.25),
    jump: some(0.1),
    network: some(0.25),
    storeCut: some(0.3),
    storeFaults: some(0.3),
    election: some(0.12),
    powerCut: some(0.1),
    remake: draw.chance(0.15) ? 0.08 : 0,
  };
}

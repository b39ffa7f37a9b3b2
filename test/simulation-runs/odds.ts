// How rough one play is: which faults there are in it and how often, so that most plays have some and few have all.
import type { Draw } from "../simulation/draw.ts";

export interface Odds {
  /** Rounds of the play, and what one takes at most, in milliseconds. */
  readonly rounds: number;
  readonly roundMsMax: number;
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
  readonly move: number;
  readonly killReader: number;
  readonly killProcess: number;
}

export function drawOdds(draw: Draw): Odds {
  const some = (odds: number): number => (draw.chance(0.4) ? odds : 0);
  return {
    rounds: draw.between(3, 7),
    roundMsMax: draw.one([300, 800, 1_500]),
    crash: some(0.3),
    halt: some(0.15),
    drain: some(0.2),
    freeze: some(0.25),
    jump: some(0.1),
    network: some(0.25),
    storeCut: some(0.3),
    storeFaults: some(0.3),
    election: some(0.15),
    powerCut: some(0.15),
    move: some(0.3),
    killReader: some(0.5),
    killProcess: some(0.3),
  };
}

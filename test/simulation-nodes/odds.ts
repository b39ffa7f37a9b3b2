// How rough one play is: which faults there are in it and how often, so that most plays have some and few have all.
import type { Draw } from "../simulation/draw.ts";

export interface Odds {
  /** Rounds of the play, and what one takes at most, in milliseconds. */
  readonly rounds: number;
  readonly roundMsMax: number;
  /** Deeds of processes in one round, at most. */
  readonly deedsMax: number;
  /** For each round, from 0 to 1. */
  readonly crash: number;
  readonly halt: number;
  readonly cut: number;
  readonly disconnect: number;
  readonly weather: number;
  readonly freeze: number;
  readonly jump: number;
  readonly farewell: number;
}

export function drawOdds(draw: Draw): Odds {
  const some = (odds: number): number => (draw.chance(0.4) ? odds : 0);
  return {
    rounds: draw.between(10, 30),
    roundMsMax: draw.one([200, 1_000, 2_500]),
    deedsMax: draw.one([5, 20]),
    crash: some(0.15),
    halt: some(0.1),
    cut: some(0.3),
    disconnect: some(0.2),
    weather: some(0.4),
    freeze: some(0.25),
    jump: some(0.1),
    farewell: some(0.2),
  };
}

// The world of the process whose code is running: for machines, whose input is data and cannot hold one.
import { currentProcess } from "../../runtime/process/current.ts";
import type { World } from "../../runtime/world.ts";

/** @throws {Misuse} outside of any process */
export function ownWorld(): World {
  return currentProcess().kernel.world;
}

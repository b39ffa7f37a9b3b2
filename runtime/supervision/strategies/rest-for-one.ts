// rest_for_one: the failed child and those started after it are stopped and started again.
import { type Strategy, sweepOf } from "../strategy.ts";

export const restForOne: Strategy = (children, failed) => {
  const all = [...children];
  const position = all.findIndex((child) => child.id === failed);
  return sweepOf(all.slice(position), failed);
};

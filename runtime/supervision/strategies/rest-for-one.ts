// rest_for_one: the failed child and those started after it are stopped and started again.
import { type Strategy, sweepOf } from "../strategy.ts";

export const restForOne: Strategy = (children, failed) => {
  const position = children.findIndex((child) => child.id === failed);
  return sweepOf(children.slice(position), failed);
};

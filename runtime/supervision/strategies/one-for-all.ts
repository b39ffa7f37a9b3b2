// one_for_all: when one child fails, all are stopped and started again.
import { type Strategy, sweepOf } from "../strategy.ts";

export const oneForAll: Strategy = (children, failed) => sweepOf([...children], failed);

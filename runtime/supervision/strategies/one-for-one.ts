// one_for_one: only the failed child is started again.
import type { Strategy } from "../strategy.ts";

export const oneForOne: Strategy = (_children, failed) => ({ stop: [], start: [failed] });

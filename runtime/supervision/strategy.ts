// Which siblings share a failed child's fate. Each strategy is a pure function in a file of its own.

/** The children to stop, latest first, and then those to start, earliest first; by id. */
export interface Sweep {
  readonly stop: readonly string[];
  readonly start: readonly string[];
}

/** What a strategy sees of a child, in start order. */
export interface SweptChild {
  readonly id: string;
  readonly isTemporary: boolean;
}

/** Plans the restart of `failed`. Temporary siblings that are stopped are not started again. */
export type Strategy = (children: Iterable<SweptChild>, failed: string) => Sweep;

export type StrategyName = "one_for_one" | "one_for_all" | "rest_for_one";

/** Stops all of `swept` but the failed one, which is gone already, and starts again whoever is not temporary. */
export function sweepOf(swept: readonly SweptChild[], failed: string): Sweep {
  return {
    stop: swept
      .filter((child) => child.id !== failed)
      .map((child) => child.id)
      .reverse(),
    start: swept.filter((child) => child.id === failed || !child.isTemporary).map((child) => child.id),
  };
}

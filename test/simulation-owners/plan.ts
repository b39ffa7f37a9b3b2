// What one play is about: how many nodes, which supervisors with which children, and where those belong.
import type { Place } from "../../runtime/index.ts";
import type { Draw } from "../simulation/draw.ts";
import type { ChildKind, ChildPlan } from "./children.ts";

export interface Plan {
  readonly names: readonly string[];
  readonly supervisors: readonly SupervisorPlan[];
  readonly children: readonly ChildPlan[];
  /** The label of the nodes, in turn. */
  readonly zones: readonly string[];
  readonly guestsPerNode: number;
}

export interface SupervisorPlan {
  readonly name: string;
  /** The node that does not run it. */
  readonly without: string | undefined;
}

const kinds: readonly ChildKind[] = ["saver", "saver", "lazy", "ticker"];

export function drawPlan(draw: Draw): Plan {
  const names = Array.from({ length: draw.one([3, 3, 3, 4, 4, 5, 7]) }, (_, index) => `n${index + 1}`);
  const supervisors = Array.from({ length: draw.between(2, 3) }, (_, index) => ({
    name: `s${index + 1}`,
    without: draw.chance(0.15) ? draw.one(names) : undefined,
  }));
  const children = supervisors.flatMap(({ name }) => [
    ...Array.from({ length: draw.between(1, 3) }, (_, index) =>
      drawChild(draw, names, name, "abc"[index] ?? "", true),
    ),
    drawChild(draw, names, name, "later", false),
  ]);
  return { names, supervisors, children, zones: ["east", "west"], guestsPerNode: draw.one([0, 1, 2, 2]) };
}

function drawChild(
  draw: Draw,
  nodes: readonly string[],
  supervisor: string,
  id: string,
  isDeclared: boolean,
): ChildPlan {
  const place = drawPlace(draw, nodes);
  return { supervisor, id, name: `${supervisor}/${id}`, kind: draw.one(kinds), place, isDeclared };
}

function drawPlace(draw: Draw, nodes: readonly string[]): Place {
  const strategy = draw.one(["round_robin", "least_loaded", "affinity", "consistent_hash", "priority"]);
  switch (strategy) {
    case "affinity":
      return { strategy, labels: { zone: draw.one(["east", "west"]) } };
    case "priority": {
      const first = draw.one(nodes);
      const others = nodes.filter((node) => node !== first && draw.chance(0.6));
      const failoverAfterMs = draw.one([0, 1_500]);
      return { strategy, nodes: [first, ...others], failoverAfterMs, takeover: draw.chance(0.5) };
    }
    default:
      return { strategy };
  }
}

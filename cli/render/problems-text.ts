// What is wrong with nodes, as text for people: what it is, and beneath it what to do.
import type { Problem } from "../../actors/control/reports.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";

export interface NodeProblem extends Problem {
  /** Whose it is; undefined where that goes without saying. */
  readonly node: string | undefined;
}

/** The gravest first. What a node says of itself is made printable here. */
export function problemLines(problems: readonly NodeProblem[], terminal: Terminal): string[] {
  const ordered = [...problems].sort((left, right) => gravity[right.severity] - gravity[left.severity]);
  return ordered.flatMap(({ severity, node, what, advice }) => {
    const who = node === undefined ? "" : `${printable(node, terminal)}: `;
    const [first = "", ...more] = wrap(`${severity}: ${who}${printable(what, terminal)}`, {
      columns: terminal.columns,
      firstIndent: "  ",
      indent: "    ",
    });
    const painted = first.replace(`${severity}:`, paint(terminal, colors[severity], `${severity}:`));
    const arrow = terminal.unicode ? "→ " : "-> ";
    return [
      painted,
      ...more,
      ...wrap(printable(advice, terminal), {
        columns: terminal.columns,
        firstIndent: `    ${arrow}`,
        indent: "      ",
      }),
    ];
  });
}

const gravity: Readonly<Record<Problem["severity"], number>> = { critical: 1, warning: 0 };

const colors: Readonly<Record<Problem["severity"], Color>> = { critical: "red", warning: "yellow" };

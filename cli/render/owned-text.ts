// Who owns what in a cluster, as text for people: the leases of the nodes, the placed children, the names.
import type { LeaseRow, PlacedRow, Reports } from "../../actors/control/reports.ts";
import { ownedShownMax } from "../limits.ts";
import type { Terminal } from "../terminal.ts";
import { millisecondsText } from "./amounts.ts";
import { type Column, columnLines } from "./columns.ts";

type Owned = Reports["ownership"];

/** Nothing for a node that is by itself. What nodes say of themselves has been made printable. */
export function ownedLines(owned: Owned, terminal: Terminal): readonly string[] {
  if (owned.state === "none") return [];
  const { state, leases, children, names, cut } = owned;
  return [
    ...(state === "held" || leases.length === 0
      ? []
      : ["", "Last known, by a node that is cut off or has just come:"]),
    ...table(leaseColumns, sorted(leases, ({ node }) => node).map(leaseCells), cut.leases, terminal),
    ...table(childColumns, sorted(children, nameOf).map(childCells), cut.children, terminal),
    ...table(
      nameColumns,
      sorted(names, ({ name }) => name).map(({ name, node, epoch }) => [name, node, String(epoch)]),
      cut.names,
      terminal,
    ),
  ];
}

/** A blank line, titles and rows; nothing where there are none. */
function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  cut: number,
  terminal: Terminal,
): readonly string[] {
  if (rows.length === 0) return [];
  const left = cut + Math.max(0, rows.length - ownedShownMax);
  const lines = ["", ...columnLines(columns, rows.slice(0, ownedShownMax), terminal)];
  return left === 0 ? lines : [...lines, `${left} more not shown; --format json has what one answer holds`];
}

const leaseColumns: readonly Column[] = [
  { title: "NODE", align: "left" },
  { title: "LEASE", align: "left" },
  { title: "TERM", align: "right" },
  { title: "RENEWED", align: "right" },
];

const childColumns: readonly Column[] = [
  { title: "CHILD", align: "left" },
  { title: "OWNER", align: "left" },
  { title: "EPOCH", align: "right" },
  { title: "PHASE", align: "left" },
  { title: "LAST MOVE", align: "left" },
];

const nameColumns: readonly Column[] = [
  { title: "NAME", align: "left" },
  { title: "HELD ON", align: "left" },
  { title: "EPOCH", align: "right" },
];

/** A lease that is over is not renewed any more. */
function leaseCells({ node, state, draining, term, unchangedMs }: LeaseRow): readonly string[] {
  const isHeld = state === "held";
  const renewed = isHeld ? `${millisecondsText(unchangedMs)} ago` : "-";
  return [node, isHeld && draining ? "held, draining" : leaseWord(state), String(term), renewed];
}

function leaseWord(state: string): string {
  if (state === "tombstone") return "ended by others";
  return state === "released" ? "given back" : state;
}

function childCells({ node, epoch, phase, lastMove: move, ...child }: PlacedRow): readonly string[] {
  const came =
    move === null
      ? "-"
      : `${move.from === null ? "" : `from ${move.from}, `}${reasons[move.reason] ?? move.reason}, ${millisecondsText(move.tookMs)}`;
  return [nameOf(child), node ?? "-", String(epoch), phase, came];
}

const reasons: Readonly<Record<string, string>> = { node_down: "node down", node_left: "node left" };

function nameOf({ supervisor, id }: Pick<PlacedRow, "supervisor" | "id">): string {
  return `${supervisor}/${id}`;
}

function sorted<Row>(rows: readonly Row[], key: (row: Row) => string): readonly Row[] {
  return [...rows].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

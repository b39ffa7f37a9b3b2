// The report of what a node and the others own, with no more rows of each list than there shall be.
import { formatPid } from "../../runtime/index.ts";
import type { OwnershipReport, OwnershipState, PlacedChildInfo } from "../../runtime/ownership/report.ts";
import type { PlacedRow, Problem, Reports } from "./reports.ts";

/** `report` is undefined for a node that is by itself. */
export function tellOwnership(report: OwnershipReport | undefined, rowsMax: number): Reports["ownership"] {
  if (report === undefined) {
    const cut = { leases: 0, children: 0, names: 0 };
    return { state: "none", store: null, leases: [], children: [], names: [], cut };
  }
  const { state, store, leases, children, names } = report;
  const left = ({ length }: readonly unknown[]): number => Math.max(0, length - rowsMax);
  return {
    state,
    store:
      store === undefined
        ? null
        : { place: store.place, acknowledgement: store.acknowledgement ?? { kind: "unknown" } },
    leases: leases.slice(0, rowsMax).map((lease) => ({ ...lease, labels: { ...lease.labels } })),
    children: children.slice(0, rowsMax).map(placedRow),
    names: names.slice(0, rowsMax).map(({ name, node, epoch }) => ({ name, node, epoch })),
    cut: { leases: left(leases), children: left(children), names: left(names) },
  };
}

/** What is wrong with the lease that all that a node owns stands on. */
export function* leaseProblems(state: OwnershipState | undefined): Generator<Problem> {
  if (state === "suspended") {
    yield {
      severity: "critical",
      what: "It is cut off from the majority: what it owns rests, and the rest of its work goes on.",
      advice:
        "Check the broker and the network. It goes on by itself when it is let in again; what others took over stays with them.",
    };
  }
  if (state === "lost") {
    yield {
      severity: "critical",
      what: "Its lease was put to an end, as it was not renewed in time: others may own now what it did.",
      advice:
        "It takes a lease anew by itself. Where this comes again, its event loop or its line to the broker is too slow: see LAG in `aiex cluster nodes`, or raise cluster.time_factor on all nodes.",
    };
  }
}

function placedRow({ node, incarnation, pid, denied, lastMove: move, ...child }: PlacedChildInfo): PlacedRow {
  return {
    ...child,
    node: node ?? null,
    incarnation: incarnation ?? null,
    pid: pid === undefined ? null : formatPid(pid),
    denied: { ...denied },
    lastMove: move === undefined ? null : { ...move, from: move.from ?? null },
  };
}

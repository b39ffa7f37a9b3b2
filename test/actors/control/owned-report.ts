// What nodes own, to be told: reports of it and rows, for the tests of control processes and commands.
import type { LeaseRow, PlacedRow, Reports } from "../../../actors/control/reports.ts";
import type { OwnershipReport, PlacedChildInfo } from "../../../runtime/ownership/report.ts";
import { makePid } from "../../../runtime/process/pid.ts";

export function placedChild(over: Partial<PlacedChildInfo> = {}): PlacedChildInfo {
  return {
    ...{ supervisor: "shop", id: "cart", logic: "cart", phase: "running", node: "beta", incarnation: 7 },
    ...{ epoch: 3, pid: makePid("beta", 7, 21), denied: {} },
    lastMove: { from: "alpha", to: "beta", reason: "node_down", epoch: 3, tookMs: 812 },
    ...over,
  };
}

export function ownershipReport(over: Partial<OwnershipReport> = {}): OwnershipReport {
  const lease = { incarnation: 7, term: 2, state: "held", draining: false, labels: { zone: "a" } } as const;
  return {
    state: "held",
    store: { place: "nats://broker:4222", acknowledgement: { kind: "fsync" } },
    leases: [
      { ...lease, node: "beta", host: "rack", unchangedMs: 310, isOwn: false },
      { ...lease, node: "alpha", host: "desk", unchangedMs: 40, isOwn: true },
    ],
    children: [placedChild(), placedChild({ id: "desk", node: "alpha", epoch: 1, lastMove: undefined })],
    names: [{ name: "leader", node: "alpha", epoch: 4 }],
    ...over,
  };
}

export function placedRow(over: Partial<PlacedRow> = {}): PlacedRow {
  return {
    ...{ supervisor: "shop", id: "cart", logic: "cart", phase: "running", node: "beta", incarnation: 7 },
    ...{ epoch: 3, pid: "<beta.7.21>", denied: {} },
    lastMove: { from: "alpha", to: "beta", reason: "node_down", epoch: 3, tookMs: 812 },
    ...over,
  };
}

export function leaseRow(over: Partial<LeaseRow> = {}): LeaseRow {
  return {
    ...{ node: "alpha", incarnation: 7, term: 2, state: "held", draining: false, host: "desk", labels: {} },
    ...{ unchangedMs: 310, isOwn: false },
    ...over,
  };
}

export function toldOwnership(over: Partial<Reports["ownership"]> = {}): Reports["ownership"] {
  return {
    state: "held",
    store: { place: "nats://broker:4222", acknowledgement: { kind: "fsync" } },
    leases: [leaseRow({ node: "beta", host: "rack" }), leaseRow()],
    children: [placedRow(), placedRow({ id: "desk", node: "alpha", epoch: 1, lastMove: null })],
    names: [{ name: "leader", node: "alpha", epoch: 4 }],
    cut: { leases: 0, children: 0, names: 0 },
    ...over,
  };
}

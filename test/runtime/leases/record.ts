// Lease records as tests give them.
import type { LeaseRecord } from "../../../runtime/leases/lease-record.ts";

export function recordOf(given: Partial<LeaseRecord> = {}): LeaseRecord {
  const node = given.node ?? "self";
  return {
    node,
    incarnation: 10,
    term: 1,
    nonce: "n1",
    state: "held",
    draining: false,
    labels: {},
    host: `host of ${node}`,
    by: node,
    at: 0,
    ...given,
  };
}

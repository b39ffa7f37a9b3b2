// What is known of a cluster's broker, and what it means when it acknowledges a write.
import type { Reports } from "../actors/control/reports.ts";
import type { Carrier } from "../runtime/carrier.ts";
import type { NatsCarrier } from "../runtime/carriers/nats.ts";
import { brokerApplication } from "../supervisors/cluster/broker-application.ts";

/**
 * `fsync`: a node has the broker run with a configuration of its own, by which it writes to the disk first. `none`: it keeps
 * nothing. Of any other broker it is unknown: none tells its clients.
 */
export type Acknowledgement = "fsync" | "none" | "unknown";

export interface BrokerView {
  /** Without credentials. */
  readonly place: string;
  readonly state: string;
  /** Of the broker's program; null where it was not asked. */
  readonly version: string | null;
  readonly acknowledges: Acknowledgement;
}

/** By the carrier itself where that leads to a broker, else by what the entry says of its own; `statuses` are those of all nodes. */
export function brokerOf(
  carrier: Carrier,
  entry: Status | undefined,
  statuses: readonly Status[],
): BrokerView | undefined {
  const way = carrier.kind === "nats" ? carrier : entry && brokerWay(entry);
  if (way === undefined) return undefined;
  const { place, state } = way;
  const isManaged = statuses.some((status) => managesBroker(status) && brokerWay(status)?.place === place);
  const kept = isManaged ? "fsync" : "unknown";
  const info = carrier.kind === "nats" ? (carrier as NatsCarrier).connection.info : undefined;
  if (info === undefined) return { place, state, version: null, acknowledges: kept };
  return { place, state, version: info.version, acknowledges: info.jetstream === true ? kept : "none" };
}

type Status = Reports["status"];

function brokerWay({ node }: Status): Status["node"]["carriers"][number] | undefined {
  return node.carriers.find(({ kind }) => kind === "nats");
}

function managesBroker({ applications }: Status): boolean {
  return applications.some(({ name }) => name === brokerApplication);
}

/** What it means, as a sentence. */
export function acknowledgementText(acknowledges: Acknowledgement): string {
  return meanings[acknowledges];
}

const meanings: Readonly<Record<Acknowledgement, string>> = {
  fsync: "a write that it acknowledges is on its disk (fsync)",
  none: "it keeps nothing: JetStream is off",
  unknown: "not known: brokers do not tell (sync_interval of their JetStream; 2 minutes where it is not set)",
};

// What is known of a cluster's broker, and what it means when it acknowledges a write.
import type { NodeReport } from "../actors/control/reports.ts";
import type { Carrier } from "../runtime/carrier.ts";
import type { NatsCarrier } from "../runtime/carriers/nats.ts";

/** `fsync`: on the disk. `flush`: with the system, and on the disk within two minutes. `none`: it keeps nothing. */
export type Acknowledgement = "fsync" | "flush" | "none" | "unknown";

export interface BrokerView {
  /** Without credentials. */
  readonly place: string;
  readonly state: string;
  /** Of the broker's program; null where it was not asked. */
  readonly version: string | null;
  readonly acknowledges: Acknowledgement;
}

/** By the carrier itself where that leads to a broker, else by what the node says of its own. */
export function brokerOf(carrier: Carrier, node: NodeReport | undefined): BrokerView | undefined {
  if (carrier.kind === "nats") {
    const { place, state } = carrier;
    const { info } = (carrier as NatsCarrier).connection;
    if (info === undefined) return { place, state, version: null, acknowledges: "unknown" };
    const { version, jetstream, server_name: name } = info;
    // Whoever runs a server with a configuration of ours has it write before it acknowledges; others need not.
    const kept = name.startsWith("aiex-") ? "fsync" : "flush";
    return { place, state, version, acknowledges: jetstream === true ? kept : "none" };
  }
  const way = node?.carriers.find(({ kind }) => kind === "nats");
  return way && { place: way.place, state: way.state, version: null, acknowledges: "unknown" };
}

/** What it means, as a sentence. */
export function acknowledgementText(acknowledges: Acknowledgement): string {
  return meanings[acknowledges];
}

const meanings: Readonly<Record<Acknowledgement, string>> = {
  fsync: "a write that it acknowledges is on its disk (fsync)",
  flush:
    "a write that it acknowledges is on its disk within 2 minutes, and lost if its machine fails before (flush<=2m)",
  none: "it keeps nothing: JetStream is off",
  unknown: "not known from here; ask with --nats URL",
};

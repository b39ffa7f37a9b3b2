// The broker that a node starts for its machine, as an application of its own; where another node has it, that one's is used.
import { join } from "node:path";
import { type BrokerProtocol, brokerName, managedBrokerChild } from "../../runtime/broker/managed-broker.ts";
import { ManagedFolder } from "../../runtime/broker/managed-folder.ts";
import { anyNode } from "../../runtime/broker/roles.ts";
import {
  type Applications,
  type ExitReason,
  type Node,
  named,
  StartFailed,
  supervisor,
} from "../../runtime/index.ts";
import type { ClusterConfiguration } from "../config/cluster-part.ts";
import { brokerApplication } from "./broker-application.ts";
import type { BrokerPlace } from "./broker-line.ts";
import { BrokerFailed } from "./failures.ts";

export interface ManagedBrokerRequest {
  readonly configuration: ClusterConfiguration;
  /** Where nodes of this user keep what lasts. */
  readonly dataFolder: string;
  /** The machine's owner, as their commands are named, without `cli-`. */
  readonly person: string;
}

/** A server that ends is started again at once, five times in a minute; then it is better to say so. */
const restarts = { maxRestarts: 5, withinMs: 60_000 };

/**
 * Starts the application `broker`, or finds the one that another node of this machine has started.
 * @throws {BrokerFailed}
 */
export async function manageBroker(
  node: Node,
  applications: Applications,
  { configuration, dataFolder, person }: ManagedBrokerRequest,
): Promise<BrokerPlace> {
  const { name: cluster, managed } = configuration;
  const { world } = node;
  const folder = managed.data_dir ?? join(dataFolder, "broker", cluster);
  const options = {
    world,
    folder,
    cluster,
    person,
    searchPath: process.env.PATH ?? "",
    ...(managed.server === undefined ? {} : { program: managed.server }),
  };
  const children = [managedBrokerChild(options)];
  applications.load({
    name: brokerApplication,
    tree: supervisor("broker.keeper", { strategy: "one_for_one", ...restarts, children }),
  });
  try {
    await applications.start(brokerApplication);
  } catch (error) {
    const failure = error instanceof StartFailed ? failureWithin(error.reason) : undefined;
    if (failure === undefined) throw error;
    if (failure.code !== "broker_held" || failure.url === undefined)
      throw new BrokerFailed(failure.code, failure.message);
    const files = new ManagedFolder(world.files, folder, cluster, person);
    const credentials = files.credentialsOf({ role: "node", name: anyNode });
    return { url: failure.url, credentials, tlsCa: undefined };
  }
  const status = await node.call(named<BrokerProtocol>(brokerName), "status");
  return { url: status.url, credentials: status.credentials.node, tlsCa: undefined };
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly url: string | undefined;
}

/** The error at the bottom of a failed start, which comes wrapped by each supervisor above. */
function failureWithin(reason: ExitReason, depth = 0): Failure | undefined {
  if (typeof reason !== "object" || reason === null || depth > depthMax) return undefined;
  const { code, message, details } = reason as {
    readonly code?: unknown;
    readonly message?: unknown;
    readonly details?: unknown;
  };
  const below = Object.values(reason)
    .map((part) => failureWithin(part as ExitReason, depth + 1))
    .find((found) => found !== undefined);
  if (below !== undefined) return below;
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  const url = typeof details === "object" && details !== null && "url" in details ? details.url : undefined;
  return { code, message, url: typeof url === "string" ? url : undefined };
}

// Supervisors within supervisors, and causes of causes.
const depthMax = 12;

// What a process can do with other nodes, in OTP's words.

import { limits } from "../limits.ts";
import type { AnyLogic, InputOf, ProtocolOf } from "../logic/logic.ts";
import { named } from "./address.ts";
import { Misuse } from "./failures.ts";
import { call } from "./messaging.ts";
import type { WatchOptions } from "./monitored-start.ts";
import type { NodeListener } from "./node-events.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { ConnectedNode } from "./remote-node.ts";
import { type RemoteStarting, runElsewhere, type StartRequest, startElsewhere } from "./remote-start.ts";
import type { StartOptions } from "./spawn.ts";

export interface RunOptions {
  /** Milliseconds until nobody waits any more; 5,000 by default. What runs over there goes on. */
  readonly timeoutMs?: number;
}

export interface MultiCallResult {
  readonly replies: readonly { readonly node: string; readonly value: unknown }[];
  /** Those that did not answer, in the order in which they were given. */
  readonly badNodes: readonly string[];
}

/** Logic that another node knows: by its key there, or by the logic itself where this node knows it under the same key. */
export type RemoteLogic = string | AnyLogic;

export interface NodeVerbs {
  /** The nodes that there is a session with, tools not among them (OTP: `nodes/0`). */
  nodes(): readonly ConnectedNode[];
  /**
   * Starts a process on another node and waits until its init has returned. Only logic that the other node was given when it
   * started can be: code never travels.
   * @throws {NodeDown}; {UnknownLogic}; as `spawn`
   */
  spawnOn<L extends AnyLogic>(
    node: string,
    logic: L | string,
    options?: StartOptions<InputOf<L>>,
  ): Promise<Pid<ProtocolOf<L>>>;
  /** As `spawnOn`, at once, watched from before its first line where `isWatched` (OTP: `spawn_request`). */
  spawnRequest(
    node: string,
    logic: RemoteLogic,
    options?: StartOptions & WatchOptions & { readonly isWatched?: boolean },
  ): StartRequest;
  /**
   * Runs logic on another node to its end and gives its output (OTP: `erpc:call`).
   * @throws {NodeDown}; {CallTimeout}; {StartFailed} with the reason that it ended with
   */
  runOn(node: string, logic: RemoteLogic, options?: StartOptions & RunOptions): Promise<unknown>;
  /** Calls the process of that name on each node; nobody waits longer than `timeoutMs` (OTP: `gen_server:multi_call`). */
  multiCall(
    nodes: readonly string[],
    name: string,
    type: string,
    payload?: unknown,
    options?: RunOptions,
  ): Promise<MultiCallResult>;
  /**
   * With true, the own process gets `sys.nodeup` and `sys.nodedown` for every node, once for each time it has asked; with false,
   * no more. With a listener, code hears of them; gives back how to stop that (OTP: `net_kernel:monitor_nodes`).
   */
  monitorNodes(flag: boolean): void;
  monitorNodes(listener: NodeListener): () => void;
  /** One `sys.nodedown` when that node goes, or cannot be reached (OTP: `monitor_node/2`). */
  monitorNode(node: string, flag: boolean): void;
  /** Whether there is a session with a node, once that is known (OTP: `net_kernel:connect_node/1`). */
  connectNode(node: string): Promise<boolean>;
  /** Ends the session with a node; false where there was none (OTP: `erlang:disconnect_node/1`). */
  disconnectNode(node: string): boolean;
}

/** The verbs of whichever process `own` names at the moment of the call. */
export function createNodeVerbs(own: () => Process): NodeVerbs {
  return {
    nodes: () => (own().kernel.distribution?.connected ?? []).filter(({ hidden }) => !hidden),
    spawnOn: (node, logic, options = {}) => {
      const process = own();
      return startElsewhere(process, startingOf(process, node, logic, options, false)).ready as never;
    },
    spawnRequest: (node, logic, { isWatched = false, ...options } = {}) => {
      const process = own();
      return startElsewhere(process, startingOf(process, node, logic, options, isWatched));
    },
    runOn: (node, logic, { timeoutMs = limits.callTimeoutMsDefault, ...options } = {}) => {
      const process = own();
      return runElsewhere(process, startingOf(process, node, logic, options, true), timeoutMs);
    },
    multiCall: (nodes, name, type, payload, options) =>
      multiCall(own(), nodes, name, type, payload, options?.timeoutMs),
    ...presenceVerbs(own),
  };
}

function presenceVerbs(
  own: () => Process,
): Pick<NodeVerbs, "monitorNodes" | "monitorNode" | "connectNode" | "disconnectNode"> {
  return {
    monitorNodes: ((given: boolean | NodeListener) => {
      const process = own();
      const events = process.kernel.distribution?.events;
      if (typeof given === "function") return events?.listen(given) ?? ((): void => {});
      events?.monitorNodes(process, given);
      return undefined;
    }) as NodeVerbs["monitorNodes"],
    monitorNode: (node, flag) => {
      const process = own();
      const { distribution } = process.kernel;
      // The own node never goes while somebody could hear of it.
      if (node === process.kernel.name) return;
      distribution?.events.monitorNode(process, node, flag);
      if (flag && distribution?.reach(node) === undefined) distribution?.events.tellUnreachable(node);
    },
    connectNode: async (node) => (await own().kernel.distribution?.connect(node)) ?? false,
    disconnectNode: (node) => own().kernel.distribution?.breakWith(node, "goodbye") ?? false,
  };
}

function startingOf(
  process: Process,
  node: string,
  logic: RemoteLogic,
  options: StartOptions & WatchOptions,
  isWatched: boolean,
): RemoteStarting {
  if (typeof logic === "string") return { node, logic, options, isWatched };
  for (const [key, known] of process.kernel.distribution?.logic ?? [])
    if (known === logic) return { node, logic: key, options, isWatched };
  throw new Misuse(
    `This node has no key for that logic, and only keys travel. Name the key that "${node}" knows it by, or give both nodes the logic: startNode({ distribution: { logic: { key: … } } }).`,
  );
}

async function multiCall(
  process: Process,
  nodes: readonly string[],
  name: string,
  type: string,
  payload: unknown,
  timeoutMs: number | undefined,
): Promise<MultiCallResult> {
  const asked = nodes.map(async (node) => {
    const address = node === process.kernel.name ? named(name) : named(name).on(node);
    try {
      return { node, value: await call(process, address, type, payload, timeoutMs) };
    } catch {
      return undefined;
    }
  });
  const answers = await Promise.all(asked);
  return {
    replies: answers.filter((answer) => answer !== undefined),
    badNodes: nodes.filter((_, index) => answers[index] === undefined),
  };
}

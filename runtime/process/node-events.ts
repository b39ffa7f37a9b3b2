// Who wants to hear of nodes that come and go: code of a node's owner, and processes (OTP: `net_kernel:monitor_nodes`).
import { outsideProcesses } from "./current.ts";
import type { Kernel } from "./kernel.ts";
import type { Process } from "./process.ts";
import { SystemMessage, TurnMessage } from "./system-message.ts";

/** Another node has come or gone, for a process that asked with `monitorNodes` or `monitorNode`. */
export class NodeMessage extends SystemMessage {
  readonly type: "sys.nodeup" | "sys.nodedown";
  readonly node: string;
  readonly incarnation: number;
  /** Why it went; undefined for one that came. */
  readonly reason: string | undefined;
  constructor(type: NodeMessage["type"], node: string, incarnation: number, reason: string | undefined) {
    super();
    this.type = type;
    this.node = node;
    this.incarnation = incarnation;
    this.reason = reason;
  }
}

export interface NodeChange {
  readonly kind: "up" | "down";
  readonly node: string;
  readonly incarnation: number;
  readonly hidden: boolean;
  /** Why it went: `disconnect`, `goodbye`, `missed_beats`, `gap`, `down`, … */
  readonly reason: string | undefined;
}

export type NodeListener = (change: NodeChange) => void;

/** What one process asked for, and how to forget it when the process ends. */
interface Subscription {
  /** How often it asked for all nodes: so many copies it gets. */
  count: number;
  /** For single nodes, by their names. */
  readonly single: Map<string, number>;
  readonly release: () => void;
}

export class NodeEvents {
  readonly #kernel: Kernel;
  readonly #listeners = new Set<NodeListener>();
  readonly #subscriptions = new Map<Process, Subscription>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  listen(listener: NodeListener): () => void {
    // Each time one of its own, so that one who listens twice hears twice.
    const own: NodeListener = (change) => listener(change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Each call counts: as many copies come, until one call takes them all back (OTP). */
  monitorNodes(process: Process, flag: boolean): void {
    const subscription = this.#of(process);
    subscription.count = flag ? subscription.count + 1 : 0;
    this.#tidy(process, subscription);
  }

  /** Word of one node's end; it comes once for each call. */
  monitorNode(process: Process, node: string, flag: boolean): void {
    const subscription = this.#of(process);
    const count = (subscription.single.get(node) ?? 0) + (flag ? 1 : -1);
    if (count > 0) subscription.single.set(node, count);
    else subscription.single.delete(node);
    this.#tidy(process, subscription);
  }

  /** Tools come and go unnoticed by processes. */
  tell(change: NodeChange): void {
    // By the mailbox of whoever acts for code outside of processes: there the DOWNs are that come before.
    for (const listener of [...this.#listeners])
      this.#kernel.outside?.deliver(new TurnMessage(() => this.#tellListener(listener, change)));
    if (!change.hidden) this.#tellProcesses(change);
  }

  /** A connection that was wanted by `monitorNode` did not come about. */
  tellUnreachable(node: string): void {
    this.#tellSingle(new NodeMessage("sys.nodedown", node, 0, "unreachable"));
  }

  #tellListener(listener: NodeListener, change: NodeChange): void {
    if (!this.#listeners.has(listener)) return;
    outsideProcesses(() => {
      try {
        listener(change);
      } catch (thrown) {
        this.#kernel.world.turns.soon(() => {
          throw thrown;
        });
      }
    });
  }

  #tellProcesses({ kind, node, incarnation, reason }: NodeChange): void {
    const message = new NodeMessage(kind === "up" ? "sys.nodeup" : "sys.nodedown", node, incarnation, reason);
    for (const [process, { count }] of [...this.#subscriptions]) {
      for (let copy = 0; copy < count; copy += 1) process.deliver(message);
    }
    if (kind === "down") this.#tellSingle(message);
  }

  #tellSingle(message: NodeMessage): void {
    for (const [process, subscription] of [...this.#subscriptions]) {
      const copies = subscription.single.get(message.node) ?? 0;
      for (let copy = 0; copy < copies; copy += 1) process.deliver(message);
      subscription.single.delete(message.node);
      this.#tidy(process, subscription);
    }
  }

  #of(process: Process): Subscription {
    const known = this.#subscriptions.get(process);
    if (known !== undefined) return known;
    const release = (): void => void this.#subscriptions.delete(process);
    const subscription: Subscription = { count: 0, single: new Map(), release };
    this.#subscriptions.set(process, subscription);
    process.releases ??= new Set();
    process.releases.add(release);
    return subscription;
  }

  #tidy(process: Process, { count, single, release }: Subscription): void {
    if (count > 0 || single.size > 0) return;
    this.#subscriptions.delete(process);
    process.releases?.delete(release);
  }
}

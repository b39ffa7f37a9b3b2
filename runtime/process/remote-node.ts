// What stands here for another node and its processes, as long as one session with it lasts: who waits for them, watches them, is linked.
import type { AnyLogic } from "../logic/logic.ts";
import { type Signal, signalKinds } from "../wire/frame.ts";
import { type CallFailure, failCallersWith, forgetCall, type PendingCall } from "./calls.ts";
import { Holder } from "./holdings.ts";
import type { Kernel } from "./kernel.ts";
import { breakLinks } from "./links.ts";
import type { Item } from "./mailbox.ts";
import { dropMonitors, type Monitor, tellWatchers } from "./monitors.ts";
import type { NodeEvents } from "./node-events.ts";
import { NumberTable } from "./number-table.ts";
import type { Party } from "./party.ts";
import { makePid, type Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { RemoteStart } from "./remote-start.ts";
import { DownMessage, ExitMessage } from "./system-message.ts";

/** The way to other nodes. */
export interface Distribution {
  /** What other nodes may start here, by the key that they ask for. */
  readonly logic: ReadonlyMap<string, AnyLogic>;
  readonly events: NodeEvents;
  /** Nodes that there is a session with. */
  readonly connected: readonly ConnectedNode[];
  /** What stands for a node, connecting to it where that has not been done; undefined where nothing leads there. */
  reach(node: string, incarnation?: number): RemoteNode | undefined;
  /** As `reach`, without connecting. */
  known(node: string, incarnation?: number): RemoteNode | undefined;
  connect(node: string): Promise<boolean>;
  breakWith(node: string, why: "goodbye"): boolean;
}

/** Another node that there is a session with. */
export interface ConnectedNode {
  readonly name: string;
  readonly incarnation: number;
  readonly hidden: boolean;
  /** What the session goes over, for people. */
  readonly place: string;
}

/** One other node, for one session. Calls and monitors of things over there are in its chains. */
export abstract class RemoteNode extends Holder implements Party {
  readonly kernel: Kernel;
  override readonly name: string;
  /** Calls from over there that are being answered here, by the number of the reference there. */
  incoming = new NumberTable<PendingCall>();
  /** Starts that were asked for from over there and are not ready, by the number of the reference there. */
  readonly served = new Map<number, Process>();
  /** Starts that were asked for over there, by the number of the own reference. */
  readonly starts = new Map<number, RemoteStart>();
  /** By incarnation, and there by number. */
  readonly #strangers = new Map<number, NumberTable<RemoteProcess>>();
  hasEnded = false;

  constructor(kernel: Kernel, name: string) {
    super();
    this.kernel = kernel;
    this.name = name;
  }

  /** Undefined until the session stands. */
  abstract get incarnation(): number | undefined;

  /**
   * Sends a signal, in order with all others of its sender. One for a process of another incarnation is answered here, as for
   * a process that has ended.
   */
  abstract transmit(signal: Signal, incarnation?: number): void;

  get pid(): Pid {
    return makePid(this.name, this.incarnation ?? 0, 0);
  }

  /**
   * What stands for one of its processes, made where it is not there; undefined for a process of another incarnation than that
   * of the session. Before the session stands there may be some of several.
   */
  stranger(pid: Pid): RemoteProcess | undefined {
    if (this.incarnation !== undefined && pid.incarnation !== this.incarnation) return undefined;
    return this.strangerNamed(pid);
  }

  /** As `stranger`, for a process that has spoken in this session. */
  strangerNamed(pid: Pid): RemoteProcess {
    const known = this.knownStranger(pid);
    if (known !== undefined) return known;
    const stranger = new RemoteProcess(this, pid);
    const table = this.#strangers.get(pid.incarnation) ?? new NumberTable<RemoteProcess>();
    this.#strangers.set(pid.incarnation, table);
    table.set(pid.id, stranger);
    return stranger;
  }

  knownStranger({ incarnation, id }: Pid): RemoteProcess | undefined {
    return this.#strangers.get(incarnation)?.get(id);
  }

  /** Fails one call that waits for something over there. */
  failCall(call: PendingCall, failure: CallFailure): void {
    forgetCall(call);
    call.fail(failure);
  }

  /** In whose name a call from over there is noted. It is kept by nobody but the call. */
  callerFor(pid: Pid): RemoteProcess {
    return this.knownStranger(pid) ?? new RemoteProcess(this, pid);
  }

  /** Forgets what stands for a process where it holds nothing any more. */
  tidy(stranger: RemoteProcess): void {
    const table = this.#strangers.get(stranger.pid.incarnation);
    // Another may stand for that process by now.
    if (stranger.isIdle && table?.get(stranger.pid.id) === stranger) table.delete(stranger.pid.id);
  }

  deliver(): void {}

  doomWith(): void {}

  override unwatched({ watcher, ref }: Monitor): void {
    if (!this.hasEnded) this.transmit([signalKinds.demonitor, watcher.pid.id, ref.ref]);
  }

  override abandoned({ caller, ref }: PendingCall): void {
    if (!this.hasEnded) this.transmit([signalKinds.abandon, caller.pid.id, ref.ref]);
  }

  /** The session is over: everything that was waited for over there is told at once, in OTP's order. */
  lose(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    tellWatchers(this, "noconnection", undefined);
    for (const table of this.#strangers.values()) for (const stranger of table.values()) stranger.lose();
    failCallersWith(this, { kind: "nodedown", node: this.name });
    for (const start of [...this.starts.values()]) start.lost();
    this.starts.clear();
    for (const call of this.incoming.values()) forgetCall(call);
    this.incoming = new NumberTable();
    this.served.clear();
  }
}

/** A process of another node. It is linked to processes here, or watches them. */
export class RemoteProcess extends Holder implements Party {
  readonly node: RemoteNode;
  readonly pid: Pid;
  override trapsExits = true;
  /** Those above it are known over there. */
  readonly parent = undefined;
  /** Links that were taken back here and whose end over there is not acknowledged yet, by the number of the process here. */
  unlinking: Map<number, number> | undefined;

  constructor(node: RemoteNode, pid: Pid) {
    super();
    this.node = node;
    this.pid = pid;
  }

  get kernel(): Kernel {
    return this.node.kernel;
  }

  get hasEnded(): boolean {
    return this.node.hasEnded;
  }

  get isIdle(): boolean {
    return (
      this.links?.first === undefined &&
      (this.watching === undefined || this.watching.size === 0) &&
      (this.unlinking === undefined || this.unlinking.size === 0)
    );
  }

  /** What a process here has for it: the news of its end. */
  deliver(item: Item): void {
    if (this.hasEnded) return;
    if (item instanceof DownMessage) {
      const { id } = downSender(item);
      this.node.transmit([signalKinds.down, id, this.pid.id, item.ref.ref, item.reason, item.output]);
    } else if (item instanceof ExitMessage) {
      this.node.transmit([signalKinds.linkExit, item.from.id, this.pid.id, item.reason]);
    }
    this.node.tidy(this);
  }

  doomWith(): void {}

  lose(): void {
    breakLinks(this, "noconnection");
    dropMonitors(this);
  }
}

/** Whoever ended, as the sender of its DOWN. */
function downSender({ object }: DownMessage): { readonly id: number } {
  return "id" in object ? object : { id: 0 };
}

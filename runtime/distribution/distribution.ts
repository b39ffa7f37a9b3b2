// One node's way to all others: its carriers, the peers that it knows over them, and what is told of each.
import type { Carrier } from "../carrier.ts";
import type { AnyLogic } from "../logic/logic.ts";
import { claimName } from "../membership/claim-name.ts";
import { membershipTimes } from "../membership/limits.ts";
import type { MemberInfo, MembershipListener } from "../membership/membership-shell.ts";
import type { StartPulse } from "../membership/pulse.ts";
import type { Identity } from "../membership/rival.ts";
import { deliverToGroup } from "../node/groups.ts";
import { outsideProcesses } from "../process/current.ts";
import { Misuse } from "../process/failures.ts";
import type { Kernel } from "../process/kernel.ts";
import { NodeEvents } from "../process/node-events.ts";
import type { ConnectedNode, Distribution, RemoteNode } from "../process/remote-node.ts";
import type { Frame } from "../wire/frame.ts";
import { sessionTimes } from "../wire/session-limits.ts";
import { type Subjects, subjects } from "../wire/subject.ts";
import type { TimerHandle } from "../world.ts";
import { canBeNamed, checkRoom } from "./admission.ts";
import { drawnNumber } from "./drawn-number.ts";
import { feedEvents } from "./event-feed.ts";
import { Gateway, type NodePlace } from "./gateway.ts";
import { GroupSync } from "./group-sync.ts";
import { distributionLimits } from "./limits.ts";
import { membershipListener } from "./membership-listener.ts";
import { type Broken, Peer } from "./peer.ts";
import { PeerTable } from "./peer-table.ts";
import { isToolName } from "./tools.ts";

export interface DistributionOptions {
  /** `aiex` by default. Clusters do not hear of each other. */
  readonly cluster?: string;
  /** A tool: no member of the cluster, and others take messages and calls alone from it. */
  readonly hidden?: boolean;
  /** What other nodes may start here, by the key that they ask for. */
  readonly logic?: Readonly<Record<string, AnyLogic>>;
  /** Scales all times together; 1 by default. */
  readonly factor?: number;
  readonly place?: NodePlace;
  /** Somebody else has the own name, and the better claim to it: the node has left, and everything over there is lost. */
  readonly onNameLost?: (rival: Identity) => void;
}

export class NodeDistribution implements Distribution {
  readonly cluster: string;
  readonly hidden: boolean;
  readonly factor: number;
  readonly subjects: Subjects;
  readonly events: NodeEvents;
  readonly logic: ReadonlyMap<string, AnyLogic>;
  readonly place: NodePlace;
  readonly #kernel: Kernel;
  readonly #options: DistributionOptions;
  readonly #gateways: Gateway[] = [];
  readonly #peers = new PeerTable();
  readonly #toolParts = { bytes: 0 };
  readonly #waiting = new Set<(node: string, isUp: boolean) => void>();
  #ticking: TimerHandle;
  #isClosed = false;
  readonly #groups: GroupSync;
  readonly #stopFeed: () => void;

  constructor(kernel: Kernel, options: DistributionOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.cluster = options.cluster ?? "aiex";
    this.hidden = options.hidden ?? false;
    this.factor = options.factor ?? 1;
    this.place = options.place ?? { host: "", osPid: 0, version: "" };
    if (isToolName(kernel.name) && !this.hidden)
      throw new Misuse(`Names that begin with "cli-" belong to commands; given was "${kernel.name}".`);
    this.subjects = subjects(this.cluster);
    this.events = new NodeEvents(kernel);
    this.logic = new Map(Object.entries(options.logic ?? {}));
    const publish = (subject: string, payload: Uint8Array): void => this.#publish(subject, payload);
    this.#groups = new GroupSync({ kernel, subjects: this.subjects, factor: this.factor, publish });
    this.#stopFeed = this.hidden ? () => {} : feedEvents({ kernel, subjects: this.subjects, publish });
    kernel.distribution = this;
  }

  get connected(): readonly ConnectedNode[] {
    return this.#peers
      .all()
      .flatMap(({ name, incarnation, isHidden: hidden, carrier }) =>
        incarnation === undefined ? [] : [{ name, incarnation, hidden, place: carrier.place }],
      );
  }

  get carriers(): readonly Carrier[] {
    return this.#gateways.map(({ carrier }) => carrier);
  }

  /** The other members, by what their beats say. */
  members(): readonly MemberInfo[] {
    return this.#gateways.flatMap(({ membership }) => membership?.members() ?? []);
  }

  /** What the beats say of this node from now on: a node that drains gets no new work. */
  setState(state: "up" | "draining"): void {
    for (const { membership } of this.#gateways) membership?.setState(state);
  }

  /**
   * Becomes a member of what a carrier leads to, once it is sure that nobody has the own name there.
   * @throws {NameHeld}
   */
  async join(carrier: Carrier, startPulse?: StartPulse): Promise<void> {
    const { name, incarnation, world } = this.#kernel;
    const { host, osPid } = this.place;
    const self = { name, incarnation, host, osPid };
    await claimName(carrier, { world, subjects: this.subjects, self, times: membershipTimes(this.factor) });
    // The node may have been halted meanwhile, and then closes nothing any more.
    if (this.#isClosed) await carrier.close();
    this.addCarrier(carrier, startPulse);
  }

  /**
   * As `join`, where the name is known to be free. The carrier is closed with the node.
   * @throws {Misuse} it takes less in one message than nodes say to each other, was added before, or the node has ended
   */
  addCarrier(carrier: Carrier, startPulse?: StartPulse): void {
    if (this.#isClosed)
      throw new Misuse(`Node "${this.#kernel.name}" has ended and joins nothing. Start another.`);
    if (this.carriers.includes(carrier))
      throw new Misuse(`${carrier.place} was added to this node already. Add each carrier once.`);
    checkRoom(carrier);
    const { hidden, factor, place, subjects: subject } = this;
    this.#gateways.push(
      new Gateway(carrier, {
        kernel: this.#kernel,
        subjects: subject,
        hidden,
        factor,
        place,
        startPulse,
        receive: (gateway, from, frame) => this.#receive(gateway, from, frame),
        receiveGroups: (subject, payload) => this.#groups.receive(subject, payload),
        lost: (gateway) => this.#lost(gateway),
        listener: (gateway) => this.#listener(gateway),
      }),
    );
  }

  /** Leaves it: everything over it is told that it is lost. The carrier stays open. */
  async removeCarrier(carrier: Carrier): Promise<void> {
    const index = this.#gateways.findIndex((gateway) => gateway.carrier === carrier);
    const [gateway] = index < 0 ? [] : this.#gateways.splice(index, 1);
    if (gateway === undefined) return;
    for (const peer of this.#peers.over(carrier)) peer.close("goodbye");
    await gateway.close();
    for (const peer of this.#peers.over(carrier)) this.#peers.forget(peer);
  }

  reach(node: string, incarnation?: number): RemoteNode | undefined {
    if (this.#isClosed) return undefined;
    const known = this.#peers.find(node, incarnation);
    if (known === undefined && (node === this.#kernel.name || !canBeNamed(node))) return undefined;
    const isOver = known !== undefined && known.carrier.state !== "connected";
    if (isOver && known.connection !== undefined) return undefined;
    const gateway = known === undefined || isOver ? this.#gatewayFor() : this.#gatewayOf(known);
    if (gateway === undefined) return undefined;
    if (isOver) this.#peers.forget(known);
    const peer = known === undefined || isOver ? this.#meet(gateway, node, 0) : known;
    const isNew = peer.connection === undefined;
    const connection = peer.reach();
    if (isNew && !isToolName(node)) this.#askFor(gateway, peer);
    return living(connection);
  }

  /** Where nobody has the name that is known at once, long before a hello has waited in vain. */
  #askFor(gateway: Gateway, peer: Peer): void {
    void gateway.isThere(peer.name).then((isThere) =>
      outsideProcesses(() => {
        if (isThere === false && !peer.isUp) peer.close("unanswered");
      }),
    );
  }

  #gatewayOf({ carrier }: Peer): Gateway | undefined {
    return this.#gateways.find((gateway) => gateway.carrier === carrier);
  }

  known(node: string, incarnation?: number): RemoteNode | undefined {
    return this.#peers.find(node, incarnation)?.connection;
  }

  connect(node: string): Promise<boolean> {
    return new Promise((resolve) => {
      if (node === this.#kernel.name || this.#peers.find(node)?.isUp === true) {
        resolve(true);
        return;
      }
      const done = (isUp: boolean): void => {
        this.#waiting.delete(note);
        resolve(isUp);
      };
      const note = (name: string, isUp: boolean): void => {
        if (name === node) done(isUp);
      };
      this.#waiting.add(note);
      if (this.reach(node) === undefined) done(false);
    });
  }

  breakWith(node: string, why: "down" | "goodbye"): boolean {
    const peers = this.#peers.named(node).filter((peer) => peer.connection !== undefined);
    for (const peer of peers) peer.close(why);
    return peers.length > 0;
  }

  /** Says goodbye to everybody and closes the carriers. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    for (const peer of this.#peers.all()) peer.close("goodbye");
    this.#isClosed = true;
    this.#groups.stop();
    this.#stopFeed();
    this.#kernel.world.timers.clear(this.#ticking);
    const gateways = this.#gateways.splice(0);
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await Promise.all(gateways.map(({ carrier }) => carrier.close()));
  }

  /** A carrier may take less than it did: what it refuses must not take the node along. */
  #publishOver(carrier: Carrier, subject: string, payload: Uint8Array): void {
    try {
      carrier.publish(subject, payload);
    } catch (error) {
      const why = `${carrier.place} takes nothing under ${subject}: ${(error as Error).message}`;
      this.#kernel.events.emit("membership_trouble", { why });
    }
  }

  /** To all members, over every carrier that has them. */
  #publish(subject: string, payload: Uint8Array): void {
    for (const { carrier, membership } of this.#gateways)
      if (membership !== undefined) this.#publishOver(carrier, subject, payload);
  }

  /** Where a node may be that was never heard of: a broker knows everybody, and others only whom they have met. */
  #gatewayFor(): Gateway | undefined {
    const connected = this.#gateways.filter(({ carrier }) => carrier.state === "connected");
    return connected.find(({ carrier }) => carrier.kind === "nats") ?? connected[0];
  }

  #meet({ carrier }: Gateway, name: string, incarnation: number): Peer {
    const { hidden, factor, subjects: subject } = this;
    const kernel = this.#kernel;
    const isTool = isToolName(name);
    const peer = new Peer({
      kernel,
      name,
      isTool,
      carrier,
      hidden,
      factor,
      half: () => drawnNumber(kernel.world.random),
      subjectFor: (to) => subject.msg(kernel.name, name, to === 0 && isTool ? incarnation : to),
      toolParts: this.#toolParts,
      toGroup: (scope, group, message) => deliverToGroup(kernel, scope, group, message),
      onUp: (up) => this.#up(up),
      onBroken: (broken, how) => this.#broken(broken, how),
    });
    this.#peers.add(peer);
    this.#tick();
    return peer;
  }

  #receive(gateway: Gateway, from: string, frame: Frame): void {
    if (this.#isClosed) return;
    const { membership, carrier } = gateway;
    if (frame.kind === "hello" && membership?.admits(from, frame.incarnation) === false) return;
    const found = this.#peers.peerOf(carrier, from, frame);
    if (found === "nobody") return;
    if (found === undefined && this.#peers.named(from).length >= distributionLimits.toolsOfNameMax) {
      this.#kernel.events.emit("signals_refused", {
        peer: from,
        signals: 1,
        why: "too many tools of this name",
      });
      return;
    }
    const peer = found ?? this.#meet(gateway, from, frame.kind === "hello" ? frame.incarnation : 0);
    peer.receive(frame);
    if (peer.incarnation !== undefined && !peer.isHidden) membership?.heard(from, peer.incarnation);
  }

  #listener(gateway: Gateway): MembershipListener {
    return membershipListener({
      kernel: this.#kernel,
      carrier: gateway.carrier,
      peers: this.#peers,
      meet: (node) => this.#meet(gateway, node, 0),
      onNameLost: (rival) => {
        void this.removeCarrier(gateway.carrier);
        this.#options.onNameLost?.(rival);
      },
    });
  }

  #lost({ carrier }: Gateway): void {
    const now = this.#kernel.world.clock.now();
    for (const peer of this.#peers.over(carrier)) peer.happen({ type: "carrier_lost", now });
  }

  #up(peer: Peer): void {
    const { name: node, incarnation = 0, isHidden: hidden } = peer;
    if (!hidden) this.#groups.nodeUp(node, incarnation);
    this.#kernel.events.emit("node_up", { peer: node, incarnation, hidden });
    this.events.tell({ kind: "up", node, incarnation, hidden, reason: undefined });
    for (const note of [...this.#waiting]) note(node, true);
  }

  #broken(peer: Peer, { reason, wasUp, incarnation }: Broken): void {
    const { name: node, isHidden: hidden } = peer;
    if (wasUp) {
      if (!hidden) this.#groups.nodeDown(node);
      this.#kernel.events.emit("node_down", { peer: node, incarnation, hidden, why: reason });
      this.events.tell({ kind: "down", node, incarnation, hidden, reason });
    } else this.events.tellUnreachable(node);
    for (const note of [...this.#waiting]) note(node, false);
    const membership = hidden ? undefined : this.#gatewayOf(peer)?.membership;
    // Of whoever has the name now: an attempt that came to nothing does not know whom it was for.
    const member = membership?.member(node);
    if (member !== undefined) membership?.broken(node, member.incarnation);
  }

  /** One timer for the sessions of all peers; those that nothing is left of are forgotten. */
  #tick(): void {
    if (this.#ticking !== undefined || this.#isClosed) return;
    const { world } = this.#kernel;
    const run = (): void => {
      this.#ticking = undefined;
      const now = world.clock.now();
      for (const peer of this.#peers.all()) {
        peer.happen({ type: "tick", now });
        if (peer.isIdle && peer.connection === undefined) this.#peers.forget(peer);
      }
      if (this.#peers.size > 0) this.#tick();
    };
    const { tickMs } = sessionTimes(this.factor);
    this.#ticking = outsideProcesses(() => world.timers.set(tickMs, () => outsideProcesses(run)));
  }
}

function living(connection: RemoteNode): RemoteNode | undefined {
  return connection.hasEnded ? undefined : connection;
}

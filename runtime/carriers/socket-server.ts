// The end of a socket that listens: a node, and the commands of its machine around it like a star. Who connects hears
// what the node publishes; those who connect do not hear each other.
import type { Server } from "node:net";
import type { Answer, Carrier, CarrierState, CarrierSubscription, Incoming } from "../carrier.ts";
import type { World } from "../world.ts";
import { CarrierStatus, receiveSafely, runSafely } from "./carrier-status.ts";
import { PayloadTooLarge } from "./failures.ts";
import { type Interest, InterestTable } from "./interest.ts";
import { carrierLimits } from "./limits.ts";
import { PendingRequests } from "./pending-requests.ts";
import { socketFrameKinds as kinds, type SocketFrame } from "./socket-frame.ts";
import { SocketLink } from "./socket-link.ts";
import { listenAt } from "./socket-place.ts";
import { guardPattern, guardSubject, isSubject } from "./subject-guard.ts";

export interface SocketServerOptions {
  readonly world: World;
  /** Where to listen: a path in a folder of the user's own, which is made, or the name of a pipe on Windows. */
  readonly path: string;
}

export interface SocketServer extends Carrier {
  /** How many are connected. */
  readonly peers: number;
  /** Hears of everyone who goes, and why. Gives back how to stop that. */
  onPeerEnd(listener: (why: string) => void): () => void;
}

/**
 * Listens on a socket that only this user can open. What a dead program has left there is removed.
 * @throws {SocketRefused} a live program listens there, others can enter the folder, or the path is too long
 */
export async function socketServer({ world, path }: SocketServerOptions): Promise<SocketServer> {
  return new Star(world, path, await listenAt(world, path));
}

interface Peer {
  readonly link: SocketLink;
  readonly interests: Map<number, Interest<PeerSubscription>>;
  /** The requests of ours that it has not answered. */
  readonly asked: Set<number>;
}

interface PeerSubscription {
  readonly peer: Peer;
  readonly subscription: number;
}

class Star implements SocketServer {
  readonly kind = "socket";
  readonly payloadBytesMax = carrierLimits.payloadBytesMax;
  readonly place: string;
  readonly #world: World;
  readonly #server: Server;
  readonly #status: CarrierStatus;
  readonly #requests: PendingRequests;
  readonly #links = new Set<SocketLink>();
  /** Those of the links that have said hello. */
  readonly #peers = new Map<SocketLink, Peer>();
  readonly #peerEnds = new Set<(why: string) => void>();
  /** What peers want to hear of us. */
  readonly #theirs = new InterestTable<PeerSubscription>();
  /** What we want to hear of peers. */
  readonly #ours = new InterestTable<(incoming: Incoming) => void>();
  /** For each request, how many still may answer it. */
  readonly #mayAnswer = new Map<number, number>();

  constructor(world: World, path: string, server: Server) {
    this.#world = world;
    this.place = path;
    this.#server = server;
    this.#status = new CarrierStatus(world, "connected");
    this.#requests = new PendingRequests(world);
    server.on("connection", (socket) => {
      const link = new SocketLink(world, socket, {
        onOpen: () => this.#join(link),
        onFrame: (_, frame) => this.#take(this.#peers.get(link), frame),
        onEnd: (_, why) => this.#leave(link, why),
      });
      this.#links.add(link);
    });
    // Nothing that befalls one connection ends the others; without a listener it would end the program.
    server.on("error", () => {});
  }

  get state(): CarrierState {
    return this.#status.state;
  }

  get peers(): number {
    return this.#peers.size;
  }

  onPeerEnd(listener: (why: string) => void): () => void {
    this.#peerEnds.add(listener);
    return () => {
      this.#peerEnds.delete(listener);
    };
  }

  publish(subject: string, payload: Uint8Array): boolean {
    this.#guard(subject, payload);
    if (this.state !== "connected") return false;
    for (const { target } of this.#theirs.chosen(subject, this.#world.random)) {
      target.peer.link.send(kinds.message, { subscription: target.subscription, subject, payload });
    }
    return true;
  }

  subscribe(
    pattern: string,
    receive: (incoming: Incoming) => void,
    options: { readonly queue?: string } = {},
  ): CarrierSubscription {
    guardPattern(pattern);
    if (options.queue !== undefined) guardSubject(options.queue);
    const interest = this.#ours.add(pattern, receive, options.queue);
    return { unsubscribe: () => this.#ours.remove(interest) };
  }

  request(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Answer> {
    this.#guard(subject, payload);
    if (this.state !== "connected") return Promise.resolve({ kind: "disconnected" });
    const chosen = this.#theirs.chosen(subject, this.#world.random);
    if (chosen.length === 0) return Promise.resolve({ kind: "no_responders" });
    let asked = 0;
    const answer = this.#requests.ask(timeoutMs, (number) => {
      asked = number;
      this.#mayAnswer.set(number, chosen.length);
      for (const { target } of chosen) {
        target.peer.asked.add(number);
        target.peer.link.send(kinds.request, { number, subscription: target.subscription, subject, payload });
      }
    });
    return answer.finally(() => {
      this.#mayAnswer.delete(asked);
      for (const { target } of chosen) target.peer.asked.delete(asked);
    });
  }

  onState(listener: (state: CarrierState, why: string) => void): () => void {
    return this.#status.listen(listener);
  }

  async close(): Promise<void> {
    if (!this.#status.become("closed", "it was closed here")) return;
    this.#requests.disconnect();
    // This takes the socket's file away too. It is done when the last connection is.
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const link of [...this.#links]) link.cut("the node closed its socket");
    await closed;
  }

  #join(link: SocketLink): void {
    if (this.#peers.size >= carrierLimits.socketPeersMax || this.state === "closed") {
      link.cut(`this node has ${this.#peers.size} commands at its socket, and takes no more`);
      return;
    }
    this.#peers.set(link, { link, interests: new Map(), asked: new Set() });
  }

  #leave(link: SocketLink, why: string): void {
    this.#links.delete(link);
    const peer = this.#peers.get(link);
    if (peer === undefined) return;
    this.#peers.delete(link);
    for (const interest of peer.interests.values()) this.#theirs.remove(interest);
    for (const number of [...peer.asked]) this.#silent(peer, number);
    for (const listener of [...this.#peerEnds]) runSafely(this.#world, () => listener(why));
  }

  #take(peer: Peer | undefined, frame: SocketFrame): void {
    if (peer === undefined) return;
    const { number, subject, payload } = frame;
    switch (frame.kind) {
      case kinds.message:
        this.#receive(peer, frame);
        return;
      case kinds.request:
        if (!this.#receive(peer, frame)) peer.link.send(kinds.noResponders, { number });
        return;
      case kinds.answer:
        if (peer.asked.has(number))
          this.#requests.settle(number, { kind: "answer", payload: new Uint8Array(payload) });
        return;
      case kinds.noResponders:
        this.#silent(peer, number);
        return;
      case kinds.subscribe:
        this.#subscribed(peer, frame);
        return;
      case kinds.unsubscribe:
        this.#unsubscribed(peer, frame.subscription);
        return;
      default:
        peer.link.cut(`a frame of the kind ${frame.kind} on "${subject}" came where none belongs`);
    }
  }

  #subscribed(peer: Peer, { subscription, subject, payload }: SocketFrame): void {
    const queue = payload.length === 0 ? undefined : Buffer.from(payload).toString("latin1");
    if (peer.interests.size >= carrierLimits.peerSubscriptionsMax) {
      peer.link.cut(`it has ${peer.interests.size} subscriptions, and may have no more`);
    } else if (peer.interests.has(subscription) || (queue !== undefined && !isSubject(queue))) {
      peer.link.cut("a subscription came that is none");
    } else {
      peer.interests.set(subscription, this.#theirs.add(subject, { peer, subscription }, queue));
    }
  }

  #unsubscribed(peer: Peer, subscription: number): void {
    const interest = peer.interests.get(subscription);
    if (interest === undefined) return;
    peer.interests.delete(subscription);
    this.#theirs.remove(interest);
  }

  /** False where nobody here listens. */
  #receive(peer: Peer, { kind, number, subject, payload }: SocketFrame): boolean {
    const respond = kind === kinds.request ? this.#responder(peer, number) : undefined;
    const chosen = this.#ours.chosen(subject, this.#world.random);
    for (const interest of chosen) {
      // One of those before it may have taken this one away.
      if (!this.#ours.has(interest)) continue;
      receiveSafely(this.#world, interest.target, { subject, payload, respond });
    }
    return chosen.length > 0;
  }

  #responder(peer: Peer, number: number): (payload: Uint8Array) => void {
    return (payload) => {
      this.#guardSize(payload);
      peer.link.send(kinds.answer, { number, payload });
    };
  }

  /** One of those who were asked will not answer. */
  #silent(peer: Peer, number: number): void {
    if (!peer.asked.delete(number)) return;
    const left = (this.#mayAnswer.get(number) ?? 1) - 1;
    this.#mayAnswer.set(number, left);
    if (left <= 0) this.#requests.settle(number, { kind: "no_responders" });
  }

  #guard(subject: string, payload: Uint8Array): void {
    guardSubject(subject);
    this.#guardSize(payload);
  }

  #guardSize(payload: Uint8Array): void {
    if (payload.length > this.payloadBytesMax)
      throw new PayloadTooLarge(payload.length, this.payloadBytesMax);
  }
}

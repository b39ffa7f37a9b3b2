// The peers of a node: one to a name, and of a tool's name as many as there are of it.
import type { Carrier } from "../carrier.ts";
import type { Frame } from "../wire/frame.ts";
import type { Peer } from "./peer.ts";
import { isToolName } from "./tools.ts";

export class PeerTable {
  readonly #byName = new Map<string, Peer[]>();

  get size(): number {
    return this.#byName.size;
  }

  all(): Peer[] {
    return [...this.#byName.values()].flat();
  }

  named(name: string): readonly Peer[] {
    return this.#byName.get(name) ?? [];
  }

  over(carrier: Carrier): Peer[] {
    return this.all().filter((peer) => peer.carrier === carrier);
  }

  /** Where `incarnation` is given, of a tool only that one. */
  find(name: string, incarnation?: number): Peer | undefined {
    const peers = this.named(name);
    if (!isToolName(name) || incarnation === undefined) return peers[0];
    return peers.find((peer) => peer.isFor(incarnation));
  }

  /** The peer that a frame is of; undefined where it is a new one, "nobody" where it is of none that there may be. */
  peerOf(carrier: Carrier, name: string, frame: Frame): Peer | "nobody" | undefined {
    const peers = this.named(name);
    if (isToolName(name)) {
      if (frame.kind === "hello") return peers.find((peer) => peer.isFor(frame.incarnation));
      return peers.find((peer) => "yours" in frame && peer.owns(frame.yours)) ?? "nobody";
    }
    const peer = peers[0];
    if (peer === undefined || peer.carrier === carrier) return peer;
    // It speaks over another carrier as well: the session that there is counts.
    if (!peer.isIdle) return "nobody";
    this.forget(peer);
    return undefined;
  }

  add(peer: Peer): void {
    this.#byName.set(peer.name, [...this.named(peer.name), peer]);
  }

  forget(peer: Peer): void {
    const others = this.named(peer.name).filter((other) => other !== peer);
    if (others.length === 0) this.#byName.delete(peer.name);
    else this.#byName.set(peer.name, others);
  }
}

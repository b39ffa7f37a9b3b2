// One node's carrier on a network in memory.
import type { Answer, Carrier, CarrierState, CarrierSubscription, Incoming } from "../carrier.ts";
import { CarrierStatus, receiveSafely } from "./carrier-status.ts";
import { PayloadTooLarge } from "./failures.ts";
import type { Interest } from "./interest.ts";
import { carrierLimits } from "./limits.ts";
import type { Delivery, MemoryHub } from "./memory-hub.ts";
import { PendingRequests } from "./pending-requests.ts";
import { guardPattern, guardSubject } from "./subject-guard.ts";

export interface MemorySubscription {
  readonly carrier: MemoryCarrier;
  readonly receive: (incoming: Incoming) => void;
}

export class MemoryCarrier implements Carrier {
  readonly kind = "memory";
  readonly payloadBytesMax = carrierLimits.payloadBytesMax;
  readonly name: string;
  /** Counts the connections of this carrier: what is under way to an older one is lost. */
  connection = 0;
  readonly #hub: MemoryHub;
  readonly #status: CarrierStatus;
  readonly #requests: PendingRequests;
  readonly #interests = new Set<Interest<MemorySubscription>>();

  constructor(hub: MemoryHub, name: string, state: CarrierState) {
    this.#hub = hub;
    this.name = name;
    this.#status = new CarrierStatus(hub.world, state);
    this.#requests = new PendingRequests(hub.world);
  }

  get place(): string {
    return `memory:${this.name}`;
  }

  get state(): CarrierState {
    return this.#status.state;
  }

  publish(subject: string, payload: Uint8Array): boolean {
    this.#guard(subject, payload);
    if (this.state !== "connected") return false;
    this.#send(subject, payload, undefined);
    return true;
  }

  subscribe(
    pattern: string,
    receive: (incoming: Incoming) => void,
    options: { readonly queue?: string } = {},
  ): CarrierSubscription {
    guardPattern(pattern);
    if (options.queue !== undefined) guardSubject(options.queue);
    if (this.state === "closed") return { unsubscribe: () => {} };
    const interest = this.#hub.interests.add(pattern, { carrier: this, receive }, options.queue);
    this.#interests.add(interest);
    return { unsubscribe: () => this.#unsubscribe(interest) };
  }

  request(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Answer> {
    this.#guard(subject, payload);
    if (this.state !== "connected") return Promise.resolve({ kind: "disconnected" });
    return this.#requests.ask(timeoutMs, (number) => {
      if (this.#send(subject, payload, number)) return;
      this.#hub.world.turns.afterIo(() => this.#requests.settle(number, { kind: "no_responders" }));
    });
  }

  onState(listener: (state: CarrierState, why: string) => void): () => void {
    return this.#status.listen(listener);
  }

  close(): Promise<void> {
    if (this.state !== "closed") {
      // What was handed on is under way in the network, and arrives without us.
      for (const interest of this.#interests) this.#unsubscribe(interest);
      this.#hub.remove(this);
      this.#status.become("closed", "it was closed here");
      this.#requests.disconnect();
    }
    return Promise.resolve();
  }

  disconnect(why: string): void {
    if (this.state !== "connected") return;
    this.connection += 1;
    this.#status.become("disconnected", why);
    this.#requests.disconnect();
  }

  reconnect(): void {
    this.#status.become("connected", "the network has it again");
  }

  receive(delivery: Delivery): void {
    if (delivery.kind === "answer") {
      this.#requests.settle(delivery.number, { kind: "answer", payload: delivery.payload });
      return;
    }
    const { subject, interests, respond } = delivery;
    const payload = new Uint8Array(delivery.payload);
    for (const interest of interests) {
      if (!this.#interests.has(interest)) continue;
      receiveSafely(this.#hub.world, interest.target.receive, { subject, payload, respond });
    }
    // Whoever keeps what is only lent finds out here, and not in a rare moment over a real wire.
    payload.fill(0);
  }

  /** False where nobody listens. */
  #send(subject: string, payload: Uint8Array, number: number | undefined): boolean {
    const { interests, world } = this.#hub;
    const listens = ({ carrier }: MemorySubscription): boolean =>
      carrier !== this && carrier.state === "connected";
    const chosen = interests.chosen(subject, world.random, listens);
    const receivers = new Map<MemoryCarrier, Interest<MemorySubscription>[]>();
    for (const interest of chosen) {
      const { carrier } = interest.target;
      receivers.set(carrier, [...(receivers.get(carrier) ?? []), interest]);
    }
    const bytes = new Uint8Array(payload);
    for (const [to, own] of receivers) {
      const respond =
        number === undefined ? undefined : (answer: Uint8Array): void => to.#answer(this, number, answer);
      this.#hub.carry(this, to, { kind: "message", subject, payload: bytes, interests: own, respond });
    }
    return receivers.size > 0;
  }

  #answer(to: MemoryCarrier, number: number, payload: Uint8Array): void {
    this.#guardSize(payload);
    if (this.state !== "connected") return;
    this.#hub.carry(this, to, { kind: "answer", number, payload: new Uint8Array(payload) });
  }

  #unsubscribe(interest: Interest<MemorySubscription>): void {
    this.#interests.delete(interest);
    this.#hub.interests.remove(interest);
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

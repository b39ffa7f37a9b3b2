// A carrier as one simulated node has it: what comes waits while the node stands still, and nothing passes once it is gone.
import type { Answer, Carrier, CarrierState, CarrierSubscription, Incoming } from "../../runtime/carrier.ts";
import type { NodeWorld } from "./node-world.ts";

export class NodeCarrier implements Carrier {
  readonly kind;
  readonly place;
  readonly payloadBytesMax;
  readonly #inner: Carrier;
  readonly #world: NodeWorld;
  /** As far as the node knows. */
  #state: CarrierState;

  constructor(inner: Carrier, world: NodeWorld) {
    this.#inner = inner;
    this.#world = world;
    this.kind = inner.kind;
    this.place = inner.place;
    this.payloadBytesMax = inner.payloadBytesMax;
    this.#state = inner.state;
    inner.onState((state) => world.whenAwake(() => this.#become(state)));
  }

  get state(): CarrierState {
    return this.#state;
  }

  publish(subject: string, payload: Uint8Array): boolean {
    return !this.#world.isDead && this.#state === "connected" && this.#inner.publish(subject, payload);
  }

  subscribe(
    pattern: string,
    receive: (incoming: Incoming) => void,
    options?: { readonly queue?: string },
  ): CarrierSubscription {
    let isOver = false;
    const subscription = this.#inner.subscribe(
      pattern,
      ({ subject, payload, respond }) => {
        const kept = new Uint8Array(payload);
        this.#world.whenAwake(() => {
          if (!isOver) receive({ subject, payload: kept, respond });
        });
      },
      options,
    );
    return {
      unsubscribe: () => {
        isOver = true;
        subscription.unsubscribe();
      },
    };
  }

  request(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve) => {
      void this.#inner
        .request(subject, payload, timeoutMs)
        .then((answer) => this.#world.whenAwake(() => resolve(answer)));
    });
  }

  readonly #listeners = new Set<(state: CarrierState, why: string) => void>();

  onState(listener: (state: CarrierState, why: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #become(state: CarrierState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state, "the network changed");
  }
}

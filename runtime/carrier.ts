// How bytes travel between nodes: subjects, messages and requests, and nothing of what they mean. carriers/ holds the three ways.

/** `disconnected` heals by itself or not; `closed` is for good. */
export type CarrierState = "connected" | "disconnected" | "closed";

export interface Incoming {
  readonly subject: string;
  /** Valid until the receiver returns. */
  readonly payload: Uint8Array;
  /** Answers; undefined where nobody asked. */
  readonly respond: ((payload: Uint8Array) => void) | undefined;
}

/** How a request came out. `no_responders`: nobody listens on the subject, and that is known at once. */
export type Answer =
  | { readonly kind: "answer"; readonly payload: Uint8Array }
  | { readonly kind: "no_responders" }
  | { readonly kind: "timeout" }
  | { readonly kind: "disconnected" };

export interface CarrierSubscription {
  unsubscribe(): void;
}

/**
 * What one carrier publishes reaches each subscriber in that order, once at most. What is lost is lost in silence; the
 * sessions above find out. Patterns are NATS's: `*` for one token, `>` for the rest.
 */
export interface Carrier {
  readonly kind: "memory" | "socket" | "nats";
  /** Where it leads, for people: a URL without credentials, or a path. */
  readonly place: string;
  /** Bytes of the largest payload that it takes. */
  readonly payloadBytesMax: number;
  readonly state: CarrierState;
  /** Hands a message on. False where it is not connected: nothing is sent, and nothing is kept for later. */
  publish(subject: string, payload: Uint8Array): boolean;
  /** Receivers run one after the other, in the order of arrival across all subscriptions. A queue shares messages out. */
  subscribe(
    pattern: string,
    receive: (incoming: Incoming) => void,
    options?: { readonly queue?: string },
  ): CarrierSubscription;
  /** Never rejects. */
  request(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Answer>;
  /** Hears of every change of state, with the reason in words. Gives back how to stop that. */
  onState(listener: (state: CarrierState, why: string) => void): () => void;
  /** Sends what was handed on, then lets go. */
  close(): Promise<void>;
}

// A process as the XState logic inside it sees it: an actor reference whose events go through the mailbox.
import type { EventObject } from "xstate";
import type { Process } from "../process/process.ts";
import type { HostSystem } from "./host-system.ts";

/** What a reference needs of the host behind it. */
export interface ReferredHost {
  readonly id: string;
  readonly sessionId: string;
  readonly process: Process;
  readonly system: HostSystem;
  readonly inTransit: WeakSet<object> | undefined;
  snapshot(): unknown;
}

type NextListener = (snapshot: unknown) => void;
type ErrorListener = (error: unknown) => void;
type CompleteListener = () => void;

interface Observer {
  readonly next?: NextListener | undefined;
  readonly error?: ErrorListener | undefined;
  readonly complete?: CompleteListener | undefined;
}

type EmitListener = (event: EventObject) => void;

const noSubscription = { unsubscribe: (): void => {} };

/** The process as XState sees it: an actor reference whose events go through the mailbox. */
export class HostRef {
  readonly #host: ReferredHost;
  #observers: Set<Observer> | undefined;
  #listeners: Map<string, Set<EmitListener>> | undefined;

  constructor(host: ReferredHost) {
    this.#host = host;
  }

  get id(): string {
    return this.#host.id;
  }

  get sessionId(): string {
    return this.#host.sessionId;
  }

  get system(): HostSystem {
    return this.#host.system;
  }

  get ref(): this {
    return this;
  }

  get _parent(): undefined {
    return undefined;
  }

  get send(): (event: EventObject) => void {
    return (event) => this._send(event);
  }

  _send(event: EventObject): void {
    this.#host.inTransit?.add(event);
    this.#host.process.deliver(event);
  }

  start(): this {
    return this;
  }

  getSnapshot(): unknown {
    return this.#host.snapshot();
  }

  subscribe(
    observer: Observer | NextListener,
    error?: ErrorListener,
    complete?: CompleteListener,
  ): { unsubscribe(): void } {
    if (this.#host.process.hasEnded) return noSubscription;
    const entry = typeof observer === "function" ? { next: observer, error, complete } : observer;
    this.#observers ??= new Set();
    this.#observers.add(entry);
    return { unsubscribe: () => this.#observers?.delete(entry) };
  }

  on(type: string, listener: EmitListener): { unsubscribe(): void } {
    this.#listeners ??= new Map();
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener);
    return { unsubscribe: () => listeners.delete(listener) };
  }

  emit(event: EventObject): void {
    if (this.#listeners === undefined) return;
    for (const type of [event.type, "*"]) {
      for (const listener of this.#listeners.get(type) ?? []) listener(event);
    }
  }

  notify(snapshot: unknown): void {
    if (this.#observers === undefined) return;
    for (const observer of this.#observers) observer.next?.(snapshot);
  }

  /** Tells the observers of the end, once: as an error where a step of the logic failed, else as completion. */
  complete(failure: { readonly error: unknown } | undefined): void {
    const observers = this.#observers;
    this.#observers = undefined;
    this.#listeners = undefined;
    for (const observer of observers ?? []) {
      try {
        if (failure === undefined) observer.complete?.();
        else observer.error?.(failure.error);
      } catch {
        // The process is on its way out already, and the others want to know as well.
      }
    }
  }

  toJSON(): unknown {
    return { xstate$$type: 1, id: this.id };
  }
}

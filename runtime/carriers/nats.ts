// The carrier of a cluster: subjects on a NATS broker. Nothing is kept for a broker that is away.
import { connect, type Msg, type NatsConnection, type Status, type Subscription } from "nats";
import type { Answer, Carrier, CarrierState, CarrierSubscription, Incoming } from "../carrier.ts";
import type { World } from "../world.ts";
import { realWorld } from "../worlds/real.ts";
import { CarrierStatus, receiveSafely, runSafely } from "./carrier-status.ts";
import { PayloadTooLarge } from "./failures.ts";
import { carrierLimits } from "./limits.ts";
import { natsAddress } from "./nats-address.ts";
import { NatsClient } from "./nats-client.ts";
import { brokerError, isDenial, wordsOf } from "./nats-errors.ts";
import { inboxStem, type NatsOptions, natsSettings } from "./nats-settings.ts";
import { PendingRequests } from "./pending-requests.ts";
import { guardPattern, guardSubject, isSubject } from "./subject-guard.ts";

export type { NatsCredentials } from "./nats-address.ts";
export type { NatsOptions } from "./nats-settings.ts";

/** What the broker does not let these credentials do. */
export interface NatsDenial {
  readonly operation: "publish" | "subscribe";
  readonly subject: string;
}

export interface NatsCarrier extends Carrier {
  readonly kind: "nats";
  /** For the services and streams of NATS. Whoever publishes here looks after outages alone. */
  readonly connection: NatsConnection;
  /** Hears of each publish and subscription that the broker refuses: they look like a success. Gives back how to stop that. */
  onDenied(listener: (denial: NatsDenial) => void): () => void;
}

/**
 * Connects to the first broker that answers.
 * @throws {BrokerUnreachable} none answers
 * @throws {BrokerDenied} the credentials are none, or not known there
 * @throws {BrokerInsecure} TLS is asked for and fails
 * @throws {Misuse} a URL is none
 * @throws {InvalidSubject} the inbox prefix is none
 */
export async function connectNats(options: NatsOptions, world: World = realWorld()): Promise<NatsCarrier> {
  guardSubject(options.inboxPrefix ?? inboxStem);
  const address = natsAddress(options.servers);
  const outage = new Outage(world);
  const settings = natsSettings(options, address, () => outage.waitMs());
  let connection: NatsConnection;
  try {
    connection = await connect(settings);
  } catch (error) {
    throw brokerError(error, address.place, settings.tls);
  }
  return new BrokerCarrier(world, new NatsClient(connection), address.place, options, outage);
}

/** How long to wait before the next attempt: longer the longer it lasts, and never the same for two nodes. */
class Outage {
  readonly #world: World;
  #sinceMs: number | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  begin(): void {
    this.#sinceMs ??= this.#world.clock.now();
  }

  end(): void {
    this.#sinceMs = undefined;
  }

  waitMs(): number {
    const { reconnectWaitMsMin: min, reconnectWaitMsMax: max } = carrierLimits;
    const now = this.#world.clock.now();
    const most = Math.min(max, Math.max(min, now - (this.#sinceMs ?? now)));
    return most * (0.5 + this.#world.random.next() / 2);
  }
}

class BrokerCarrier implements NatsCarrier {
  readonly kind = "nats";
  readonly place: string;
  readonly connection: NatsConnection;
  readonly #world: World;
  readonly #client: NatsClient;
  readonly #outage: Outage;
  readonly #status: CarrierStatus;
  readonly #requests: PendingRequests;
  readonly #inbox: string;
  readonly #denials = new Set<(denial: NatsDenial) => void>();
  #payloadBytesMax = 0;
  /** What the client last said before it lost the line. */
  #lastError: string | undefined;

  constructor(world: World, client: NatsClient, place: string, options: NatsOptions, outage: Outage) {
    this.#world = world;
    this.#client = client;
    this.connection = client.connection;
    this.place = place;
    this.#outage = outage;
    this.#status = new CarrierStatus(world, "connected");
    this.#requests = new PendingRequests(world);
    const own = Buffer.from(world.random.bytes(12)).toString("hex");
    this.#inbox = `${options.inboxPrefix ?? inboxStem}.${own}.`;
    this.connection.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => this.#answered(error, message),
    });
    this.#follow().catch((error: unknown) => this.#status.become("closed", wordsOf(error)));
    this.connection.closed().then((error) => this.#ended(error ?? undefined));
  }

  get state(): CarrierState {
    return this.#status.state === "connected" && !this.#client.isConnected
      ? "disconnected"
      : this.#status.state;
  }

  get payloadBytesMax(): number {
    const told = this.connection.info?.max_payload ?? this.#payloadBytesMax;
    this.#payloadBytesMax =
      told === 0 ? carrierLimits.payloadBytesMax : Math.min(told, carrierLimits.payloadBytesMax);
    return this.#payloadBytesMax;
  }

  publish(subject: string, payload: Uint8Array): boolean {
    guardSubject(subject);
    return this.#send(subject, payload, undefined);
  }

  subscribe(
    pattern: string,
    receive: (incoming: Incoming) => void,
    options: { readonly queue?: string } = {},
  ): CarrierSubscription {
    guardPattern(pattern);
    if (options.queue !== undefined) guardSubject(options.queue);
    if (this.state === "closed") return { unsubscribe: () => {} };
    const subscription: Subscription = this.connection.subscribe(pattern, {
      ...options,
      callback: (error, message) => {
        // A refusal comes here as well, and is told to those who listen for it.
        if (error === null && !subscription.isClosed()) this.#receive(receive, message);
      },
    });
    return {
      unsubscribe: () => {
        if (!subscription.isClosed()) subscription.unsubscribe();
      },
    };
  }

  request(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Answer> {
    guardSubject(subject);
    return this.#requests.ask(timeoutMs, (number) => {
      const reply = this.#inbox + number.toString(36);
      if (!this.#send(subject, payload, reply)) this.#requests.settle(number, { kind: "disconnected" });
    });
  }

  onState(listener: (state: CarrierState, why: string) => void): () => void {
    return this.#status.listen(listener);
  }

  onDenied(listener: (denial: NatsDenial) => void): () => void {
    this.#denials.add(listener);
    return () => {
      this.#denials.delete(listener);
    };
  }

  async close(): Promise<void> {
    const wasConnected = this.state === "connected";
    if (!this.#status.become("closed", "it was closed here")) return;
    this.#requests.disconnect();
    if (wasConnected) await this.#flushed();
    await this.connection.close();
  }

  /** `reply` is where answers go, where any are wanted. */
  #send(subject: string, payload: Uint8Array, reply: string | undefined): boolean {
    const bytesMax = this.payloadBytesMax;
    if (payload.length > bytesMax) throw new PayloadTooLarge(payload.length, bytesMax);
    if (this.state !== "connected") return false;
    // The client writes at the end of the turn; until then the bytes are the caller's to change.
    this.connection.publish(subject, new Uint8Array(payload), reply === undefined ? {} : { reply });
    const { pendingBytes } = this.#client;
    if (pendingBytes > carrierLimits.brokerPendingBytesMax) {
      this.#drop(`it reads too slowly: ${pendingBytes} bytes wait for it`);
    }
    return true;
  }

  #receive(receive: (incoming: Incoming) => void, message: Msg): void {
    if (this.#status.state === "closed") return;
    const { subject, data: payload, reply = "" } = message;
    // Elsewhere than into an inbox nobody is answered: with our rights, it would be us who spoke there.
    const isAsked = reply.startsWith(inboxStem) && isSubject(reply);
    const respond = isAsked
      ? (answer: Uint8Array): void => void this.#send(reply, answer, undefined)
      : undefined;
    receiveSafely(this.#world, receive, { subject, payload, respond });
  }

  #answered(error: Error | null, message: Msg): void {
    if (error !== null) return;
    const number = Number.parseInt(message.subject.slice(this.#inbox.length), 36);
    const isNobody = message.data.length === 0 && message.headers?.code === noRespondersStatus;
    this.#requests.settle(
      number,
      isNobody ? { kind: "no_responders" } : { kind: "answer", payload: new Uint8Array(message.data) },
    );
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) this.#hear(status as HeardStatus);
  }

  #hear({ type, data, permissionContext }: HeardStatus): void {
    switch (type) {
      case "staleConnection":
        this.#drop("it did not answer in time whether it is still there");
        return;
      case "error":
        if (permissionContext === undefined) this.#lastError = wordsOf({ code: data, message: data });
        else this.#deny(permissionContext);
        return;
      case "disconnect":
        this.#outage.begin();
        this.#status.become(
          "disconnected",
          `the line to ${data} is lost: ${this.#lastError ?? "the broker ended it"}`,
        );
        this.#lastError = undefined;
        this.#requests.disconnect();
        return;
      case "reconnect":
        this.#outage.end();
        this.#lastError = undefined;
        this.#status.become("connected", `${data} answers again`);
        return;
      default:
        return;
    }
  }

  #drop(why: string): void {
    this.#lastError = why;
    this.#client.drop(why);
  }

  #deny({ operation, subject }: PermissionContext): void {
    const denial: NatsDenial = { operation: operation === "publish" ? "publish" : "subscribe", subject };
    for (const listener of [...this.#denials]) runSafely(this.#world, () => listener(denial));
  }

  #ended(error: Error | undefined): void {
    const why = isDenial(error)
      ? `the broker at ${this.place} does not let us in any more: ${wordsOf(error)}. Check the credentials.`
      : wordsOf(error);
    this.#status.become("closed", why);
    this.#requests.disconnect();
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#world.timers.set(carrierLimits.flushTimeoutMs, resolve);
      const done = (): void => {
        this.#world.timers.clear(timer);
        resolve();
      };
      this.connection.flush().then(done, done);
    });
  }
}

interface PermissionContext {
  readonly operation: string;
  readonly subject: string;
}

type HeardStatus = Pick<Status, "type"> & {
  readonly data: string;
  readonly permissionContext?: PermissionContext;
};

/** With which the broker says that nobody listens. */
const noRespondersStatus = 503;

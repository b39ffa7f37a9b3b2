// Requests to a broker and what it sends by itself, over a connection that others use as well. Nothing is sent while it is down.
import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from "nats";
import type { Answer } from "../../carrier.ts";
import { NatsClient } from "../../carriers/nats-client.ts";
import { PendingRequests } from "../../carriers/pending-requests.ts";
import type { World } from "../../world.ts";

export interface Inbox {
  /** Where the broker sends to. */
  readonly subject: string;
  close(): void;
}

export class Line {
  readonly world: World;
  readonly #connection: NatsConnection;
  readonly #client: NatsClient;
  readonly #requests: PendingRequests;
  readonly #answers: Inbox;
  readonly #statuses: AsyncIterable<{ readonly type: string }> & { readonly stop?: () => void };
  readonly #listeners = new Set<() => void>();
  readonly #inboxPrefix: string;
  #isClosed = false;

  constructor(connection: NatsConnection, world: World) {
    this.world = world;
    this.#connection = connection;
    this.#client = new NatsClient(connection);
    this.#requests = new PendingRequests(world);
    const { options } = connection as unknown as { readonly options?: { readonly inboxPrefix?: string } };
    // The client keeps the prefix to itself, and others than its own are denied to us.
    this.#inboxPrefix = options?.inboxPrefix ?? "_INBOX";
    const answers = this.#newInbox();
    this.#answers = this.#listen(`${answers}.*`, answers, (message) => this.#answered(message));
    this.#statuses = connection.status();
    void this.#follow();
  }

  /** The broker that it leads to now. */
  get place(): string {
    const server = this.#isClosed || this.#connection.isClosed() ? "" : this.#connection.getServer();
    return `nats://${server || "a broker that is away"}`;
  }

  get isConnected(): boolean {
    const isOver = this.#isClosed || this.#connection.isClosed() || this.#connection.isDraining();
    return !isOver && this.#client.isConnected;
  }

  /** Of the largest message with its headers, as the broker said last. */
  get payloadBytesMax(): number {
    return this.#connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the broker is one of a set. */
  get isSet(): boolean {
    const info = this.#connection.info as { readonly cluster?: string } | undefined;
    return info?.cluster !== undefined && info.cluster !== "";
  }

  /** Sends once, at once or never. Never rejects. */
  request(subject: string, payload: Uint8Array, timeoutMs: number, headers?: MsgHdrs): Promise<Answer> {
    return this.#requests.ask(timeoutMs, (number) => {
      if (!this.isConnected) {
        this.#requests.settle(number, { kind: "disconnected" });
        return;
      }
      const reply = `${this.#answers.subject}.${number.toString(36)}`;
      // The client writes at the end of the turn; until then the bytes are the caller's to change.
      this.#connection.publish(subject, new Uint8Array(payload), { reply, ...(headers && { headers }) });
    });
  }

  /** Sends, where there is a line; nobody hears whether it arrived. */
  tell(subject: string, text = ""): void {
    if (this.isConnected) this.#connection.publish(subject, text);
  }

  inbox(receive: (message: Msg) => void): Inbox {
    const subject = this.#newInbox();
    return this.#listen(subject, subject, receive);
  }

  /** Hears of each time that the line stands again. Gives back how to stop that. */
  onReturn(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** The connection stays. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#statuses.stop?.();
    this.#answers.close();
    this.#listeners.clear();
    this.#requests.disconnect();
  }

  #newInbox(): string {
    return createInbox(this.#inboxPrefix);
  }

  #listen(pattern: string, subject: string, receive: (message: Msg) => void): Inbox {
    const subscription = this.#connection.subscribe(pattern, {
      callback: (error, message) => {
        if (error === null && !subscription.isClosed()) receive(message);
      },
    });
    return {
      subject,
      close: () => {
        if (!subscription.isClosed()) subscription.unsubscribe();
      },
    };
  }

  #answered(message: Msg): void {
    const number = Number.parseInt(message.subject.slice(this.#answers.subject.length + 1), 36);
    const isNobody = message.data.length === 0 && message.headers?.code === noRespondersStatus;
    this.#requests.settle(
      number,
      isNobody ? { kind: "no_responders" } : { kind: "answer", payload: new Uint8Array(message.data) },
    );
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#statuses) {
      if (this.#isClosed) return;
      if (type === "disconnect") this.#requests.disconnect();
      if (type === "reconnect") for (const listener of [...this.#listeners]) listener();
    }
    // The connection is closed for good.
    this.#requests.disconnect();
  }
}

/** With which the broker says that nobody listens. */
const noRespondersStatus = 503;

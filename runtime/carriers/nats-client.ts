// What the client of NATS keeps to itself and a carrier has to know. It belongs to the version that package.json names.
import type { NatsConnection } from "nats";

interface Transport {
  /** Lets go at once, whatever is still to be written. */
  close(error?: Error): Promise<void>;
  readonly socket?: { readonly writableLength: number };
}

interface Protocol {
  /** False from the moment that the line is lost until the next one stands: what is published meanwhile is dropped or late. */
  readonly connected: boolean;
  readonly transport: Transport | undefined;
}

export class NatsClient {
  readonly connection: NatsConnection;
  readonly #protocol: Protocol;

  constructor(connection: NatsConnection) {
    this.connection = connection;
    const { protocol } = connection as unknown as { readonly protocol?: Partial<Protocol> };
    if (typeof protocol?.connected !== "boolean" || typeof protocol.transport?.close !== "function") {
      throw new TypeError("The client of NATS is not of the version that this program was made for.");
    }
    this.#protocol = protocol as Protocol;
  }

  get isConnected(): boolean {
    return this.#protocol.connected;
  }

  /** Bytes that the system has not taken yet. */
  get pendingBytes(): number {
    return this.#protocol.transport?.socket?.writableLength ?? 0;
  }

  /** Gives the line up and dials anew. The client's own way waits for what is still to be written, on a dead line for ever. */
  drop(why: string): void {
    this.#protocol.transport?.close(new Error(why)).catch(() => {});
  }
}

// Somebody on the broker who speaks the wire by hand: says what no node would say, and keeps what nodes say to each other.
import { connect, type NatsConnection } from "nats";
import { type DecodedFrame, decodeFrame, encodeFrame } from "../../runtime/wire/codec.ts";
import type { Frame } from "../../runtime/wire/frame.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import type { Room } from "./room.ts";

type FrameOf<K extends Frame["kind"]> = Extract<Frame, { readonly kind: K }>;

export class RawPeer {
  readonly name: string;
  readonly incarnation = 1;
  /** What was said to it, in order. */
  readonly heard: DecodedFrame[] = [];
  readonly #connection: NatsConnection;
  readonly #room: Room;
  readonly #subjects;

  private constructor(room: Room, name: string, connection: NatsConnection) {
    this.#room = room;
    this.name = name;
    this.#connection = connection;
    this.#subjects = subjects(room.cluster);
    connection.subscribe(this.#subjects.msgTo(name), {
      callback: (_, { data }) => void this.heard.push(decodeFrame(new Uint8Array(data))),
    });
  }

  static async join(room: Room, name: string): Promise<RawPeer> {
    const connection = await connect({ servers: room.broker.url, noEcho: true, maxReconnectAttempts: -1 });
    const peer = new RawPeer(room, name, connection);
    await connection.flush();
    return peer;
  }

  say(to: string, frame: Frame): void {
    this.sayBytes(to, encodeFrame(frame));
  }

  sayBytes(to: string, bytes: Uint8Array): void {
    this.#connection.publish(this.#subjects.msg(this.name, to, 0), bytes);
  }

  /** Publishes on any subject: a recorded one. */
  repeat(subject: string, bytes: Uint8Array): void {
    this.#connection.publish(subject, bytes);
  }

  /** Keeps the frames between two nodes from now on, the latest so many of them; `*` stands for every node. */
  async record(from: string, to: string, framesMax = Number.POSITIVE_INFINITY): Promise<Recording> {
    const frames: Recorded[] = [];
    const [start, cluster, kind] = this.#subjects.msg(this.name, this.name, 0).split(".");
    const subscription = this.#connection.subscribe(`${start}.${cluster}.${kind}.${from}.${to}.*`, {
      callback: (_, { subject, data }) => {
        frames.push({ subject, bytes: new Uint8Array(data) });
        if (frames.length > framesMax) frames.shift();
      },
    });
    await this.#connection.flush();
    return { frames, stop: () => subscription.unsubscribe() };
  }

  /** The first frame of that kind that was said to it. */
  async hears<K extends Frame["kind"]>(
    kind: K,
    isSo: (frame: FrameOf<K>) => boolean = () => true,
  ): Promise<FrameOf<K>> {
    const found = () =>
      this.heard.find((frame): frame is FrameOf<K> => frame.kind === kind && isSo(frame as FrameOf<K>));
    await this.#room.eventually(`a ${kind} to ${this.name}`, () => found() !== undefined);
    const frame = found();
    if (frame === undefined) throw new Error(`No ${kind} came.`);
    return frame;
  }

  /** What was published has reached the broker. */
  flush(): Promise<void> {
    return this.#connection.flush();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

interface Recorded {
  readonly subject: string;
  readonly bytes: Uint8Array;
}

export interface Recording {
  readonly frames: readonly Recorded[];
  stop(): void;
}

// Somebody with credentials who speaks the wire by hand, and says what no node and no command of ours would say.
import type { NatsConnection } from "nats";
import {
  type DecodedFrame,
  decodeFrame,
  decodeSignals,
  encodeFrame,
  encodeSignals,
} from "../../runtime/wire/codec.ts";
import { type Frame, type Signal, wireVersions } from "../../runtime/wire/frame.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { clusterName, eventually } from "./stage.ts";

const all = subjects(clusterName);

export class Stranger {
  readonly name: string;
  readonly connection: NatsConnection;
  readonly heard: DecodedFrame[] = [];
  readonly incarnation: number;
  #yours = 0;
  #seq = 0;

  /** @param name under which its credentials let it speak */
  constructor(connection: NatsConnection, name: string, incarnation = 1) {
    this.connection = connection;
    this.name = name;
    this.incarnation = incarnation;
    connection.subscribe(all.msgToIncarnation(name, incarnation), {
      callback: (error, { data }) => {
        if (error === null) this.heard.push(decodeFrame(new Uint8Array(data)));
      },
    });
  }

  /** The signals that came back in envelopes, in order. */
  get answers(): readonly Signal[] {
    return this.heard.flatMap((frame) => {
      if (frame.kind !== "envelope") return [];
      const decoded = decodeSignals(frame.body);
      return decoded.kind === "signals" ? decoded.signals : [];
    });
  }

  hello(half: number, incarnation = this.incarnation): Frame {
    return { kind: "hello", versions: wireVersions, incarnation, half, hidden: true, windowBytes: 1 << 20 };
  }

  say(to: string, frame: Frame | Uint8Array, from = this.name): void {
    const bytes = frame instanceof Uint8Array ? frame : encodeFrame(frame);
    this.connection.publish(all.msg(from, to, 0), bytes);
  }

  /** Has a session stand with a node. */
  async greet(to: string, half = 7): Promise<void> {
    this.say(to, this.hello(half));
    await eventually(`${to} says welcome`, () => this.#welcome(half) !== undefined);
    this.#yours = this.#welcome(half)?.half ?? 0;
    this.#seq = 0;
    this.say(to, { kind: "alive", yours: this.#yours, seq: 0, ack: 0 });
  }

  signals(to: string, ...signals: readonly Signal[]): void {
    this.body(to, encodeSignals(signals));
  }

  body(to: string, body: Uint8Array): void {
    this.#seq += 1;
    const ack = this.heard.reduce(
      (last, frame) => (frame.kind === "envelope" ? Math.max(last, frame.seq) : last),
      0,
    );
    this.say(to, { kind: "envelope", yours: this.#yours, seq: this.#seq, ack, body });
  }

  #welcome(half: number) {
    return this.heard.find(
      (frame): frame is Extract<Frame, { kind: "welcome" }> =>
        frame.kind === "welcome" && frame.yours === half,
    );
  }
}

// What a shell still has to say to its terminal, in order, and no faster than that takes it.
import type { Carrier } from "../../runtime/carrier.ts";
import {
  type Channel,
  type Head,
  hasRoom,
  newChannel,
  nextBeat,
  nextHead,
  owesBeat,
  receiveHead,
  type Verdict,
} from "./channel.ts";
import { encodeFrame, type NodeMessage } from "./frames.ts";
import { attachLimits as limits } from "./limits.ts";
import type { ShellOutput } from "./output.ts";
import { pieces } from "./shown-result.ts";

export interface Line {
  readonly carrier: Carrier;
  /** Where frames for the terminal go. */
  readonly subject: string;
}

export class Outbox {
  readonly #line: Line;
  readonly #output: ShellOutput;
  readonly #charactersMax: number;
  #channel: Channel = newChannel;
  #waiting: NodeMessage[] = [];
  #isBroken = false;

  constructor(line: Line, output: ShellOutput) {
    this.#line = line;
    this.#output = output;
    // Six bytes are the most that a character takes in JSON; the rest of a frame is small.
    const fitting = Math.floor((line.carrier.payloadBytesMax - frameBytesBeside) / 6);
    this.#charactersMax = Math.max(1, Math.min(limits.chunkCharactersMax, fitting));
  }

  /** True where the terminal cannot be reached any more, or takes nothing. */
  get isBroken(): boolean {
    return this.#isBroken || this.#waiting.length > limits.waitingFramesMax;
  }

  /** What was printed before comes before. */
  say(...messages: readonly NodeMessage[]): void {
    while (!this.#output.isEmpty) this.#waiting.push(this.#printed());
    this.#waiting.push(...messages);
    this.pump();
  }

  /** A result, in as many parts as it takes. */
  sayValue(id: number, text: string): void {
    const parts = pieces(text, this.#charactersMax);
    this.say(
      ...parts.map(
        (part, index) => ({ op: "value", id, text: part, isLast: index === parts.length - 1 }) as const,
      ),
    );
  }

  /** Sends what there is credit for. */
  pump(): void {
    while (hasRoom(this.#channel)) {
      const message = this.#waiting.shift() ?? (this.#output.isEmpty ? undefined : this.#printed());
      if (message === undefined) return;
      this.#send(message);
    }
  }

  beat(): void {
    const { channel, head } = nextBeat(this.#channel);
    this.#channel = channel;
    this.#publish(encodeFrame(head));
  }

  /** The last word, whether there is credit for it or not. */
  sayLast(message: NodeMessage): void {
    if (!this.#isBroken) this.#send(message);
  }

  receive(head: Head): Verdict {
    const { channel, verdict } = receiveHead(this.#channel, head);
    this.#channel = channel;
    if (verdict === "fresh" && owesBeat(channel)) this.beat();
    this.pump();
    return verdict;
  }

  #printed(): NodeMessage {
    return { op: "output", text: this.#output.take(this.#charactersMax) };
  }

  #send(message: NodeMessage): void {
    const { channel, head } = nextHead(this.#channel);
    this.#channel = channel;
    this.#publish(encodeFrame(head, message));
  }

  #publish(bytes: Uint8Array): void {
    if (!this.#line.carrier.publish(this.#line.subject, bytes)) this.#isBroken = true;
  }
}

/** Numbers, names of fields and an id. */
const frameBytesBeside = 500;

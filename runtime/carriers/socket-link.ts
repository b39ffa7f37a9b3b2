// One connection over a socket: frames both ways, a greeting first, and an end that says why.
import type { Socket } from "node:net";
import { sanitizeLine } from "../observe/sanitize.ts";
import type { TimerHandle, World } from "../world.ts";
import { carrierLimits } from "./limits.ts";
import {
  encodeSocketFrame,
  socketFrameKinds as kinds,
  type SocketFrame,
  type SocketFrameKind,
  SocketFrameReader,
} from "./socket-frame.ts";

export interface LinkEvents {
  /** The other side has said hello, as we do. */
  readonly onOpen: (link: SocketLink) => void;
  readonly onFrame: (link: SocketLink, frame: SocketFrame) => void;
  /** Once, and nothing after it. */
  readonly onEnd: (link: SocketLink, why: string) => void;
}

/** What this program speaks, told in each hello. */
const speech = "aiex-socket/1";

export class SocketLink {
  readonly #world: World;
  readonly #socket: Socket;
  readonly #events: LinkEvents;
  readonly #reader = new SocketFrameReader();
  readonly #closed: Promise<void>;
  #greeting: TimerHandle;
  #linger: TimerHandle;
  #isOpen = false;
  #isOver = false;
  #isCorked = false;

  constructor(world: World, socket: Socket, events: LinkEvents) {
    this.#world = world;
    this.#socket = socket;
    this.#events = events;
    this.#closed = new Promise((resolve) => {
      socket.once("close", () => {
        world.timers.clear(this.#linger);
        resolve();
      });
    });
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#over(`the connection failed: ${error.message}`));
    socket.on("close", () => this.#over("the other side closed the connection"));
    this.#greeting = world.timers.set(carrierLimits.greetingTimeoutMs, () =>
      this.cut(`it said no hello within ${carrierLimits.greetingTimeoutMs} ms`),
    );
    this.send(kinds.hello, { payload: Buffer.from(speech) });
  }

  /** Hands a frame to the system before anything else has a turn. What a peer lets lie is bounded. */
  send(kind: SocketFrameKind, fields?: Partial<Omit<SocketFrame, "kind">>): void {
    if (this.#isOver) return;
    this.#write(encodeSocketFrame(kind, fields));
    const waiting = this.#socket.writableLength;
    if (waiting > carrierLimits.pendingBytesMax) {
      this.cut(
        `it reads too slowly: ${waiting} bytes wait for it, of at most ${carrierLimits.pendingBytesMax}`,
      );
    }
  }

  /** Ends it, and tells the other side why as far as that still reads. Resolves when it has let go. */
  cut(why: string): Promise<void> {
    if (!this.#isOver) {
      this.#write(encodeSocketFrame(kinds.goodbye, { payload: Buffer.from(why) }));
      this.#over(why);
      this.#socket.end();
      this.#linger = this.#world.timers.set(carrierLimits.lingerMs, () => this.#socket.destroy());
    }
    return this.#closed;
  }

  #write(frame: Uint8Array): void {
    if (!this.#isCorked) {
      // All that one turn has to say goes out in one write, at the end of the turn and without waiting for another.
      this.#isCorked = true;
      this.#socket.cork();
      this.#world.turns.soon(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    const broken = this.#reader.read(chunk, (frame) => this.#take(frame));
    if (broken !== undefined) this.cut(broken);
  }

  #take(frame: SocketFrame): boolean {
    if (frame.kind === kinds.goodbye) {
      this.#over(`the other side said goodbye: ${textOf(frame.payload)}`);
      this.#socket.end();
      this.#socket.destroySoon();
    } else if (this.#isOpen) {
      this.#events.onFrame(this, frame);
    } else {
      this.#greet(frame);
    }
    return !this.#isOver;
  }

  #greet(frame: SocketFrame): void {
    const said = frame.kind === kinds.hello ? textOf(frame.payload) : "no hello";
    if (said !== speech) {
      this.cut(`it said "${said}" where "${speech}" is spoken`);
      return;
    }
    this.#world.timers.clear(this.#greeting);
    this.#isOpen = true;
    this.#events.onOpen(this);
  }

  #over(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#world.timers.clear(this.#greeting);
    this.#events.onEnd(this, why);
  }
}

/** Some words of a peer, safe to show. */
function textOf(payload: Uint8Array): string {
  return sanitizeLine(Buffer.from(payload.subarray(0, wordsBytesMax)).toString("utf8"));
}

/** A sentence. */
const wordsBytesMax = 200;

// One side of a session on the bench: lets things happen to it and writes down in short words what it wants done.
import type { Frame } from "../../../runtime/wire/frame.ts";
import { step } from "../../../runtime/wire/session.ts";
import {
  createSession,
  type Session,
  type SessionAction,
  type SessionEvent,
  type SessionOptions,
} from "../../../runtime/wire/session-state.ts";

/** An event without its time. */
type Timeless<Event> = Event extends SessionEvent ? Omit<Event, "now"> : never;

export class Side {
  readonly session: Session;
  now = 0;

  /** Halves are `first`, `first + 1` and so on. */
  constructor(first: number, options: Partial<SessionOptions> = {}) {
    let next = first;
    this.session = createSession({ incarnation: first, half: () => next++, ...options });
  }

  do(event: Timeless<SessionEvent>): readonly SessionAction[] {
    return step(this.session, { ...event, now: this.now } as SessionEvent);
  }

  /** What comes of an event, in short words. */
  words(event: Timeless<SessionEvent>): string[] {
    return this.do(event).map(actionText);
  }

  hear(frame: Frame): string[] {
    return this.words({ type: "frame", frame });
  }

  send(text: string): string[] {
    return this.words({ type: "send", body: bytes(text) });
  }

  /** What comes of the ticks of this many milliseconds. */
  pass(ms: number): string[] {
    const end = this.now + ms;
    const found: string[] = [];
    while (this.now < end) {
      this.now = Math.min(end, this.now + this.session.times.tickMs);
      found.push(...this.words({ type: "tick" }));
    }
    return found;
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function hello(half: number, more: Partial<Extract<Frame, { kind: "hello" }>> = {}): Frame {
  return {
    kind: "hello",
    versions: [1],
    incarnation: 200,
    half,
    hidden: false,
    windowBytes: 10_000,
    ...more,
  };
}

export function welcome(
  half: number,
  yours: number,
  more: { version?: number; windowBytes?: number } = {},
): Frame {
  return {
    kind: "welcome",
    version: 1,
    incarnation: 200,
    half,
    yours,
    hidden: false,
    windowBytes: 10_000,
    ...more,
  };
}

export function envelope(yours: number, seq: number, text: string, ack = 0): Frame {
  return { kind: "envelope", yours, seq, ack, body: bytes(text) };
}

export function alive(yours: number, seq = 0, ack = 0): Frame {
  return { kind: "alive", yours, seq, ack };
}

export function nack(yours: number, from: number): Frame {
  return { kind: "nack", yours, from };
}

/** A side whose session stands: its half is 100, that of the peer 200. */
export function standingSide(
  options: Partial<SessionOptions> = {},
  theirs: { windowBytes?: number } = {},
): Side {
  const side = new Side(100, options);
  side.do({ type: "connect" });
  side.hear(welcome(200, 100, theirs));
  side.hear(alive(100));
  return side;
}

function actionText(action: SessionAction): string {
  switch (action.type) {
    case "transmit":
      return `${frameText(action.frame)} to ${action.to}`;
    case "up":
      return `up ${action.incarnation}${action.hidden ? " hidden" : ""} version ${action.version}`;
    case "deliver":
      return `deliver ${new TextDecoder().decode(action.body)}`;
    case "window":
      return "window";
    case "broken":
      return `broken ${action.reason}${action.wasUp ? "" : " before up"} ${action.incarnation}`;
  }
}

export function frameText(frame: Frame): string {
  switch (frame.kind) {
    case "hello":
      return `hello ${frame.half}`;
    case "welcome":
      return `welcome ${frame.half}/${frame.yours}`;
    case "refuse":
      return `refuse /${frame.yours} ${frame.why}`;
    case "envelope":
      return `envelope /${frame.yours} ${frame.seq} ack ${frame.ack} ${new TextDecoder().decode(frame.body)}`;
    case "alive":
      return `alive /${frame.yours} ${frame.seq} ack ${frame.ack}`;
    case "nack":
      return `nack /${frame.yours} ${frame.from}`;
    case "reset":
      return `reset /${frame.yours}`;
    case "goodbye":
      return `goodbye /${frame.yours} ${frame.why}`;
    case "ping":
    case "pong":
      return frame.kind;
  }
}

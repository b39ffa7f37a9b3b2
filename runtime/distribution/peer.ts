// One other node, as long as anything is known of it: the session with it on one carrier, and the connection while there is one.
import type { Carrier } from "../carrier.ts";
import { Misuse } from "../process/failures.ts";
import type { Kernel } from "../process/kernel.ts";
import { encodeFrame } from "../wire/codec.ts";
import type { FragmentSignal, ReassemblyBudget } from "../wire/fragments.ts";
import type { Frame, Signal } from "../wire/frame.ts";
import { step } from "../wire/session.ts";
import {
  type BrokenReason,
  createSession,
  hasRoom,
  isConnecting,
  isUp,
  type Session,
  type SessionAction,
  type SessionEvent,
} from "../wire/session-state.ts";
import { decodeSignals } from "../wire/signals.ts";
import { Connection, type Line } from "./connection.ts";
import { type InboundOptions, receiveSignal } from "./inbound.ts";
import { distributionLimits } from "./limits.ts";
import { isForTools, refusalFor } from "./tools.ts";

export interface Broken {
  readonly reason: BrokenReason;
  readonly wasUp: boolean;
  readonly incarnation: number;
}

export interface PeerOptions {
  readonly kernel: Kernel;
  readonly name: string;
  /** A tool: only messages and calls are taken from it, and it is no member. */
  readonly isTool: boolean;
  readonly carrier: Carrier;
  /** This node is a tool itself. */
  readonly hidden: boolean;
  readonly factor: number;
  readonly half: () => number;
  readonly subjectFor: (incarnation: number) => string;
  /** What all tools together may keep here of large signals that are not whole. */
  readonly toolParts: ReassemblyBudget;
  readonly toGroup: InboundOptions["toGroup"];
  readonly onUp: (peer: Peer) => void;
  readonly onBroken: (peer: Peer, broken: Broken) => void;
}

export class Peer implements Line {
  readonly name: string;
  readonly carrier: Carrier;
  readonly #options: PeerOptions;
  readonly #session: Session;
  #connection: Connection | undefined;
  /** Signals that were refused and not told of yet, and when it was told last. */
  #untold = { signals: 0, why: "" };
  #refusedAt = Number.NEGATIVE_INFINITY;
  #lastSubject: { readonly to: number; readonly text: string } | undefined;
  #isTelling = false;
  /** What is to end the session, by those who are being told of it. */
  readonly #postponed: SessionEvent[] = [];
  #hidden: boolean;
  /** Of whoever said hello last: where frames go before a session stands. */
  #incarnation: number | undefined;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.name = options.name;
    this.carrier = options.carrier;
    this.#hidden = options.isTool;
    const { kernel, hidden, factor, half } = options;
    this.#session = createSession({ incarnation: kernel.incarnation, hidden, factor, half });
  }

  get isUp(): boolean {
    return isUp(this.#session);
  }

  get isHidden(): boolean {
    return this.#hidden;
  }

  /** True where nothing would be lost by forgetting it. */
  get isIdle(): boolean {
    return !isUp(this.#session) && !isConnecting(this.#session) && this.#session.answered === undefined;
  }

  get incarnation(): number | undefined {
    return this.#session.standing?.incarnation;
  }

  get hasRoom(): boolean {
    return hasRoom(this.#session);
  }

  /** The connection that signals go to now; made, and the session asked for, where there is none. */
  reach(): Connection {
    const connection = this.#opened();
    if (!isUp(this.#session) && !isConnecting(this.#session))
      this.happen({ type: "connect", now: this.#now() });
    return connection;
  }

  /** As `reach`, without connecting. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** True where `frame`, which names a half, belongs to the session with this peer. */
  owns(yours: number): boolean {
    const { standing, answered, greeting } = this.#session;
    return standing?.mine === yours || answered?.mine === yours || greeting?.half === yours;
  }

  /** True where it is this incarnation of a tool that it stands for. */
  isFor(incarnation: number): boolean {
    return this.#incarnation === incarnation;
  }

  /** Lets something happen to the session and does what that asks for. Everybody is told of one change before the next is made. */
  happen(event: SessionEvent): void {
    if (this.#isTelling && (event.type === "close" || event.type === "carrier_lost")) {
      this.#postponed.push(event);
      return;
    }
    if (event.type === "tick") this.#tellRefused(event.now);
    for (const action of step(this.#session, event)) this.#act(action);
    if (this.#isTelling || this.#postponed.length === 0) return;
    for (const postponed of this.#postponed.splice(0)) this.happen(postponed);
  }

  receive(frame: Frame): void {
    if (frame.kind === "hello" || frame.kind === "welcome") this.#incarnation = frame.incarnation;
    const isTool = this.#options.isTool;
    const told =
      isTool && (frame.kind === "hello" || frame.kind === "welcome") ? { ...frame, hidden: true } : frame;
    this.happen({ type: "frame", frame: told, now: this.#now() });
  }

  /** It beats: it is there, however busy. */
  heard(): void {
    this.happen({ type: "heard", now: this.#now() });
  }

  close(why: BrokenReason): void {
    this.happen({ type: "close", why, now: this.#now() });
  }

  send(body: Uint8Array): void {
    this.happen({ type: "send", body, now: this.#now() });
  }

  overrun(): void {
    this.close("overrun");
  }

  #act(action: SessionAction): void {
    switch (action.type) {
      case "transmit": {
        const to = action.to === 0 && this.#hidden ? (this.#incarnation ?? 0) : action.to;
        this.#transmit(to, action.frame);
        return;
      }
      case "up": {
        const connection = this.#opened();
        this.#hidden = action.hidden;
        this.#tell(() => this.#options.onUp(this));
        // Who heard of it may have ended it.
        if (!connection.hasEnded) connection.opened();
        return;
      }
      case "deliver":
        this.#deliver(action.body);
        return;
      case "window":
        this.#connection?.flush();
        return;
      case "broken": {
        const connection = this.#connection;
        this.#connection = undefined;
        this.#tell(() => {
          connection?.lose();
          this.#options.onBroken(this, action);
        });
      }
    }
  }

  #tell(tellAll: () => void): void {
    this.#isTelling = true;
    try {
      tellAll();
    } finally {
      this.#isTelling = false;
    }
  }

  /** A carrier that takes less than it did must not take the node along. */
  #transmit(to: number, frame: Frame): void {
    try {
      this.carrier.publish(this.#subjectFor(to), encodeFrame(frame));
    } catch (error) {
      const why = `${this.carrier.place} takes no ${frame.kind} for "${this.name}": ${String((error as Error).message)}`;
      this.#options.kernel.events.emit("membership_trouble", { why });
      this.#options.kernel.world.turns.soon(() => this.close("disconnect"));
    }
  }

  /** Nearly always the same as the last one, and dear to make. */
  #subjectFor(to: number): string {
    if (this.#lastSubject?.to !== to) this.#lastSubject = { to, text: this.#options.subjectFor(to) };
    return this.#lastSubject.text;
  }

  #opened(): Connection {
    if (this.#connection !== undefined) return this.#connection;
    const { kernel, isTool, toolParts } = this.#options;
    const connection = new Connection(kernel, this.name, this, isTool ? toolParts : undefined);
    this.#connection = connection;
    return connection;
  }

  #deliver(body: Uint8Array): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const decoded = decodeSignals(body);
    if (decoded.kind === "malformed") {
      this.#refused(1, decoded.why);
      this.close("protocol");
      return;
    }
    if (decoded.unknown > 0) this.#refused(decoded.unknown, "unknown kind of signal");
    const inbound = this.#inbound(connection);
    for (const signal of decoded.signals) {
      if (this.#hidden && !isForTools(signal)) this.#refuseTool(connection, signal);
      else if (!this.#carriesOut(connection, signal, inbound)) return;
      // What it did may have ended the session.
      if (connection.hasEnded) return;
    }
  }

  /** What cannot be carried out is lost, and nothing may be lost in silence. */
  #carriesOut(connection: Connection, signal: Signal, inbound: InboundOptions): boolean {
    try {
      receiveSignal(connection, signal, inbound);
      return true;
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      this.#refused(1, error.message);
      this.close("protocol");
      return false;
    }
  }

  #inbound(connection: Connection): InboundOptions {
    return {
      isTool: this.#hidden,
      toGroup: this.#options.toGroup,
      part: (part) => this.#part(connection, part),
    };
  }

  #part(connection: Connection, part: FragmentSignal): Signal | undefined {
    const whole = connection.reassembly.add(part);
    switch (whole.kind) {
      case "signal":
        if (!this.#hidden || isForTools(whole.signal)) return whole.signal;
        this.#refuseTool(connection, whole.signal);
        return undefined;
      case "waiting":
        return undefined;
      case "unknown":
        this.#refused(1, "unknown kind of signal");
        return undefined;
      default:
        // What it was part of is lost, and nothing may be lost in silence.
        this.#refused(1, whole.why);
        this.close("protocol");
        return undefined;
    }
  }

  #refuseTool(connection: Connection, signal: Signal): void {
    this.#refused(1, "not for tools");
    const answer = refusalFor(signal, this.#options.kernel.name);
    if (answer !== undefined) connection.transmit(answer);
  }

  /** The first is told at once, and those after it together. */
  #refused(signals: number, why: string): void {
    this.#untold = { signals: this.#untold.signals + signals, why };
    this.#tellRefused(this.#now());
  }

  #tellRefused(now: number): void {
    const { signals, why } = this.#untold;
    if (signals === 0 || now - this.#refusedAt < distributionLimits.refusalsToldMs) return;
    this.#refusedAt = now;
    this.#untold = { signals: 0, why };
    this.#options.kernel.events.emit("signals_refused", { peer: this.name, signals, why });
  }

  #now(): number {
    return this.#options.kernel.world.clock.now();
  }
}

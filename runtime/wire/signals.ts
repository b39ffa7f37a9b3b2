// Batches of signals as bytes, and back: the body of an envelope.
import { checkSendable } from "../process/data.ts";
import { Misuse } from "../process/failures.ts";
import { type Signal, signalKinds } from "./frame.ts";
import { wireLimits } from "./limits.ts";
import { MessageTooLarge } from "./message-too-large.ts";
import { roomOf, type Unpackable, whyUnpackable } from "./packable.ts";
import { pack, unpackAll } from "./packing.ts";
import { Refusal } from "./screen.ts";
import { fieldName, signalOf } from "./shape.ts";

/** Bytes that are not what they should be, and why, for an event. */
export interface Malformed {
  readonly kind: "malformed";
  readonly why: string;
}

/** A batch in its order, or nothing of it: half a batch would be a gap. `unknown` counts signals of later versions. */
export type DecodedSignals =
  | { readonly kind: "signals"; readonly signals: readonly Signal[]; readonly unknown: number }
  | Malformed;

/** Levels that a signal itself has around data of its sender: the tuple, and two of a failure or an error as data. */
const ownLevels = 3;

const startBytes = 16 * 1024;

/**
 * Signals on their way into one envelope. Each is packed as it is added: what its sender changes later does not travel, and
 * what cannot travel is refused where it was sent.
 */
export class SignalBatch {
  /** How many signals are in it. */
  count = 0;
  /** Bytes that `take` would give. */
  bytes = 0;
  #buffer = new Uint8Array(startBytes);

  /** True where the next signal belongs into another envelope. */
  get isFull(): boolean {
    return this.bytes >= wireLimits.envelopeBytesTarget;
  }

  /**
   * Adds a signal. Gives undefined; or, for one that is too long for an envelope and has not been added, its bytes: what is in
   * the batch goes first, then these as `fragmentsOf` cuts them.
   * @throws {Misuse} it holds what is no data, naming the place; {MessageTooLarge}. The batch is as it was
   */
  add(signal: Signal): Uint8Array | undefined {
    const packed = packSignal(signal);
    if (packed.length > wireLimits.wholeSignalBytesMax && signal[0] !== signalKinds.fragment)
      return new Uint8Array(packed);
    this.#append(packed);
    this.count += 1;
    return undefined;
  }

  /** The body of an envelope with all that was added, with room for the header in front of it; the batch is empty then. */
  take(): Uint8Array {
    const { frameHeaderBytes } = wireLimits;
    const whole = new Uint8Array(Buffer.allocUnsafeSlow(frameHeaderBytes + this.bytes).buffer);
    whole.set(this.#buffer.subarray(0, this.bytes), frameHeaderBytes);
    const body = whole.subarray(frameHeaderBytes);
    this.count = 0;
    this.bytes = 0;
    return body;
  }

  #append(packed: Uint8Array): void {
    const end = this.bytes + packed.length;
    if (end > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(end, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.bytes));
      this.#buffer = larger;
    }
    this.#buffer.set(packed, this.bytes);
    this.bytes = end;
  }
}

/**
 * The body with these signals.
 * @throws {Misuse} one holds what is no data, naming the place; {MessageTooLarge}
 */
export function encodeSignals(signals: readonly Signal[]): Uint8Array {
  const packed = signals.map((signal) => new Uint8Array(packSignal(signal)));
  const [only] = packed;
  if (only !== undefined && packed.length === 1) return only;
  const body = new Uint8Array(packed.reduce((bytes, { length }) => bytes + length, 0));
  let end = 0;
  for (const bytes of packed) {
    body.set(bytes, end);
    end += bytes.length;
  }
  return body;
}

/** Never throws. What it gives shares no memory with `body`. */
export function decodeSignals(body: Uint8Array): DecodedSignals {
  const { messageBytesMax } = wireLimits;
  if (body.length > messageBytesMax)
    return malformed(`${body.length} bytes of signals, above ${messageBytesMax}`);
  const signals: Signal[] = [];
  let unknown = 0;
  try {
    for (const value of unpackAll(body, -ownLevels)) {
      const signal = signalOf(value);
      if (signal === "unknown") unknown += 1;
      else if ("why" in signal) return malformed(signal.why);
      else signals.push(signal);
    }
  } catch (error) {
    if (error instanceof Refusal) return malformed(error.why);
    throw error;
  }
  return { kind: "signals", signals, unknown };
}

export function malformed(why: string): Malformed {
  return { kind: "malformed", why };
}

/** A view that lasts until the next call. */
function packSignal(signal: Signal): Uint8Array {
  const [kind] = signal;
  // A failure and an error hold the data of a process some levels down.
  const depth = kind === signalKinds.callFailed || kind === signalKinds.spawnFailed ? 1 - ownLevels : 0;
  const room = roomOf(signal.length);
  for (let index = 0; index < signal.length; index += 1) {
    const why = whyUnpackable(signal[index], depth, room);
    if (why !== undefined) throw refusal(why, signal[index], `the ${fieldName(kind, index)} of ${whole}`);
  }
  const packed = pack(signal);
  if (packed.length > wireLimits.messageBytesMax) throw refusal("too_large", signal, whole);
  return packed;
}

const whole = "a signal to another node";

function refusal(why: Unpackable, value: unknown, what: string): Error {
  if (why === "too_large") return new MessageTooLarge(what);
  checkSendable(value, what);
  return new Misuse(
    `${what} changes while it is looked at, or holds one part both near its top and too deep. Send plain data.`,
    { details: { what } },
  );
}

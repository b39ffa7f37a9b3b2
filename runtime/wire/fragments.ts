// A signal that is too long for an envelope, in parts, so that ticks and short signals get in between; and whole again.
import { type Signal, signalKinds } from "./frame.ts";
import { wireLimits } from "./limits.ts";
import { decodeSignals, type Malformed, malformed } from "./signals.ts";

export type FragmentSignal = Extract<Signal, readonly [typeof signalKinds.fragment, ...unknown[]]>;

/** What a part came to. `unknown` is a signal of a later version. All but `waiting` and `signal` and `unknown` break a session. */
export type Reassembled =
  | { readonly kind: "waiting" }
  | { readonly kind: "signal"; readonly signal: Signal }
  | { readonly kind: "unknown" }
  | { readonly kind: "too_large"; readonly why: string }
  | Malformed;

/** The parts of one signal's bytes, in order, each for an envelope of its own. They are views on `bytes`. */
export function fragmentsOf(bytes: Uint8Array, from: number, id: number): readonly FragmentSignal[] {
  const { fragmentBytes } = wireLimits;
  const count = Math.max(1, Math.ceil(bytes.length / fragmentBytes));
  return Array.from({ length: count }, (_, index) => [
    signalKinds.fragment,
    from,
    id,
    index === count - 1,
    bytes.subarray(index * fragmentBytes, (index + 1) * fragmentBytes),
  ]);
}

interface Unfinished {
  readonly from: number;
  buffer: Uint8Array;
  bytes: number;
}

const waiting: Reassembled = { kind: "waiting" };

/** Bytes of unfinished signals that several sessions may keep together. */
export interface ReassemblyBudget {
  bytes: number;
}

/** The unfinished signals of one session. What it keeps is bounded, whatever the peer sends; dropped with the session. */
export class Reassembly {
  /** What is kept, in bytes: the room that parts of any size take, not only the parts. */
  bytes = 0;
  readonly #unfinished = new Map<number, Unfinished>();
  readonly #shared: ReassemblyBudget;

  /** `shared` is the budget of all that have it, besides the session's own. */
  constructor(shared: ReassemblyBudget = { bytes: 0 }) {
    this.#shared = shared;
  }

  /** How many signals are not whole yet. */
  get count(): number {
    return this.#unfinished.size;
  }

  add([, from, id, isLast, part]: FragmentSignal): Reassembled {
    if (part.length === 0) return malformed("an empty part of a signal");
    const { messageBytesMax, reassemblyBytesMax, reassembliesMax } = wireLimits;
    const unfinished = this.#unfinished.get(id) ?? { from, buffer: new Uint8Array(0), bytes: 0 };
    if (unfinished.from !== from) return malformed("parts of one signal from two processes");
    if (unfinished.bytes + part.length > messageBytesMax)
      return tooLarge(`a signal of more than ${messageBytesMax} bytes`);
    if (unfinished.bytes === 0 && this.count >= reassembliesMax)
      return tooLarge(`more than ${reassembliesMax} signals that are not whole`);
    const grown = roomFor(unfinished, part.length);
    if (Math.max(this.bytes, this.#shared.bytes) + grown - unfinished.buffer.length > reassemblyBytesMax)
      return tooLarge(`signals that are not whole of more than ${reassemblyBytesMax} bytes`);
    this.#append(id, unfinished, part, grown);
    if (!isLast) return waiting;
    this.#unfinished.delete(id);
    this.#keep(-unfinished.buffer.length);
    return wholeSignal(unfinished.buffer.subarray(0, unfinished.bytes));
  }

  /** Forgets all parts. */
  clear(): void {
    this.#unfinished.clear();
    this.#keep(-this.bytes);
  }

  #keep(bytes: number): void {
    this.bytes += bytes;
    this.#shared.bytes += bytes;
  }

  #append(id: number, unfinished: Unfinished, part: Uint8Array, room: number): void {
    if (room !== unfinished.buffer.length) {
      const buffer = new Uint8Array(room);
      buffer.set(unfinished.buffer.subarray(0, unfinished.bytes));
      this.#keep(room - unfinished.buffer.length);
      unfinished.buffer = buffer;
    }
    unfinished.buffer.set(part, unfinished.bytes);
    unfinished.bytes += part.length;
    this.#unfinished.set(id, unfinished);
  }
}

/** Twice as much each time, so that many small parts cost no more than a few large ones. */
function roomFor({ buffer, bytes }: Unfinished, more: number): number {
  const needed = bytes + more;
  if (needed <= buffer.length) return buffer.length;
  return Math.min(Math.max(needed, buffer.length * 2), wireLimits.messageBytesMax);
}

function wholeSignal(bytes: Uint8Array): Reassembled {
  const decoded = decodeSignals(bytes);
  if (decoded.kind === "malformed") return decoded;
  const [signal] = decoded.signals;
  if (decoded.signals.length + decoded.unknown !== 1) return malformed("parts that are not one signal");
  if (signal === undefined) return { kind: "unknown" };
  if (signal[0] === signalKinds.fragment) return malformed("a part of a signal in parts");
  return { kind: "signal", signal };
}

function tooLarge(why: string): Reassembled {
  return { kind: "too_large", why };
}

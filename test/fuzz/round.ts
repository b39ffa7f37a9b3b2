// One mutated frame, made from its own seed and read as a node reads it: what is accepted must be what frame.ts says.
import { decodeFrame, decodeSignals, encodeFrame, encodeSignals } from "../../runtime/wire/codec.ts";
import { Reassembly } from "../../runtime/wire/fragments.ts";
import { type Signal, signalKinds } from "../../runtime/wire/frame.ts";
import { unreadable } from "../../runtime/wire/packing.ts";
import { Chance } from "./chance.ts";
import { mutate } from "./mutate.ts";
import { frames, signals } from "./samples.ts";

/** What a frame came to; `accepted` counts signals that passed. */
export interface Played {
  readonly bytes: Uint8Array;
  readonly outcome: "frame" | "malformed" | "unknown";
  readonly accepted: number;
}

const bodies: readonly Uint8Array[] = [
  ...signals.map((signal) => encodeSignals([signal])),
  encodeSignals(signals),
];
const valid: readonly Uint8Array[] = [...frames.map(encodeFrame), ...bodies.map(inEnvelope)];

/** The bytes of frame `number` of `seed`: each can be made again without those before it. */
export function hostileFrame(seed: number, number: number): Uint8Array {
  const chance = new Chance(seed ^ Math.imul(number + 1, 0x85ebca6b));
  // Half are broken inside of a frame that is fine, for what breaks the frame itself shields what is in it.
  if (chance.below(2) === 0) return inEnvelope(mutate(chance.one(bodies), chance, () => chance.one(bodies)));
  return mutate(chance.one(valid), chance, () => chance.one(valid));
}

/**
 * Reads a frame as a node does.
 * @throws whatever the code under test throws; {Error} it let something pass that is none of its catalogue
 */
export function readFrame(bytes: Uint8Array): Omit<Played, "bytes"> {
  const frame = decodeFrame(bytes);
  if (frame.kind === "malformed" || frame.kind === "unknown") return { outcome: frame.kind, accepted: 0 };
  if (frame.kind !== "envelope") {
    encodeFrame(frame);
    return { outcome: "frame", accepted: 0 };
  }
  const decoded = decodeSignals(frame.body);
  if (decoded.kind === "malformed") {
    if (decoded.why.startsWith(unreadable)) throw new Error(`The screen has let pass: ${decoded.why}`);
    return { outcome: "malformed", accepted: 0 };
  }
  const reassembly = new Reassembly();
  for (const signal of decoded.signals) {
    checkSignal(signal);
    if (signal[0] === signalKinds.fragment) reassembly.add(signal);
  }
  // What was accepted is data, and data can be sent on.
  if (decoded.signals.length > 0) encodeSignals(decoded.signals);
  return { outcome: "frame", accepted: decoded.signals.length };
}

/** Throws where hostile bytes have reached a prototype. */
export function checkPrototypes(): void {
  for (const prototype of [Object.prototype, Array.prototype])
    for (const key in prototype) throw new Error(`A frame has put "${key}" onto a prototype.`);
}

function inEnvelope(body: Uint8Array): Uint8Array {
  return encodeFrame({ kind: "envelope", yours: 1, seq: 2, ack: 3, body });
}

function checkSignal(signal: Signal): void {
  const [kind, from] = signal;
  if (!Array.isArray(signal) || !Number.isSafeInteger(kind) || !Number.isSafeInteger(from) || from < 0)
    throw new Error(`A signal has passed that is none: ${JSON.stringify(signal).slice(0, 200)}`);
}

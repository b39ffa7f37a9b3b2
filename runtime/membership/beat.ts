// A heartbeat: what a node says of itself once a second, and how it is written. JSON, so that people can read along.
import { membershipLimits } from "./limits.ts";

/** `joining` has no work yet, `draining` takes no more, `leaving` is the last word. */
export const nodeStates = ["joining", "up", "draining", "leaving"] as const;
export type NodeState = (typeof nodeStates)[number];

export interface Beat {
  readonly incarnation: number;
  /** Rises with each beat of an incarnation, by one or more. */
  readonly seq: number;
  readonly state: NodeState;
  /** The share of its time that the event loop was busy, from 0 to 1. */
  readonly load: number;
  /** How late the event loop is, in milliseconds. */
  readonly lagMs: number;
  readonly host: string;
  readonly osPid: number;
  /** Of the program. */
  readonly version: string;
}

/** Later versions of a beat only add fields. */
const version = 1;

export function encodeBeat(beat: Beat): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({
      v: version,
      ...beat,
      load: Math.round(beat.load * 1_000) / 1_000,
      lagMs: Math.round(beat.lagMs),
      host: beat.host.slice(0, membershipLimits.hostCharactersMax),
      version: beat.version.slice(0, membershipLimits.versionCharactersMax),
    }),
  );
}

/** Undefined for everything that is no beat. */
export function decodeBeat(bytes: Uint8Array): Beat | undefined {
  if (bytes.byteLength > membershipLimits.beatBytesMax) return undefined;
  const value = parse(bytes);
  if (typeof value !== "object" || value === null) return undefined;
  const { v, incarnation, seq, state, load, lagMs, host, osPid, version } = value as Record<string, unknown>;
  if (!isCount(v) || v === 0 || !isCount(incarnation) || !isCount(seq) || !isCount(osPid)) return undefined;
  if (!isState(state) || !isAmount(load) || load > 1 || !isAmount(lagMs)) return undefined;
  if (!isText(host, membershipLimits.hostCharactersMax)) return undefined;
  if (!isText(version, membershipLimits.versionCharactersMax)) return undefined;
  return { incarnation, seq, state, load, lagMs, host, osPid, version };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isText(value: unknown, charactersMax: number): value is string {
  return typeof value === "string" && value.length <= charactersMax;
}

function isState(value: unknown): value is NodeState {
  return nodeStates.some((state) => state === value);
}

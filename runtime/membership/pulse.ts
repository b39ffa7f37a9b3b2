// The seam to what beats: from the main thread, or from a thread of its own that goes on while the main one is busy.
import type { Carrier } from "../carrier.ts";
import type { World } from "../world.ts";
import type { Beat, NodeState } from "./beat.ts";
import type { MembershipTimes } from "./limits.ts";

/** What a beat says and never changes. */
export type BeatOrigin = Pick<Beat, "incarnation" | "host" | "osPid" | "version">;

export interface PulseStatus {
  readonly state: NodeState;
  /** From 0 to 1. */
  readonly load: number;
}

export interface PulseOptions {
  readonly world: World;
  /** Of the node. A pulse with a connection of its own falls back on it. */
  readonly carrier: Carrier;
  readonly subject: string;
  readonly origin: BeatOrigin;
  readonly status: PulseStatus;
  readonly times: MembershipTimes;
  /** It does not beat the way it should; it still beats. */
  readonly onTrouble: (why: string) => void;
}

export interface Pulse {
  /** Beats that went out so far. */
  readonly sentBeats: number;
  /** Says that the main thread goes on, and what the next beats say. A new state is told at once. */
  tick(status: PulseStatus): void;
  /** Ends it; with a farewell, the last beat says `leaving`. */
  stop(options: { readonly farewell: boolean }): Promise<void>;
}

export type StartPulse = (options: PulseOptions) => Pulse;

// What a process hosts, as the process sees it: start, take a message, end. Three behaviours implement it:
// XState logic, servers and plain functions.
import type { ExitReason } from "./exit-reason.ts";
import type { Item } from "./mailbox.ts";

/** The behaviour wants its process to end with `reason`, after `terminate`. */
export class Stopping {
  readonly reason: ExitReason;
  constructor(reason: ExitReason) {
    this.reason = reason;
  }
}

/** `init` refuses: the start fails with `reason`. `quiet` ends the process `normal` (OTP 26's `{error, Reason}`). */
export class InitRefused {
  readonly reason: ExitReason;
  readonly quiet: boolean;
  constructor(reason: ExitReason, quiet: boolean) {
    this.reason = reason;
    this.quiet = quiet;
  }
}

/** `init` declines: the start answers `ignore` and the process ends `normal`. */
export class InitIgnored {}

export type InitOutcome = undefined | Stopping | InitRefused | InitIgnored;
export type Outcome = undefined | Stopping;

/** What a behaviour tells to whoever looks into its process. */
export interface Insight {
  readonly kind: "server" | "machine" | "logic" | "function";
  /** The state itself: the same value as before where it has not changed. */
  readonly state: unknown;
  /** Events that were put aside, where the behaviour can do that. */
  readonly postponed?: number;
}

export interface Behaviour {
  /** True when the behaviour takes messages out of the mailbox by itself (`receive` in a function). */
  readonly pulls: boolean;
  /** Runs in the first turn, before the start is acknowledged. What it throws fails the start. */
  init(input: unknown): InitOutcome | Promise<InitOutcome>;
  /** Runs right after the start was acknowledged and before any message (OTP: `continue` from init). */
  started(): Outcome | Promise<Outcome>;
  /** Handles one message. While a promise of it is pending no other message is handled. What it throws ends the process. */
  receive(item: Item): Outcome | Promise<Outcome>;
  /** Something is in the mailbox; called instead of `receive` when the behaviour pulls. */
  arrived(): void;
  /** The mailbox is empty after a message: idle timeouts start here. */
  waits(): void;
  /** An orderly end or a crash, with the reason. Not called for a kill, nor for an exit signal that was not trapped. */
  terminate(reason: ExitReason): void | Promise<void>;
  /** Last of all and always, even for a kill: lets go of whatever the behaviour holds. Must not wait. */
  release(): void;
  /** The state, as shown in crash reports. */
  state(): unknown;
  /** What the logic came to, once it is done. */
  output(): unknown;
  /** Left out where there is nothing to see but `state`. */
  insight?(): Insight;
  /**
   * Puts what `change` makes of the state in its place. Left out where no state could be replaced.
   * @throws what `change` throws, and for a state that cannot be; then the state is as before
   */
  replaceState?(change: (state: unknown) => unknown): void;
}

// Membership's core at work: a node called "self", others that beat when a test says so, and everything that it decided.
import type { Beat } from "../../../runtime/membership/beat.ts";
import { membershipTimes } from "../../../runtime/membership/limits.ts";
import {
  admits,
  createMembership,
  type MembershipAction,
  type MembershipEvent,
  step,
} from "../../../runtime/membership/membership.ts";

export const times = membershipTimes(1);

function beatOf(given: Partial<Beat> = {}): Beat {
  return {
    incarnation: 100,
    seq: 1,
    state: "up",
    load: 0,
    lagMs: 0,
    host: "there",
    osPid: 7,
    version: "0.1.0",
    ...given,
  };
}

export class Scene {
  readonly state;
  now = 0;
  readonly #seqs = new Map<string, number>();

  constructor(incarnation = 50) {
    const self = { name: "self", incarnation, host: "here", osPid: 1 };
    this.state = createMembership(self, times, 0);
  }

  /** What is decided at `event`, in words. */
  at(event: MembershipEvent): readonly string[] {
    return step(this.state, event, this.now).map(inWords);
  }

  /** The next beat of a node. */
  beat(node: string, given: Partial<Beat> = {}): readonly string[] {
    const seq = (this.#seqs.get(node) ?? 0) + 1;
    this.#seqs.set(node, seq);
    return this.at({ type: "beat", node, beat: beatOf({ seq, ...given }) });
  }

  /** Lets time pass, with its ticks. `beating` nodes beat every second. Gives what was decided, each with its time. */
  pass(durationMs: number, beating: readonly string[] = []): readonly string[] {
    const decided: string[] = [];
    const end = this.now + durationMs;
    while (this.now < end) {
      this.now += times.tickMs;
      const actions = this.now % 1_000 === 0 ? beating.flatMap((node) => this.beat(node)) : [];
      for (const action of [...actions, ...this.at({ type: "tick" })]) decided.push(`${this.now} ${action}`);
    }
    return decided;
  }

  admits(node: string, incarnation = 100): boolean {
    return admits(this.state, node, incarnation, this.now);
  }

  get members(): readonly string[] {
    return [...this.state.peers.values()].filter(({ isMember }) => isMember).map(({ node }) => node);
  }
}

function inWords(action: MembershipAction): string {
  switch (action.type) {
    case "connect":
    case "ping":
      return `${action.type} ${action.node} ${action.incarnation}`;
    case "down":
      return `down ${action.node} ${action.incarnation} ${action.reason}`;
    case "conflict":
      return `conflict ${action.incarnation} ${action.host} ${action.osPid}`;
    default:
      return action.type;
  }
}

/** Without the pings. */
export function verdicts(decided: readonly string[]): readonly string[] {
  return decided.filter((action) => !action.includes("ping"));
}

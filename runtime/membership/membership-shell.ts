// Membership over one carrier: beats, listens, asks, looks, and tells what the core decides.
import type { Carrier, Incoming } from "../carrier.ts";
import type { Subjects } from "../wire/subject.ts";
import type { TimerHandle, World } from "../world.ts";
import { type Beat, decodeBeat, type NodeState } from "./beat.ts";
import type { MembershipTimes } from "./limits.ts";
import {
  admits,
  createMembership,
  type DownReason,
  type MembershipAction,
  type MembershipEvent,
  type MembershipState,
  type Peer,
  step,
} from "./membership.ts";
import { ping } from "./ping.ts";
import type { Pulse, PulseStatus, StartPulse } from "./pulse.ts";
import type { Identity } from "./rival.ts";

export interface MembershipListener {
  /** A node was seen for the first time, is back, or lives on after its session has broken: make one where there is none. */
  onConnect(node: string, incarnation: number): void;
  /** It is a member no more: its session is over. */
  onDown(node: string, incarnation: number, reason: DownReason): void;
  /** A member has beaten, and its event loop is not stuck: it is there, however long it has said nothing else. */
  onBeat(node: string, incarnation: number): void;
  /** This program stood still for `gapMs`, longer than others wait: every session is over. Nothing else comes before this. */
  onBreakAll(gapMs: number): void;
  /** Somebody else has the own name; `mustLeave` where that one has the better claim. After that nothing is told any more. */
  onConflict(rival: Identity, mustLeave: boolean): void;
  /** Something is not as it should be, in words, and membership goes on. */
  onTrouble(why: string): void;
}

export interface MembershipOptions {
  readonly world: World;
  readonly carrier: Carrier;
  readonly subjects: Subjects;
  readonly self: Identity;
  /** Of the program. */
  readonly version: string;
  readonly times: MembershipTimes;
  readonly startPulse: StartPulse;
  /** The share of its time that the event loop was busy since the last call, from 0 to 1. Left out, 0. */
  readonly load?: () => number;
  readonly listener: MembershipListener;
}

export interface MemberInfo {
  readonly name: string;
  readonly incarnation: number;
  readonly state: NodeState;
  readonly load: number;
  /** As of its last beat. */
  readonly lagMs: number;
  readonly host: string;
  readonly osPid: number;
  readonly version: string;
  readonly heardMsAgo: number;
  /** Silent, or so busy that others would be silent. */
  readonly suspect: boolean;
}

export class Membership {
  readonly #options: MembershipOptions;
  readonly #core: MembershipState;
  readonly #pulse: Pulse;
  readonly #releases: readonly (() => void)[];
  #state: NodeState = "joining";
  #timer: TimerHandle;
  #tickedAt: number;
  #beatsAtTick = 0;
  #isStopped = false;

  /** Listens and beats from now on, as `joining`. Claim the name before. */
  constructor(options: MembershipOptions) {
    this.#options = options;
    const { world, carrier, subjects, self, times, version, listener } = options;
    const now = world.clock.now();
    this.#tickedAt = now;
    this.#core = createMembership(self, times, now);
    if (carrier.state !== "connected") this.#core.sightSince = undefined;
    const beats = carrier.subscribe(subjects.beats(), (incoming) => this.#onBeat(incoming));
    const releaseState = carrier.onState((state) =>
      this.#step({ type: state === "connected" ? "carrier_back" : "carrier_lost" }),
    );
    this.#releases = [() => beats.unsubscribe(), releaseState];
    this.#pulse = options.startPulse({
      world,
      carrier,
      times,
      subject: subjects.beat(self.name),
      origin: { incarnation: self.incarnation, host: self.host, osPid: self.osPid, version },
      status: this.#status(),
      onTrouble: (why) => listener.onTrouble(why),
    });
    this.#plan();
  }

  /** The other members, sorted by name. */
  members(): readonly MemberInfo[] {
    const now = this.#options.world.clock.now();
    const members = [...this.#core.peers.values()].filter((peer) => peer.isMember);
    return members.map((peer) => this.#info(peer, now)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  member(node: string): MemberInfo | undefined {
    const peer = this.#core.peers.get(node);
    return peer?.isMember ? this.#info(peer, this.#options.world.clock.now()) : undefined;
  }

  /** False where a hello of this node is not to be answered yet: it was judged down and is held, or this incarnation is over. */
  admits(node: string, incarnation: number): boolean {
    return admits(this.#core, node, incarnation, this.#options.world.clock.now());
  }

  /** Tells of any frame that this incarnation has sent. */
  heard(node: string, incarnation: number): void {
    this.#step({ type: "traffic", node, incarnation });
  }

  /** Tells that the session with this incarnation has broken, or did not come up: `onConnect` comes when it is time for another. */
  broken(node: string, incarnation: number): void {
    this.#step({ type: "broken", node, incarnation });
  }

  /** Tells that a node has said goodbye for good. */
  left(node: string, incarnation: number): void {
    this.#step({ type: "left", node, incarnation });
  }

  /**
   * To be called before anything is handled that has come in: where this program stood still for too long, every session
   * breaks first, and by `onBreakAll`. Costs a look at the clock.
   */
  thaw(): void {
    const { world, times } = this.#options;
    const now = world.clock.now();
    const gapMs = now - this.#tickedAt;
    if (gapMs <= times.downMs || this.#isStopped) return;
    // Others have heard a pulse that beats by itself all the time, but where it stood still as well.
    const beats = this.#pulse.sentBeats - this.#beatsAtTick;
    const silentMs = gapMs - beats * times.beatMs;
    this.#noteTick(now);
    if (silentMs > times.downMs || gapMs > times.stuckMs) this.#step({ type: "frozen", gapMs });
  }

  /** What the beats say from now on; they say so at once. */
  setState(state: "up" | "draining"): void {
    this.#state = state;
    this.#pulse.tick(this.#status());
  }

  /** Ends it. With a farewell the others hear that this node leaves: say goodbye on every session before. */
  async stop(options: { readonly farewell: boolean }): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#options.world.timers.clear(this.#timer);
    for (const release of this.#releases) release();
    await this.#pulse.stop(options);
  }

  #onBeat({ subject, payload }: Incoming): void {
    const parsed = this.#options.subjects.parse(subject);
    const beat = decodeBeat(payload);
    if (parsed?.kind !== "beat" || beat === undefined) return;
    this.thaw();
    this.#step({ type: "beat", node: parsed.node, beat });
    const { listener, times } = this.#options;
    const isLive = beat.lagMs < times.stuckMs && this.#core.peers.get(parsed.node)?.isMember === true;
    if (isLive) listener.onBeat(parsed.node, beat.incarnation);
  }

  #plan(): void {
    this.#timer = this.#options.world.timers.set(this.#options.times.tickMs, () => {
      this.thaw();
      this.#noteTick(this.#options.world.clock.now());
      this.#pulse.tick(this.#status());
      this.#step({ type: "tick" });
      if (!this.#isStopped) this.#plan();
    });
  }

  #noteTick(now: number): void {
    this.#tickedAt = now;
    this.#beatsAtTick = this.#pulse.sentBeats;
  }

  #status(): PulseStatus {
    return { state: this.#state, load: this.#options.load?.() ?? 0 };
  }

  #step(event: MembershipEvent): void {
    if (this.#isStopped) return;
    const actions = step(this.#core, event, this.#options.world.clock.now());
    for (const action of actions) this.#act(action, event);
  }

  #act(action: MembershipAction, cause: MembershipEvent): void {
    const { listener, self } = this.#options;
    switch (action.type) {
      case "connect":
        listener.onConnect(action.node, action.incarnation);
        break;
      case "down":
        listener.onDown(action.node, action.incarnation, action.reason);
        break;
      case "break_all":
        listener.onBreakAll(cause.type === "frozen" ? cause.gapMs : 0);
        break;
      case "conflict":
        listener.onConflict({ name: self.name, ...identityOf(action) }, this.#core.hasLeft);
        break;
      case "ping":
        void this.#ping(action.node, action.incarnation);
        break;
    }
  }

  async #ping(node: string, incarnation: number): Promise<void> {
    const { world, carrier, subjects, self, times } = this.#options;
    const outcome = await ping(world, carrier, {
      subject: subjects.msg(self.name, node, incarnation),
      incarnation: self.incarnation,
      timeoutMs: times.confirmMs,
    });
    this.#step({ type: "ping_result", node, incarnation, outcome });
  }

  #info(peer: Peer, now: number): MemberInfo {
    const { state, load, lagMs, ...origin } = withoutSeq(peer.beat);
    const suspect = peer.suspectedAt !== undefined || lagMs >= this.#options.times.silentMs;
    return { name: peer.node, ...origin, state, load, lagMs, heardMsAgo: now - peer.heardAt, suspect };
  }
}

function identityOf({ incarnation, host, osPid }: Omit<Identity, "name">): Omit<Identity, "name"> {
  return { incarnation, host, osPid };
}

function withoutSeq({ seq, ...rest }: Beat): Omit<Beat, "seq"> {
  return rest;
}

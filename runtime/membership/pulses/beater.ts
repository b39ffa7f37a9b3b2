// Beats over a carrier: at once, then once an interval that varies, and whenever the carrier is back.
import type { Carrier } from "../../carrier.ts";
import type { TimerHandle, World } from "../../world.ts";
import { encodeBeat } from "../beat.ts";
import type { MembershipTimes } from "../limits.ts";
import type { BeatOrigin, PulseStatus } from "../pulse.ts";

export interface BeaterOptions {
  readonly world: World;
  readonly carrier: Carrier;
  readonly subject: string;
  readonly origin: BeatOrigin;
  readonly times: MembershipTimes;
  /** The number of the first beat. */
  readonly seq: number;
  /** What the next beat says. `lateMs` is how late its timer came. */
  readonly read: (lateMs: number) => PulseStatus & { readonly lagMs: number };
}

/** The part of an interval that a beat may come earlier. */
const jitter = 0.2;

export class Beater {
  readonly #options: BeaterOptions;
  readonly #releaseState: () => void;
  #seq: number;
  #timer: TimerHandle;
  sentBeats = 0;

  constructor(options: BeaterOptions) {
    this.#options = options;
    this.#seq = options.seq;
    this.#releaseState = options.carrier.onState((state) => {
      if (state === "connected") this.beat();
    });
    this.beat();
  }

  /** Beats now. Where the carrier takes nothing, the beat is lost. */
  beat(lateMs = 0): void {
    this.#options.world.timers.clear(this.#timer);
    const { state, load, lagMs } = this.#options.read(lateMs);
    this.#send(state, load, lagMs);
    this.#plan();
  }

  stop({ farewell }: { readonly farewell: boolean }): void {
    this.#options.world.timers.clear(this.#timer);
    this.#releaseState();
    if (farewell) this.#send("leaving", 0, 0);
  }

  #send(state: PulseStatus["state"], load: number, lagMs: number): void {
    const { carrier, subject, origin } = this.#options;
    const beat = encodeBeat({ ...origin, seq: this.#seq, state, load, lagMs });
    this.#seq += 1;
    if (carrier.publish(subject, beat)) this.sentBeats += 1;
  }

  #plan(): void {
    const { world, times } = this.#options;
    const delayMs = times.beatMs * (1 - jitter * world.random.next());
    const due = world.clock.now() + delayMs;
    this.#timer = world.timers.set(delayMs, () => this.beat(Math.max(0, world.clock.now() - due)));
  }
}

/**
 * The number of a first beat: above those of every beat that an earlier pulse of this incarnation has sent, since no pulse
 * beats a thousand times a second.
 */
export function firstSeq(world: World): number {
  return Math.ceil(world.clock.now());
}

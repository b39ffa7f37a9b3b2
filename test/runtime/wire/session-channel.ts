// Two nodes with a session between them over a channel that loses, copies, delays and reorders; all by one seed, in virtual time.
import type { Frame } from "../../../runtime/wire/frame.ts";
import { step } from "../../../runtime/wire/session.ts";
import type { SessionEvent } from "../../../runtime/wire/session-state.ts";
import {
  createSession,
  hasRoom,
  isUp,
  type Session,
  type SessionAction,
} from "../../../runtime/wire/session-state.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { frameText } from "./session-side.ts";

/** What one program of a node saw of one session of its. */
export interface Chapter {
  readonly incarnation: number;
  readonly peerIncarnation: number;
  readonly mine: number;
  readonly theirs: number;
  /** What it came about by. */
  readonly by: string;
  readonly sent: string[];
  readonly delivered: string[];
  brokenBy: string | undefined;
}

/** How likely each fault is for one frame, from 0 to 1, and for one step of the play. */
export interface Odds {
  readonly loss: number;
  readonly copy: number;
  readonly delay: number;
  readonly cut: number;
  readonly disconnect: number;
  readonly restart: number;
  readonly close: number;
}

const stepMs = 10;
const delayMsMax = 4_000;

interface Flight {
  readonly from: number;
  readonly toIncarnation: number;
  readonly frame: Frame;
}

class Program {
  readonly incarnation: number;
  readonly session: Session;
  /** Windows of a few envelopes, so that they fill. */
  constructor(incarnation: number, half: () => number, windowBytes: number) {
    this.incarnation = incarnation;
    this.session = createSession({ incarnation, half, windowBytes });
  }
}

export class Channel {
  readonly chapters: readonly [Chapter[], Chapter[]] = [[], []];
  readonly problems: string[] = [];
  /** What was said and heard, where it is asked for. */
  readonly trace: string[] = [];
  nowMs = 0;
  readonly #isTraced: boolean;
  readonly #next: () => number;
  readonly #windows: readonly number[];
  readonly #programs: [Program, Program];
  /** By the time of their arrival. */
  readonly #flights = new Map<number, Flight[]>();
  #last = 0;
  /** Per direction, until when nothing comes through. */
  readonly #cutUntilMs = [0, 0];
  /** Per side, until when its carrier is away. */
  readonly #awayUntilMs = [0, 0];
  #odds: Odds;

  constructor(seed: number, odds: Odds, isTraced = false) {
    this.#isTraced = isTraced;
    const { random } = simulatedWorld({ seed });
    this.#next = random.next;
    this.#odds = odds;
    this.#windows = [this.#between(1, 2_000), this.#between(1, 2_000)];
    this.#programs = [this.#program(0), this.#program(1)];
  }

  /** Plays for so long in virtual time; without faults where `isCalm`. */
  play(ms: number, isCalm = false): void {
    for (const end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs += stepMs;
      for (const side of [0, 1] as const) {
        if (!isCalm) this.#strike(side);
        if (this.#isAway(side)) continue;
        if (this.#chance(0.05)) this.#do(side, { type: "connect", now: this.nowMs });
        while (isUp(this.#session(side)) && hasRoom(this.#session(side)) && this.#chance(0.5))
          this.#send(side);
        if (this.nowMs % 50 === 0) this.#do(side, { type: "tick", now: this.nowMs });
      }
      this.#arrive(isCalm);
    }
  }

  /** Whether both stand in one and the same session. */
  get isAgreed(): boolean {
    const [one, other] = this.#programs.map(({ session }) => session.standing);
    return one !== undefined && one.mine === other?.theirs && one.theirs === other.mine;
  }

  #session(side: 0 | 1): Session {
    return this.#programs[side].session;
  }

  #program(side: 0 | 1): Program {
    this.#last += 1;
    const half = (): number => {
      this.#last += 1;
      return this.#last;
    };
    return new Program(this.#last, half, this.#windows[side] ?? 1);
  }

  #strike(side: 0 | 1): void {
    const { cut, disconnect, restart, close } = this.#odds;
    if (this.#chance(cut)) this.#cutUntilMs[side] = this.nowMs + this.#between(1, 6_000);
    if (this.#chance(disconnect)) {
      this.#awayUntilMs[side] = this.nowMs + this.#between(1, 2_000);
      this.#do(side, { type: "carrier_lost", now: this.nowMs });
    }
    if (this.#chance(close)) this.#do(side, { type: "close", why: "down", now: this.nowMs });
    if (!this.#chance(restart)) return;
    const chapter = this.#chapter(side);
    if (chapter !== undefined && chapter.brokenBy === undefined) chapter.brokenBy = "restart";
    this.#note(() => `${side} restarts`);
    this.#programs[side] = this.#program(side);
  }

  #send(side: 0 | 1): void {
    const chapter = this.#chapter(side);
    const text = `${side} ${chapter?.mine} ${(chapter?.sent.length ?? 0) + 1}`.padEnd(
      this.#between(1, 200),
      ".",
    );
    chapter?.sent.push(text);
    this.#do(side, { type: "send", body: new TextEncoder().encode(text), now: this.nowMs });
  }

  #do(side: 0 | 1, event: SessionEvent): void {
    const by = event.type === "frame" ? event.frame.kind : event.type;
    for (const action of step(this.#session(side), event)) this.#perform(side, action, by);
  }

  #perform(side: 0 | 1, action: SessionAction, by: string): void {
    const { incarnation, session } = this.#programs[side];
    const chapter = this.#chapter(side);
    const isOpen = chapter !== undefined && chapter.brokenBy === undefined;
    switch (action.type) {
      case "transmit":
        this.#fly(side, action.to, action.frame);
        break;
      case "up":
        this.#note(() => `${side} up ${session.standing?.mine}/${session.standing?.theirs}`);
        if (isOpen) this.problems.push(`${side} is up twice`);
        this.chapters[side].push({
          incarnation,
          peerIncarnation: action.incarnation,
          mine: session.standing?.mine ?? 0,
          theirs: session.standing?.theirs ?? 0,
          by,
          sent: [],
          delivered: [],
          brokenBy: undefined,
        });
        break;
      case "deliver":
        if (!isOpen) this.problems.push(`${side} delivers where nothing stands`);
        chapter?.delivered.push(new TextDecoder().decode(action.body));
        break;
      case "broken":
        this.#note(() => `${side} broken ${action.reason} ${action.wasUp}`);
        if (action.wasUp !== isOpen) this.problems.push(`${side} breaks what does not stand`);
        if (action.wasUp && chapter !== undefined) chapter.brokenBy = action.reason;
        break;
      case "window":
        if (!hasRoom(session)) this.problems.push(`${side} is told of room that is not there`);
        break;
    }
  }

  #chapter(side: 0 | 1): Chapter | undefined {
    const chapter = this.chapters[side].at(-1);
    return chapter?.incarnation === this.#programs[side].incarnation ? chapter : undefined;
  }

  #fly(from: 0 | 1, toIncarnation: number, frame: Frame): void {
    if (this.#isAway(from)) return;
    const copies = this.#chance(this.#odds.copy) ? this.#between(2, 3) : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const isLate = this.#chance(this.#odds.delay) || copy > 0;
      const ticks = Math.ceil((isLate ? this.#between(1, delayMsMax) : 1) / stepMs);
      const dueMs = this.nowMs + ticks * stepMs;
      const flights = this.#flights.get(dueMs) ?? [];
      this.#flights.set(dueMs, flights);
      flights.push({ from, toIncarnation, frame });
    }
    this.#note(() => `${from} says ${frameText(frame)}`);
  }

  #arrive(isCalm: boolean): void {
    const due = this.#flights.get(this.nowMs) ?? [];
    this.#flights.delete(this.nowMs);
    for (const { from, frame, toIncarnation } of due) {
      const to = from === 0 ? 1 : 0;
      const { incarnation } = this.#programs[to];
      if (toIncarnation !== 0 && toIncarnation !== incarnation) continue;
      if (this.#isAway(to)) continue;
      if (!isCalm && (this.nowMs < (this.#cutUntilMs[from] ?? 0) || this.#chance(this.#odds.loss))) continue;
      this.#note(() => `${to} hears ${frameText(frame)}`);
      this.#do(to, { type: "frame", frame, now: this.nowMs });
    }
  }

  #note(text: () => string): void {
    if (this.#isTraced) this.trace.push(`${this.nowMs} ${text()}`);
  }

  #isAway(side: 0 | 1): boolean {
    return this.nowMs < (this.#awayUntilMs[side] ?? 0);
  }

  #chance(odds: number): boolean {
    return this.#next() < odds;
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }
}

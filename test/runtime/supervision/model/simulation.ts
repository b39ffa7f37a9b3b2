// The model's own small world: processes as generators, one run queue, timers. It shares no code with the runtime.
import type { ExitReason } from "../../../../runtime/index.ts";

export type Letter =
  | { readonly type: "exit"; readonly from: Actor; readonly reason: ExitReason }
  | { readonly type: "stop"; readonly reason: ExitReason }
  | { readonly type: "retry"; readonly key: unknown }
  | {
      readonly type: "call";
      readonly request: string;
      readonly argument: unknown;
      readonly answer: (answer: string) => void;
    };

export type StartResult =
  | { readonly is: "started"; readonly actor: Actor }
  | { readonly is: "ignored" }
  | { readonly is: "failed"; readonly reason: ExitReason };

type Wait =
  | { readonly type: "sleep"; readonly delayMs: number }
  | { readonly type: "letter" }
  | { readonly type: "end"; readonly of: Actor; readonly timeoutMs: number }
  /** Until `hear` is called. */
  | { readonly type: "start" };

/** What an actor does; it ends itself with `actor.finish`. */
export type Doing<T> = Generator<Wait, T, unknown>;

interface Alarm {
  readonly due: number;
  readonly owner: unknown;
  readonly run: () => void;
  isOff: boolean;
}

export class Simulation {
  now = 0;
  /** Two things of different causes were due at one instant: their order is open, and there is nothing to predict. */
  hasTie = false;
  readonly actors = new Set<Actor>();
  #alarms: Alarm[] = [];
  #queue: (() => void)[] = [];

  soon(run: () => void): void {
    this.#queue.push(run);
  }

  after(delayMs: number, owner: unknown, run: () => void): Alarm {
    const alarm = { due: this.now + delayMs, owner, run, isOff: false };
    this.#alarms.push(alarm);
    return alarm;
  }

  runUntil(endMs: number): void {
    for (;;) {
      this.#drain();
      this.#alarms = this.#alarms.filter((alarm) => !alarm.isOff);
      const next = this.#alarms.reduce<Alarm | undefined>(
        (first, alarm) => (first === undefined || alarm.due < first.due ? alarm : first),
        undefined,
      );
      if (next === undefined || next.due > endMs) break;
      const rivals = this.#alarms.filter(({ due, owner }) => due === next.due && owner !== next.owner);
      if (rivals.length > 0) this.hasTie = true;
      this.now = next.due;
      next.isOff = true;
      next.run();
    }
    this.now = endMs;
  }

  #drain(): void {
    for (let run = this.#queue.shift(); run !== undefined; run = this.#queue.shift()) run();
  }
}

export class Actor {
  readonly world: Simulation;
  readonly label: string;
  readonly parent: Actor | undefined;
  readonly traps: boolean;
  reason: ExitReason | undefined;
  /** Linked children and the linked parent. */
  readonly links = new Set<Actor>();
  readonly letters: Letter[] = [];
  readonly whenEnded: ((reason: ExitReason) => void)[] = [];
  /** The letter it is at: if that is a call, its caller is told when the actor is gone. */
  handling: Letter | undefined;
  #starter: ((result: StartResult) => void) | undefined;
  #doing: Doing<void> | undefined;
  #waitsForLetter = false;
  #alarm: Alarm | undefined;

  constructor(world: Simulation, label: string, parent: Actor | undefined, traps: boolean) {
    this.world = world;
    this.label = label;
    this.parent = parent;
    this.traps = traps;
    world.actors.add(this);
    if (parent === undefined) return;
    this.links.add(parent);
    parent.links.add(this);
  }

  get isAlive(): boolean {
    return this.reason === undefined;
  }

  get isStarting(): boolean {
    return this.#starter !== undefined;
  }

  begin(doing: Doing<void>, starter: (result: StartResult) => void): void {
    this.#starter = starter;
    this.#doing = doing;
    this.#resume(undefined);
  }

  /**
   * Tells the starter that the actor is ready. With letters waiting, both have something to do now: what one does to the
   * other first is open.
   */
  acknowledge(): void {
    if (this.letters.length > 0) this.world.hasTie = true;
    this.#starter?.({ is: "started", actor: this });
    this.#starter = undefined;
  }

  post(letter: Letter): void {
    if (!this.isAlive) {
      if (letter.type === "call") letter.answer("gone");
      return;
    }
    this.letters.push(letter);
    if (!this.#waitsForLetter) return;
    this.#waitsForLetter = false;
    this.#resume(undefined);
  }

  signal(from: Actor | undefined, reason: ExitReason): void {
    if (!this.isAlive) return;
    if (reason === "kill") this.finish("killed");
    else if (this.traps && from !== undefined) this.post({ type: "exit", from, reason });
    else if (reason !== "normal") this.finish(reason);
  }

  finish(reason: ExitReason, start: StartResult = { is: "failed", reason }): void {
    if (!this.isAlive) return;
    this.reason = reason;
    this.world.actors.delete(this);
    if (this.#alarm !== undefined) this.#alarm.isOff = true;
    for (const letter of [this.handling, ...this.letters]) if (letter?.type === "call") letter.answer("gone");
    for (const tell of this.whenEnded) tell(reason);
    const { isStarting } = this;
    for (const peer of this.links) {
      peer.links.delete(this);
      // A supervisor hears of a failed start by its answer alone.
      if (!(isStarting && peer === this.parent)) peer.signal(this, reason);
    }
    this.#starter?.(start);
  }

  #resume(value: unknown): void {
    this.world.soon(() => {
      if (!this.isAlive || this.#doing === undefined) return;
      const { value: wait, done } = this.#doing.next(value);
      if (done !== true) this.#wait(wait);
    });
  }

  #wait(wait: Wait): void {
    switch (wait.type) {
      case "sleep":
        if (wait.delayMs === Number.POSITIVE_INFINITY) return;
        if (wait.delayMs === 0) this.#resume(undefined);
        else this.#alarm = this.world.after(wait.delayMs, this, () => this.#resume(undefined));
        return;
      case "letter":
        if (this.letters.length > 0) this.#resume(undefined);
        else this.#waitsForLetter = true;
        return;
      case "start":
        return;
      case "end":
        this.#waitForEnd(wait.of, wait.timeoutMs);
    }
  }

  #waitForEnd(of: Actor, timeoutMs: number): void {
    if (of.reason !== undefined) {
      this.#resume(of.reason);
      return;
    }
    let isOver = false;
    const settle = (value: ExitReason | undefined): void => {
      if (isOver) return;
      isOver = true;
      if (this.#alarm !== undefined) this.#alarm.isOff = true;
      this.#resume(value);
    };
    of.whenEnded.push(settle);
    if (timeoutMs !== Number.POSITIVE_INFINITY)
      this.#alarm = this.world.after(timeoutMs, this, () => settle(undefined));
  }

  /** Goes on with how a start came out. */
  hear(result: StartResult): void {
    this.#resume(result);
  }
}

export function* sleep(delayMs: number): Doing<void> {
  yield { type: "sleep", delayMs };
}

export function* nextLetter(actor: Actor): Doing<Letter> {
  actor.handling = undefined;
  for (;;) {
    yield { type: "letter" };
    const letter = actor.letters.shift();
    if (letter === undefined) continue;
    actor.handling = letter;
    return letter;
  }
}

/** The reason of its end, or undefined when that takes longer. */
export function* endOf(of: Actor, timeoutMs: number): Doing<ExitReason | undefined> {
  return (yield { type: "end", of, timeoutMs }) as ExitReason | undefined;
}

/** How a start comes out of which `hear` is told. */
export function* startResult(): Doing<StartResult> {
  return (yield { type: "start" }) as StartResult;
}

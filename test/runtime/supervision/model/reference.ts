// The reference model: OTP's supervisor rules as one plain sequential story for each supervisor, written from the rules
// and not from the runtime. It predicts every report, every answer and who is left.
import type { ExitReason } from "../../../../runtime/index.ts";
import {
  chosen,
  type Deed,
  type DynamicPlan,
  endMs,
  type Plan,
  type Play,
  placeOf,
  placesOf,
  type Record,
  reasonText,
  rootPath,
  type SupervisorPlan,
  splitPath,
  startOf,
  type WorkerPlan,
} from "./plan.ts";
import { DynamicStory } from "./reference-dynamic.ts";
import { SupervisorStory } from "./reference-supervisor.ts";
import {
  Actor,
  type Doing,
  nextLetter,
  Simulation,
  type StartResult,
  sleep,
  startResult,
} from "./simulation.ts";

export interface Prediction extends Record {
  readonly hasTie: boolean;
}

/** Plays `play` by the rules alone. */
export function predict(play: Play): Prediction {
  return new Reference(play).run();
}

export class Reference {
  readonly world = new Simulation();
  readonly #play: Play;
  readonly #attempts = new Map<string, number>();
  readonly #latest = new Map<string, Actor>();
  readonly #reports: { [label: string]: string[] } = {};
  readonly #answers: (string | undefined)[] = [];

  constructor(play: Play) {
    this.#play = play;
  }

  run(): Prediction {
    const { root, commands } = this.#play;
    this.spawn(root, rootPath, undefined, () => {});
    let atMs = 0;
    for (const [index, { afterMs, deed }] of commands.entries()) {
      atMs += afterMs;
      this.world.after(atMs, "the player", () => this.#perform(index, deed));
    }
    this.world.runUntil(endMs);
    const children: { [label: string]: string | undefined } = {};
    const alive = [...this.world.actors];
    for (const actor of alive.filter(({ label }) => label in this.#reports)) {
      const answer = (text: string): void => {
        children[actor.label] = text;
      };
      children[actor.label] = undefined;
      actor.post({ type: "call", request: "which_children", argument: undefined, answer });
    }
    this.world.runUntil(endMs);
    return {
      reports: this.#reports,
      answers: commands.map((_, index) => this.#answers[index]),
      alive: alive.map(({ label }) => label).sort(),
      children,
      hasTie: this.world.hasTie,
    };
  }

  report(actor: Actor, text: string): void {
    this.#reports[actor.label]?.push(`${this.world.now} ${text}`);
  }

  /** Starts a child and waits until it is ready, as the supervisor `by`. */
  *start(plan: Plan, path: string, by: Actor): Doing<StartResult> {
    this.spawn(plan, path, by, (result) => by.hear(result));
    return yield* startResult();
  }

  spawn(plan: Plan, path: string, by: Actor | undefined, starter: (result: StartResult) => void): void {
    const attempt = (this.#attempts.get(path) ?? 0) + 1;
    this.#attempts.set(path, attempt);
    const actor = new Actor(this.world, `${path}#${attempt}`, by, plan.kind !== "worker" || plan.traps);
    this.#latest.set(path, actor);
    if (plan.kind !== "worker") this.#reports[actor.label] = [];
    actor.begin(this.#life(actor, plan, path, attempt), starter);
  }

  *#life(actor: Actor, plan: Plan, path: string, attempt: number): Doing<void> {
    const { outcome, delayMs } = startOf(plan, attempt);
    yield* sleep(delayMs);
    if (outcome === "ignore") actor.finish("normal", { is: "ignored" });
    else if (outcome === "refuse") actor.finish("refused");
    else if (outcome === "throw") actor.finish({ error: "thrown" });
    else if (plan.kind === "worker") yield* this.#work(actor, plan);
    else if (plan.kind === "dynamic") yield* new DynamicStory(this, actor, plan, path).tell();
    else yield* new SupervisorStory(this, actor, plan, path).tell();
  }

  *#work(actor: Actor, plan: WorkerPlan): Doing<void> {
    actor.acknowledge();
    for (;;) {
      const letter = yield* nextLetter(actor);
      if (letter.type === "stop") return actor.finish(letter.reason);
      if (letter.type !== "exit" || letter.from !== actor.parent) continue;
      yield* sleep(plan.stopMs);
      return actor.finish(plan.stopReason ?? letter.reason);
    }
  }

  #end(actor: Actor | undefined, reason: ExitReason): void {
    // What happens first to one that ends by itself in the moment in which it is ready is open: left out.
    if (actor?.isStarting === false) actor.post({ type: "stop", reason });
  }

  #supervisorAt(path: string): Actor | undefined {
    const found = this.#latest.get(path);
    const isReady = found?.isStarting === false && found.label in this.#reports;
    return isReady ? found : undefined;
  }

  #perform(index: number, deed: Deed): void {
    const places = placesOf(this.#play);
    const answer = (text: string): void => {
      this.#answers[index] ??= `${this.world.now} ${text}`;
    };
    switch (deed.type) {
      case "end":
        this.#end(this.#latest.get(placeOf(places, deed.path)), deed.reason);
        return;
      case "kill":
        this.#latest.get(placeOf(places, deed.path))?.signal(undefined, "kill");
        return;
      case "start_child":
      case "which_children":
      case "count_children": {
        const target = this.#supervisorAt(chosen(places.supervisors, deed.supervisor));
        const argument = deed.type === "start_child" ? deed.spec : undefined;
        if (target === undefined) answer("gone");
        else target.post({ type: "call", request: deed.type, argument, answer });
        return;
      }
      default: {
        const path = placeOf(places, deed.path);
        const { parent, id } = splitPath(path);
        const target = this.#supervisorAt(parent ?? "");
        const argument = { id, actor: this.#latest.get(path) };
        if (target === undefined) answer("gone");
        else target.post({ type: "call", request: deed.type, argument, answer });
      }
    }
  }
}

export interface Named {
  readonly id: string;
  /** The latest that was started at that place. */
  readonly actor: Actor | undefined;
}

export function isOrderly(reason: ExitReason): boolean {
  return reason === "normal" || reason === "shutdown" || (typeof reason === "object" && "shutdown" in reason);
}

/** What a stopped child is reported with besides its end; undefined where it ended as it was told. */
export function isStopUnexpected(plan: Plan, reason: ExitReason): boolean {
  if (plan.shutdownMs === "brutal_kill" ? reason === "killed" : reason === "shutdown") return false;
  return plan.restart === "permanent" || !isOrderly(reason);
}

/** Restarts in the window, this one included; undefined when that is one too many. */
export function countRestart(
  times: number[],
  now: number,
  plan: SupervisorPlan | DynamicPlan,
): number | undefined {
  const inWindow = [...times, now].filter((time) => time + plan.withinMs >= now);
  times.splice(0, times.length, ...inWindow);
  return inWindow.length > plan.maxRestarts ? undefined : inWindow.length;
}

export function exitText(plan: Plan, id: string, reason: ExitReason): string {
  return `exited ${id} ${reasonText(reason)}${plan.restart === "permanent" || !isOrderly(reason) ? " error" : ""}`;
}

/** Takes the exit of one that has ended out of the letters. */
export function takeExit(actor: Actor, child: Actor): void {
  const at = actor.letters.findIndex((letter) => letter.type === "exit" && letter.from === child);
  if (at >= 0) actor.letters.splice(at, 1);
}

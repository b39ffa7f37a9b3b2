// A spy on a logic: counts what its processes are asked, over all their restarts, and has them fail, die or dawdle at chosen points.
import { functionBehaviour } from "../logic/function.ts";
import {
  type AnyLogic,
  childDefaultsOf,
  hostLogic,
  type InputOf,
  logicName,
  type NativeLogic,
  type ProtocolOf,
} from "../logic/logic.ts";
import type { Behaviour, Outcome } from "../process/behaviour.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import type { Item } from "../process/mailbox.ts";
import { sleep } from "../process/messaging.ts";
import type { Process } from "../process/process.ts";

/** `message` is any message that the logic is handed; `message:bump` one of that type: a call, a cast, an event or a plain one. */
export type SpyPoint = "init" | "terminate" | "message" | `message:${string}`;

export interface When {
  /** Which time the point is reached, from now on and over all processes of the logic. The next by default. */
  readonly nth?: number;
  /** How often in a row from there; once by default, Infinity for ever. */
  readonly times?: number;
}

export interface FailOptions extends When {
  /** What is thrown there. */
  readonly error?: unknown;
}

type Deed =
  | { readonly does: "fail"; readonly error: unknown }
  | { readonly does: "kill" }
  | { readonly does: "delay"; readonly delayMs: number };

interface Plan {
  readonly point: SpyPoint;
  readonly from: number;
  readonly to: number;
  readonly deed: Deed;
  reached: number;
}

/** A spy on `logic`: start its `logic` in place of the one it was given. */
export function spyOn<L extends AnyLogic>(logic: L): Spy<L> {
  return new Spy(logic);
}

export class Spy<L extends AnyLogic> {
  /** What to start. */
  readonly logic: NativeLogic<ProtocolOf<L>, InputOf<L>>;
  readonly #counts = new Map<SpyPoint, number>();
  readonly #plans: Plan[] = [];
  readonly #readsItself: boolean;

  constructor(logic: L) {
    const defaults = childDefaultsOf(logic);
    this.#readsItself = typeof logic === "function";
    this.logic = {
      logicName: logicName(logic),
      host: (process) => this.#host(process, logic),
      ...(defaults === undefined ? {} : { childDefaults: defaults }),
    };
  }

  /** How often the point was reached. */
  count(point: SpyPoint): number {
    return this.#counts.get(point) ?? 0;
  }

  /** Throws at the point, in place of what the logic does there. */
  fail(point: SpyPoint, options: FailOptions = {}): void {
    const { error = new Error(`injected at ${point}`), ...when } = options;
    this.#plan(point, when, { does: "fail", error });
  }

  /** Kills the process at the point, before the logic does anything there. */
  kill(point: SpyPoint, when: When = {}): void {
    this.#plan(point, when, { does: "kill" });
  }

  /** Has the process wait at the point before the logic does what it does there. */
  delay(point: SpyPoint, delayMs: number, when: When = {}): void {
    this.#plan(point, when, { does: "delay", delayMs });
  }

  #plan(point: SpyPoint, { nth = 1, times = 1 }: When, deed: Deed): void {
    this.#checkPoint(point);
    if (!(nth >= 1 && times >= 1))
      throw new Misuse(`nth and times count from 1; given were ${nth} and ${times}.`);
    this.#plans.push({ point, from: nth, to: nth + times - 1, deed, reached: 0 });
  }

  #checkPoint(point: SpyPoint): void {
    if (!/^(init|terminate|message|message:.+)$/s.test(point)) {
      throw new Misuse(
        `"${point}" is no point of a logic. The points are: init, terminate, message, and message:TYPE for one type.`,
      );
    }
    if (this.#readsItself && point !== "init") {
      throw new Misuse(
        `A function reads its messages itself, so "${point}" cannot be seen. Its one point is init.`,
      );
    }
  }

  #host(process: Process, logic: L): Behaviour {
    const at: At = (points, go) => carryOut(process, this.#reach(points), go);
    if (typeof logic !== "function") return spied(hostLogic(process, logic), at);
    return functionBehaviour(process, (input: InputOf<L>) => at(["init"], () => logic(input)));
  }

  /** Counts, and gives what is planned: the first plan whose turn it is. */
  #reach(points: readonly SpyPoint[]): Deed | undefined {
    for (const point of points) this.#counts.set(point, this.count(point) + 1);
    const here = this.#plans.filter(({ point }) => points.includes(point));
    for (const plan of here) plan.reached += 1;
    return here.find(({ reached, from, to }) => reached >= from && reached <= to)?.deed;
  }
}

type At = <T>(points: readonly SpyPoint[], go: () => T | Promise<T>) => T | Promise<T>;

function carryOut<T>(process: Process, deed: Deed | undefined, go: () => T | Promise<T>): T | Promise<T> {
  switch (deed?.does) {
    case undefined:
      return go();
    case "fail":
      throw deed.error;
    case "kill":
      process.doomWith("killed");
      // Nothing of what it was about to do may happen any more.
      return new Promise(() => {});
    case "delay":
      return sleep(process, deed.delayMs).then(go);
  }
}

function spied(inner: Behaviour, at: At): Behaviour {
  const { insight, replaceState } = inner;
  return {
    pulls: inner.pulls,
    init: (input: unknown) => at(["init"], () => inner.init(input)),
    started: () => inner.started(),
    receive: (item: Item) =>
      at(["message", `message:${item.type}`], () => inner.receive(item)) as Outcome | Promise<Outcome>,
    arrived: () => inner.arrived(),
    waits: () => inner.waits(),
    terminate: (reason: ExitReason) =>
      at(["terminate"], () => inner.terminate(reason)) as void | Promise<void>,
    release: () => inner.release(),
    state: () => inner.state(),
    output: () => inner.output(),
    ...(insight === undefined ? {} : { insight: insight.bind(inner) }),
    ...(replaceState === undefined ? {} : { replaceState: replaceState.bind(inner) }),
  };
}

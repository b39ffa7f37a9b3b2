// The behaviour of a durable process: that of its logic, which it starts from a checkpoint, and tells of after every turn.
import type { Behaviour, InitOutcome, Insight, Outcome } from "../process/behaviour.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import type { Item } from "../process/mailbox.ts";
import type { Process } from "../process/process.ts";
import type { Capture, Checkpoint, CheckpointKeeper, CheckpointParts } from "./checkpoint.ts";
import { copyOfCheckpoint } from "./codec.ts";
import type { DurableLogic } from "./durable.ts";
import { NotPlaced } from "./failures.ts";
import { type Keeping, SettleTurn } from "./keeping.ts";

export interface RestoredOptions {
  /** Where the process begins; without one it begins from its input. */
  readonly checkpoint?: Checkpoint | undefined;
  /**
   * Called after the start, after every message that was handled, and after actors inside have changed: whether that changed
   * anything nobody can tell, since a state may be changed in place. `capture` is the same function each time. It may be called
   * whenever none of the process's code runs, and gives what is so at that moment; where it gives nothing, ask again later.
   */
  readonly settled?: ((capture: Capture) => void) | undefined;
  /** Where `saveCheckpoint` has checkpoints kept. */
  readonly keeper?: CheckpointKeeper | undefined;
}

interface Waiting {
  readonly resolve: (saved: Promise<void>) => void;
  readonly reject: (thrown: unknown) => void;
}

export class DurableBehaviour implements Behaviour {
  readonly pulls = false;
  readonly #process: Process;
  readonly #durable: DurableLogic;
  readonly #options: RestoredOptions;
  readonly #keeping: Keeping;
  /** True from the start on while code of the behaviour runs, and once it has ended. */
  #isBusy = true;
  #willSettle = false;
  #waiting: Waiting[] = [];
  #hasTold = false;

  constructor(
    process: Process,
    durable: DurableLogic,
    options: RestoredOptions,
    keepingOf: (changed: () => void) => Keeping,
  ) {
    this.#process = process;
    this.#durable = durable;
    this.#options = options;
    this.#keeping = keepingOf(() => this.#settleSoon());
  }

  init(input: unknown): InitOutcome | Promise<InitOutcome> {
    const { checkpoint } = this.#options;
    // Each start has its own: XState writes into what it restores from, and the same logic may be started again.
    return checkpoint === undefined
      ? this.#keeping.init(input)
      : this.#keeping.resume(copyOfCheckpoint(checkpoint));
  }

  started(): Outcome | Promise<Outcome> {
    const { onRestored } = this.#durable;
    if (this.#options.checkpoint !== undefined && onRestored !== undefined)
      this.#process.deliver(onRestored, true);
    return this.#after(this.#keeping.behaviour.started());
  }

  receive(item: Item): Outcome | Promise<Outcome> {
    this.#isBusy = true;
    return this.#after(this.#keeping.behaviour.receive(item));
  }

  arrived(): void {}

  waits(): void {
    this.#keeping.behaviour.waits();
  }

  terminate(reason: ExitReason): void | Promise<void> {
    this.#isBusy = true;
    return this.#keeping.behaviour.terminate(reason);
  }

  release(): void {
    this.#isBusy = true;
    this.#keeping.behaviour.release();
  }

  state(): unknown {
    return this.#keeping.behaviour.state();
  }

  output(): unknown {
    return this.#keeping.behaviour.output();
  }

  insight(): Insight {
    const { behaviour } = this.#keeping;
    return behaviour.insight?.() ?? { kind: "logic", state: behaviour.state() };
  }

  replaceState(change: (state: unknown) => unknown): void {
    this.#keeping.behaviour.replaceState?.(change);
    this.#settleSoon();
  }

  /** As `saveCheckpoint`; `given` has the state where there is one. */
  save(given: readonly unknown[]): Promise<void> {
    const { keeper } = this.#options;
    if (keeper === undefined) throw new NotPlaced(`"${this.#process.logicName}"`);
    if (this.#keeping.savesInTurn) {
      const snapshot = given.length > 0 ? given[0] : this.#keeping.state();
      return keeper.save(this.#checkpoint({ snapshot, delays: [], postponed: [] }));
    }
    if (given.length > 0) {
      throw new Misuse(
        "saveCheckpoint takes a state in a server alone; XState logic has its own. Call it without one.",
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#settleSoon();
    });
  }

  #after(outcome: Outcome | Promise<Outcome>): Outcome | Promise<Outcome> {
    return outcome instanceof Promise
      ? outcome.then((settled) => this.#settled(settled))
      : this.#settled(outcome);
  }

  /** A turn is over, and nothing else of the process runs. */
  #settled(outcome: Outcome): Outcome {
    if (outcome !== undefined) return outcome;
    this.#isBusy = false;
    this.#tell();
    return undefined;
  }

  /** Something changes outside of the behaviour's turns, and may not be done with it. */
  #settleSoon(): void {
    if (this.#willSettle || this.#isBusy) return;
    this.#willSettle = true;
    this.#process.deliver(
      new SettleTurn(() => {
        this.#willSettle = false;
        this.#tell();
      }),
    );
  }

  #tell(): void {
    if (!this.#process.isAlive) return;
    const { settled, keeper } = this.#options;
    if (keeper !== undefined && this.#waiting.length > 0) this.#saveWaiting(keeper);
    settled?.(this.#capture);
  }

  #saveWaiting(keeper: CheckpointKeeper): void {
    try {
      const checkpoint = this.#capture();
      if (checkpoint === undefined) {
        // What is in the way may come to nothing, and then nothing else would ask again.
        if (this.#process.mailbox.length > 0) this.#settleSoon();
        return;
      }
      const saved = keeper.save(checkpoint);
      for (const { resolve } of this.#waiting.splice(0)) resolve(saved);
    } catch (thrown) {
      for (const { reject } of this.#waiting.splice(0)) reject(thrown);
    }
  }

  readonly #capture: Capture = () => {
    if (this.#isBusy || !this.#process.isAlive) return undefined;
    if (this.#durable.isAtRest?.(this.#keeping.state()) === false) return undefined;
    const parts = this.#keeping.capture();
    if (parts === undefined) return undefined;
    this.#tellLeftOut();
    return this.#checkpoint(parts);
  };

  #checkpoint(parts: CheckpointParts): Checkpoint {
    const { key, version } = this.#durable;
    return { v: 1, key, version, ...parts };
  }

  /** Once, and not where the author sees to it: what the process has that goes with it. */
  #tellLeftOut(): void {
    if (this.#hasTold || this.#durable.onRestored !== undefined) return;
    const { kernel, pid, name, timers, watching } = this.#process;
    const hasTimers = timers?.toArray().some(({ sendsMessage }) => sendsMessage) === true;
    const hasMonitors = watching !== undefined && watching.size > 0;
    if (!hasTimers && !hasMonitors) return;
    this.#hasTold = true;
    const what = hasTimers && hasMonitors ? "timers and monitors" : hasTimers ? "timers" : "monitors";
    kernel.events.emit("checkpoint_incomplete", { pid, name, what });
  }
}

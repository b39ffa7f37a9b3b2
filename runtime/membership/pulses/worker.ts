// Beats from a thread of its own, over a connection of its own: a busy node is seen as busy, and not as dead.
import { Worker } from "node:worker_threads";
import type { NatsOptions } from "../../carriers/nats.ts";
import type { MembershipTimes } from "../limits.ts";
import type { BeatOrigin, Pulse, PulseOptions, PulseStatus, StartPulse } from "../pulse.ts";
import { firstSeq } from "./beater.ts";
import { inlinePulse } from "./inline.ts";
import { SharedStatus } from "./status-buffer.ts";

// Beside the sources lies no program that Node could run; the built one is used from there, too.
const program = import.meta.url.endsWith(".ts")
  ? "../../../dist/runtime/membership/pulses/pulse-program.js"
  : "./pulse-program.js";

/** What the thread is given. Credentials pass by memory alone, and never by a command line. */
export interface PulseOrders {
  readonly connection: NatsOptions;
  readonly subject: string;
  readonly origin: BeatOrigin;
  readonly times: MembershipTimes;
  readonly seq: number;
  readonly memory: SharedArrayBuffer;
}

/** What the thread is told. */
export type PulseOrder = "stop" | "say goodbye";

/** Pulses with a second connection of these options; where that fails, the main thread beats. */
export function workerPulse(connection: NatsOptions): StartPulse {
  return (options) => new WorkerPulse(connection, options);
}

class WorkerPulse implements Pulse {
  readonly #options: PulseOptions;
  readonly #worker: Worker;
  readonly #shared = new SharedStatus();
  readonly #ended: Promise<void>;
  #status: PulseStatus;
  #isStopping = false;
  #instead: Pulse | undefined;

  constructor(connection: NatsOptions, options: PulseOptions) {
    this.#options = options;
    this.#status = options.status;
    this.#shared.tick(options.status);
    const { subject, origin, times, world } = options;
    const orders: PulseOrders = {
      connection,
      subject,
      origin,
      times,
      seq: firstSeq(world),
      memory: this.#shared.memory,
    };
    this.#worker = new Worker(new URL(program, import.meta.url), { workerData: orders, name: "aiex pulse" });
    // Beating alone is no reason to live.
    this.#worker.unref();
    this.#worker.on("error", (error) =>
      this.#beatInstead(error instanceof Error ? error.message : String(error)),
    );
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#beatInstead(`it ended with code ${code}`);
        resolve();
      });
    });
  }

  get sentBeats(): number {
    return this.#shared.sentBeats + (this.#instead?.sentBeats ?? 0);
  }

  tick(status: PulseStatus): void {
    this.#status = status;
    this.#shared.tick(status);
    this.#instead?.tick(status);
  }

  async stop(options: { readonly farewell: boolean }): Promise<void> {
    this.#isStopping = true;
    if (this.#instead !== undefined) return this.#instead.stop(options);
    const { timers } = this.#options.world;
    const order: PulseOrder = options.farewell ? "say goodbye" : "stop";
    this.#worker.ref();
    this.#worker.postMessage(order);
    const timer = timers.set(this.#options.times.farewellMs, () => void this.#worker.terminate());
    await this.#ended;
    timers.clear(timer);
  }

  #beatInstead(why: string): void {
    if (this.#isStopping || this.#instead !== undefined) return;
    this.#options.onTrouble(`The thread that beats has failed, and the main thread beats: ${why}`);
    this.#instead = inlinePulse({ ...this.#options, status: this.#status });
  }
}

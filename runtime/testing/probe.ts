// A process that a test holds in its hand: it keeps what it is sent, and the test looks, answers and acts as it.
import { type Received, received } from "../logic/function.ts";
import type { NativeLogic } from "../logic/logic.ts";
import type { Behaviour } from "../process/behaviour.ts";
import type { Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { AnyProtocol } from "../process/protocol.ts";
import { TurnMessage } from "../process/system-message.ts";
import type { SimulatedWorld } from "../worlds/simulated.ts";
import { Arrivals } from "./arrivals.ts";
import type { ExpectNoneOptions, ExpectOptions } from "./event-log.ts";
import { testingLimits } from "./limits.ts";
import { matchesPattern, type Part } from "./pattern.ts";

/** A message's type, a part of the message, or a predicate. */
export type MessagePattern = string | Part<Received> | ((message: Received) => boolean);

export class Probe {
  readonly #world: SimulatedWorld;
  readonly #arrivals: Arrivals<Received>;
  #process: Process | undefined;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    this.#arrivals = new Arrivals(world);
  }

  /** What the probe's process runs. */
  readonly logic: NativeLogic<AnyProtocol, void> = {
    logicName: "probe",
    host: (process) => {
      this.#process = process;
      return keeping((message) => this.#arrivals.add(message));
    },
  };

  get pid(): Pid {
    return this.#started().pid;
  }

  /** What came and was not expected yet, exits and downs included: it traps exits. */
  get messages(): readonly Received[] {
    return this.#arrivals.items;
  }

  /**
   * The first message that matches and was not expected before. A call has a `replyTo`, for `node.reply`.
   * @throws {ExpectationFailed}
   */
  expectMessage(
    pattern: MessagePattern,
    { withinMs = testingLimits.expectMsDefault }: ExpectOptions = {},
  ): Promise<Received> {
    return this.#arrivals.expect(shown(pattern), matching(pattern), withinMs);
  }

  /** @throws {ExpectationFailed} one came and was not expected, or comes. Without a pattern that is any message. */
  expectNoMessage(
    pattern: MessagePattern = () => true,
    { forMs = testingLimits.quietMsDefault }: ExpectNoneOptions = {},
  ): Promise<void> {
    return this.#arrivals.expectNone(shown(pattern), matching(pattern), forMs);
  }

  /** Runs `work` in a turn of the probe, and gives what it gives: `link`, `monitor`, `send` and the others act as the probe. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const done = new Promise<T>((resolve, reject) => {
      const turn = new TurnMessage(() => {
        try {
          resolve(work());
        } catch (thrown) {
          reject(thrown);
        }
      });
      this.#started().deliver(turn);
    });
    return this.#world.until(done);
  }

  #started(): Process {
    if (this.#process === undefined)
      throw new Error("The probe has no process yet: get it from test.probe().");
    return this.#process;
  }
}

function keeping(keep: (message: Received) => void): Behaviour {
  return {
    pulls: false,
    init: () => undefined,
    started: () => undefined,
    receive: (item) => {
      keep(received(item));
      return undefined;
    },
    arrived: () => {},
    waits: () => {},
    terminate: () => {},
    release: () => {},
    state: () => undefined,
    output: () => undefined,
  };
}

function matching(pattern: MessagePattern): (message: Received) => boolean {
  if (typeof pattern === "string") return ({ type }) => type === pattern;
  return (message) => matchesPattern<Received>(pattern, message);
}

function shown(pattern: MessagePattern): string {
  if (typeof pattern === "string") return `A message "${pattern}"`;
  return typeof pattern === "function" ? "A message" : `A message like ${JSON.stringify(pattern)}`;
}

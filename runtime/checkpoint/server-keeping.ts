// A server in a checkpoint: its state, and its idle timeout.
import type { ServerBehaviour } from "../logic/server-behaviour.ts";
import type { InitOutcome } from "../process/behaviour.ts";
import type { Process } from "../process/process.ts";
import type { Checkpoint, CheckpointParts } from "./checkpoint.ts";
import { hasOwnMail, type Keeping } from "./keeping.ts";

const idleKey = "idle";

export class ServerKeeping implements Keeping {
  readonly behaviour: ServerBehaviour;
  readonly savesInTurn = true;
  readonly #process: Process;

  constructor(process: Process, behaviour: ServerBehaviour) {
    this.#process = process;
    this.behaviour = behaviour;
  }

  init(input: unknown): InitOutcome | Promise<InitOutcome> {
    return this.behaviour.init(input);
  }

  resume({ snapshot, delays }: Checkpoint): undefined {
    this.behaviour.resume(snapshot, delays.find(({ key }) => key === idleKey)?.remainingMs);
    return undefined;
  }

  state(): unknown {
    return this.behaviour.insight().state;
  }

  capture(): CheckpointParts | undefined {
    if (hasOwnMail(this.#process, () => false)) return undefined;
    const remainingMs = this.behaviour.idleRemainingMs;
    const idle = { from: [], to: [], key: idleKey, event: { type: "sys.timeout" } };
    const delays = remainingMs === undefined ? [] : [{ ...idle, remainingMs }];
    return { snapshot: this.state(), delays, postponed: [] };
  }
}

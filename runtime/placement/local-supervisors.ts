// The cluster supervisors that run on this node, whether or not the node has begun to take part in what its cluster owns.
import type { DurableLogic } from "../checkpoint/durable.ts";
import type { Process } from "../process/process.ts";
import type { PlacedChild } from "./placed-child.ts";

export interface LocalSupervisor {
  readonly name: string;
  /** The children that there always are. */
  readonly children: readonly PlacedChild[];
  readonly logic: ReadonlyMap<string, DurableLogic>;
}

interface SupervisorListener {
  entered(supervisor: LocalSupervisor, process: Process): void;
  left(supervisor: LocalSupervisor, process: Process): void;
}

export class LocalSupervisors {
  readonly #running = new Map<Process, LocalSupervisor>();
  #listener: SupervisorListener | undefined;

  /** Hears of those that run and of every other; one can listen at a time. Gives back how to stop that. */
  listen(listener: SupervisorListener): () => void {
    this.#listener = listener;
    for (const [process, supervisor] of this.#running) listener.entered(supervisor, process);
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  enter(supervisor: LocalSupervisor, process: Process): void {
    this.#running.set(process, supervisor);
    process.releases ??= new Set();
    process.releases.add(() => {
      this.#running.delete(process);
      this.#listener?.left(supervisor, process);
    });
    this.#listener?.entered(supervisor, process);
  }
}

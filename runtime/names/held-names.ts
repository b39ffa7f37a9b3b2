// The names that processes of this node hold. A process holds one at most, and lets go of it when it ends.
import type { Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { ConflictResolver, Decision } from "./conflict.ts";
import type { Leases } from "./leases.ts";
import type { PidData } from "./name-record.ts";
import type { OwnershipHooks } from "./names-context.ts";

export interface Holding {
  readonly name: string;
  readonly process: Process;
  readonly resolver: ConflictResolver | undefined;
  epoch: number;
  /** Of the lease under which it was last written. */
  term: number;
  /** The process rests until the name is known to be its own. */
  rests: boolean;
  /** A resolver runs once for a conflict, however often its outcome has to be written. */
  decided: { readonly other: PidData; readonly decision: Decision } | undefined;
  /** How its process lets go of it at its end. */
  readonly release: () => void;
}

export interface HeldNamesOptions {
  readonly leases: Leases;
  readonly hooks: OwnershipHooks;
  /** The end of a process has freed its name. */
  readonly freed: (name: string) => void;
}

export class HeldNames {
  readonly #options: HeldNamesOptions;
  readonly #holdings = new Map<string, Holding>();
  /** The name that a process has, or asks for. */
  readonly #nameOf = new Map<Process, string>();

  constructor(options: HeldNamesOptions) {
    this.#options = options;
  }

  get(name: string): Holding | undefined {
    return this.#holdings.get(name);
  }

  all(): readonly Holding[] {
    return [...this.#holdings.values()];
  }

  /** Who holds the name here, as long as this node may own. */
  resolve(name: string): Pid | undefined {
    const holding = this.#holdings.get(name);
    if (holding === undefined || holding.rests || !this.#options.leases.isHeld()) return undefined;
    return holding.process.pid;
  }

  nameOf(process: Process): string | undefined {
    return this.#nameOf.get(process);
  }

  /** The process asks for a name; until that is decided it cannot ask for another. */
  ask(name: string, process: Process): void {
    this.#nameOf.set(process, name);
  }

  /** It did not get the name that it had asked for. */
  refused(name: string, process: Process): void {
    if (this.#holdings.get(name)?.process !== process && this.#nameOf.get(process) === name)
      this.#nameOf.delete(process);
  }

  add(
    name: string,
    process: Process,
    { epoch, term, resolver }: Pick<Holding, "epoch" | "term" | "resolver">,
  ): void {
    const before = this.#holdings.get(name);
    if (before !== undefined) this.drop(before);
    const release = (): void => {
      this.drop(holding);
      this.#options.freed(name);
    };
    const holding: Holding = {
      name,
      process,
      resolver,
      epoch,
      term,
      rests: false,
      decided: undefined,
      release,
    };
    this.#holdings.set(name, holding);
    this.#nameOf.set(process, name);
    process.releases ??= new Set();
    process.releases.add(release);
    if (!this.#options.leases.isHeld()) this.rest(holding);
  }

  drop(holding: Holding): void {
    const { name, process } = holding;
    if (this.#holdings.get(name) === holding) this.#holdings.delete(name);
    if (this.#nameOf.get(process) === name) this.#nameOf.delete(process);
    process.releases?.delete(holding.release);
    this.goOn(holding);
  }

  rest(holding: Holding): void {
    if (holding.rests) return;
    holding.rests = true;
    this.#options.hooks.hold(holding.process);
  }

  goOn(holding: Holding): void {
    if (!holding.rests) return;
    holding.rests = false;
    this.#options.hooks.release(holding.process);
  }
}

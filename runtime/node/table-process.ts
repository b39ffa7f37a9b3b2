// A process that stands for a table: it takes no messages, and the table can be found as long as the process lives.
import type { NativeLogic } from "../logic/logic.ts";
import type { Behaviour } from "../process/behaviour.ts";
import { Misuse } from "../process/failures.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";

export interface Table {
  readonly name: string;
  /** The table can be found from now on. */
  opened?(): void;
  /** The table can be found no more: whoever waits at it must be told. */
  close(): void;
  /** What reports show of it. */
  state(): unknown;
}

export interface TableOptions<T extends Table> {
  readonly name: string;
  /** What people call such a table. */
  readonly noun: string;
  readonly make: (process: Process) => T;
  /** Where it is found by its name. */
  readonly tablesOf: (process: Process) => Map<string, T>;
}

/** Logic whose process opens a table when it starts and closes it when it ends. The start fails where the name is taken. */
export function tableProcess<T extends Table>(options: TableOptions<T>): NativeLogic<Protocol, void> {
  return { logicName: options.name, host: (process) => new TableBehaviour(process, options) };
}

class TableBehaviour<T extends Table> implements Behaviour {
  readonly pulls = false;
  readonly #process: Process;
  readonly #options: TableOptions<T>;
  readonly #table: T;

  constructor(process: Process, options: TableOptions<T>) {
    this.#process = process;
    this.#options = options;
    this.#table = options.make(process);
  }

  init(): undefined {
    const { name, noun, tablesOf } = this.#options;
    const tables = tablesOf(this.#process);
    if (tables.has(name))
      throw new Misuse(`There is a ${noun} "${name}" on this node already. Choose another name.`);
    // Those who are in it may be linked to it, and come and go.
    this.#process.trapsExits = true;
    tables.set(name, this.#table);
    this.#table.opened?.();
    return undefined;
  }

  started(): undefined {
    return undefined;
  }

  receive(): undefined {
    return undefined;
  }

  arrived(): void {}
  waits(): void {}
  terminate(): void {}

  release(): void {
    const tables = this.#options.tablesOf(this.#process);
    if (tables.get(this.#table.name) !== this.#table) return;
    tables.delete(this.#table.name);
    this.#table.close();
  }

  state(): unknown {
    return this.#table.state();
  }

  output(): undefined {
    return undefined;
  }
}

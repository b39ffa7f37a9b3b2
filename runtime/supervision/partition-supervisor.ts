// A supervisor of equal children, the partitions, among which a load is shared by key (Elixir: `PartitionSupervisor`).
// It is found as a registry is: `partitionFor(name, key)` is the address of the partition that a key belongs to.
import { lockKey, RegistryTable, via } from "../node/registry.ts";
import type { Via } from "../process/address.ts";
import { currentProcess } from "../process/current.ts";
import { Misuse, NoProcess, StartFailed } from "../process/failures.ts";
import type { Process } from "../process/process.ts";
import type { AnyProtocol, Protocol } from "../process/protocol.ts";
import { restartChild, terminateChild } from "./admin.ts";
import type { ChildSpec } from "./child-spec.ts";
import { type SupervisorLogic, type SupervisorOptions, supervisor } from "./supervisor.ts";

export interface PartitionSupervisorOptions
  extends Omit<SupervisorOptions, "children" | "strategy" | "autoShutdown"> {
  /** What a partition runs, by its number from 0. Its id becomes that number. */
  readonly child: (partition: number) => ChildSpec;
  /** From 1; by default as many as this program can do at once. There will never be more. */
  readonly partitions?: number;
  /** `one_for_one` by default. */
  readonly strategy?: "one_for_one" | "one_for_all" | "rest_for_one";
}

/** Stands among the registries of a node; its keys are the numbers of the partitions that run. */
class PartitionTable extends RegistryTable {
  readonly supervisor: Process;
  readonly max: number;
  /** Keys are spread over this many. */
  partitions: number;

  constructor(supervisor: Process, name: string, partitions: number) {
    super(supervisor, name, "unique");
    this.supervisor = supervisor;
    this.max = partitions;
    this.partitions = partitions;
  }

  override resolve(key: string): Process | undefined {
    return this.partitions === 0 ? undefined : this.holdings(this.#partitionOf(key))[0]?.process;
  }

  /** @throws {Misuse} always: its names are those of its own children */
  override add(_process: Process, key: string): void {
    throw new Misuse(
      `"${key}" cannot be registered: "${this.name}" is a partition supervisor. Use a registry for names of your own.`,
    );
  }

  place(process: Process, partition: string): void {
    super.add(process, partition, undefined);
  }

  #partitionOf(key: string): string {
    const number = wholeNumber.test(key) ? Number(key) : Number.NaN;
    return String((Number.isSafeInteger(number) ? Math.abs(number) : hashOf(key)) % this.partitions);
  }
}

const wholeNumber = /^-?[0-9]+$/;

/**
 * Defines a supervisor of partitions. Its name is also what `partitionFor` knows it by, so a node has it once.
 * @throws {Misuse} `partitions` is no whole number from 1
 */
export function partitionSupervisor(name: string, options: PartitionSupervisorOptions): SupervisorLogic {
  const { child, partitions: given, ...rest } = options;
  if (given !== undefined && !(Number.isSafeInteger(given) && given >= 1)) {
    throw new Misuse(
      `Partition supervisor "${name}" has a whole number of partitions from 1; given was ${given}.`,
    );
  }
  return supervisor(name, () => {
    const process = currentProcess();
    const partitions = given ?? process.kernel.world.parallelism;
    const table = openTable(process, name, partitions);
    const children = Array.from({ length: partitions }, (_, partition) =>
      placed(child(partition), table, partition),
    );
    return { ...rest, children };
  });
}

/**
 * The address of the partition that `key` belongs to when the message is sent: a whole number, or the text of one, by its
 * remainder, everything else by a hash that is the same on every node. A partition that does not run is `noproc`.
 * @throws {NoProcess} there is no such partition supervisor; {Misuse} it was resized to zero
 */
export function partitionFor<P extends Protocol = AnyProtocol>(name: string, key: string | number): Via<P> {
  if (typeof key !== "string" && !Number.isSafeInteger(key)) {
    throw new Misuse(`A key is a string or a whole number; given was ${String(key)}.`);
  }
  if (tableOf(name).partitions === 0) {
    throw new Misuse(`Partition supervisor "${name}" has no partition for "${key}": it was resized to zero.`);
  }
  return via(name, String(key));
}

/** How many partitions keys are spread over. @throws {NoProcess} there is no such partition supervisor */
export function countPartitions(name: string): number {
  return tableOf(name).partitions;
}

/**
 * Stops or starts partitions until there are `partitions` of them, from 0 to as many as there were at first; gives how many
 * there were. Keys move to other partitions, whose state does not move along.
 * @throws {Misuse} the number is none of these; {StartFailed} a partition does not start; {NoProcess}
 */
export async function resizePartitions(name: string, partitions: number): Promise<number> {
  const table = tableOf(name);
  if (!Number.isSafeInteger(partitions) || partitions < 0 || partitions > table.max) {
    throw new Misuse(
      `Partition supervisor "${name}" began with ${table.max} and can be resized from 0 to that; given was ${partitions}.`,
    );
  }
  // Two at a time would stop what the other starts.
  return lockKey(name, "partitions", async () => {
    const before = table.partitions;
    // Nobody is sent to a partition that is about to stop, nor to one that does not run yet.
    if (partitions < before) table.partitions = partitions;
    const supervisor = table.supervisor.pid;
    for (let last = before - 1; last >= partitions; last -= 1)
      await terminateChild(supervisor as never, String(last));
    for (let next = before; next < partitions; next += 1) await startAgain(table, String(next));
    table.partitions = partitions;
    return before;
  });
}

/** A table that can be found until the supervisor ends, however it does. */
function openTable(process: Process, name: string, partitions: number): PartitionTable {
  const { registries } = process.kernel;
  if (registries.has(name)) {
    throw new Misuse(
      `There is a registry or partition supervisor "${name}" on this node already. Choose another name.`,
    );
  }
  const table = new PartitionTable(process, name, partitions);
  registries.set(name, table);
  process.releases ??= new Set();
  process.releases.add(() => {
    registries.delete(name);
    table.close();
  });
  return table;
}

/** The child as that partition: it is found by its number from the end of its start to its own. */
function placed(spec: ChildSpec, table: PartitionTable, partition: number): ChildSpec {
  const id = String(partition);
  const start = async (...given: readonly never[]) => {
    const pid = await spec.start(...given);
    const process = pid && table.supervisor.kernel.find(pid);
    if (process !== undefined) table.place(process, id);
    return pid;
  };
  return Object.freeze({ ...spec, id, start });
}

async function startAgain(table: PartitionTable, partition: string): Promise<void> {
  const started = await restartChild(table.supervisor.pid as never, partition);
  if (started.ok || started.error === "running" || started.error === "restarting") return;
  const reason = started.error === "start_failed" ? started.reason : started.error;
  throw new StartFailed(`partition ${partition} of "${table.name}"`, reason);
}

function tableOf(name: string): PartitionTable {
  const table = currentProcess().kernel.registries.get(name);
  if (table instanceof PartitionTable) return table;
  throw new NoProcess(`of partition supervisor "${name}"`);
}

/** FNV-1a over UTF-16 code units, 32 bits: fast, the same everywhere, and even enough for a few dozen partitions. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

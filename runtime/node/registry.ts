// Registries: keys that processes hold, one holder each (unique, usable as addresses) or many (duplicate, to dispatch to).
// A registry is a supervised process; its table is read directly and forgets a process before anybody hears of its end.
import type { NativeLogic } from "../logic/logic.ts";
import type { Via } from "../process/address.ts";
import { currentProcess } from "../process/current.ts";
import { AlreadyStarted, Misuse } from "../process/failures.ts";
import { addLink, linkTo, removeLink } from "../process/links.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { AnyProtocol, Protocol } from "../process/protocol.ts";
import { KeyLocks } from "./key-locks.ts";
import { type Table, tableProcess } from "./table-process.ts";

export type RegistryKeys = "unique" | "duplicate";

export interface RegistryEntry {
  readonly pid: Pid;
  readonly value: unknown;
}

interface Holding {
  readonly process: Process;
  value: unknown;
}

/** What one process holds. */
interface Holder {
  /** How many entries it has under each key. */
  readonly keys: Map<string, number>;
  /** False for a process that was linked to the registry before, and stays so when it gives its last key up. */
  readonly isLinkedForKeys: boolean;
  readonly release: () => void;
}

/** The keys of one registry. */
export class RegistryTable implements Table {
  readonly name: string;
  readonly keys: RegistryKeys;
  readonly locks: KeyLocks;
  readonly #owner: Process;
  readonly #holdings = new Map<string, Holding[]>();
  readonly #holders = new Map<Process, Holder>();

  constructor(owner: Process, name: string, keys: RegistryKeys) {
    this.#owner = owner;
    this.name = name;
    this.keys = keys;
    this.locks = new KeyLocks(name);
  }

  /** Gives `process` a key and links it to the registry: names cannot outlive the registry that knows them. */
  add(process: Process, key: string, value: unknown): void {
    checkKey(key);
    const holdings = this.#holdings.get(key) ?? [];
    const [first] = holdings;
    if (this.keys === "unique" && first !== undefined)
      throw new AlreadyStarted(`${key}" of registry "${this.name}`, first.process.pid);
    holdings.push({ process, value });
    this.#holdings.set(key, holdings);
    const { keys } = this.#holders.get(process) ?? this.#hold(process);
    keys.set(key, (keys.get(key) ?? 0) + 1);
  }

  /** Takes every entry of `process` under `key` out. */
  remove(process: Process, key: string): void {
    const holder = this.#holders.get(process);
    if (holder?.keys.delete(key) !== true) return;
    const left = this.holdings(key).filter((holding) => holding.process !== process);
    if (left.length === 0) this.#holdings.delete(key);
    else this.#holdings.set(key, left);
    if (holder.keys.size > 0) return;
    this.#holders.delete(process);
    process.releases?.delete(holder.release);
    if (holder.isLinkedForKeys) removeLink(process, this.#owner);
  }

  holdings(key: string): readonly Holding[] {
    return this.#holdings.get(key) ?? [];
  }

  /** @throws {Misuse} it is no key, or the registry is a duplicate one, whose keys name nobody */
  resolve(key: string): Process | undefined {
    checkKey(key);
    if (this.keys === "duplicate") {
      throw new Misuse(
        `Registry "${this.name}" has duplicate keys, so "${key}" is no address. Use dispatch, or a unique registry.`,
      );
    }
    return this.holdings(key)[0]?.process;
  }

  keysOf(process: Process): readonly string[] {
    const keys = this.#holders.get(process)?.keys ?? new Map<string, number>();
    return [...keys].flatMap(([key, entries]) => new Array<string>(entries).fill(key));
  }

  get size(): number {
    let entries = 0;
    for (const holdings of this.#holdings.values()) entries += holdings.length;
    return entries;
  }

  close(): void {
    this.locks.close();
  }

  state(): unknown {
    return { keys: this.keys, entries: this.size };
  }

  #hold(process: Process): Holder {
    const holder: Holder = {
      keys: new Map(),
      isLinkedForKeys: linkTo(process, this.#owner) === undefined,
      release: () => {
        for (const key of holder.keys.keys()) this.remove(process, key);
      },
    };
    this.#holders.set(process, holder);
    process.releases ??= new Set();
    process.releases.add(holder.release);
    if (holder.isLinkedForKeys) addLink(process, this.#owner);
    return holder;
  }
}

/**
 * A registry as a process to supervise (Elixir: `Registry`).
 * @param name what `via` and the functions below call it
 * @throws {Misuse} `keys` is neither of the two
 */
export function registry(
  name: string,
  options: { readonly keys: RegistryKeys },
): NativeLogic<Protocol, void> {
  if (options.keys !== "unique" && options.keys !== "duplicate") {
    throw new Misuse(
      `The keys of registry "${name}" are "unique" or "duplicate"; given was ${JSON.stringify(options.keys)}.`,
    );
  }
  return tableProcess({
    name,
    noun: "registry",
    make: (process) => new RegistryTable(process, name, options.keys),
    tablesOf: (process) => process.kernel.registries,
  });
}

/** The address of whoever holds `key` in a unique registry when the message is sent. */
export function via<P extends Protocol = AnyProtocol>(registryName: string, key: string): Via<P> {
  return Object.freeze({ registry: registryName, key });
}

/**
 * Registers the own process under `key`.
 * @throws {AlreadyStarted} the key is held, by whichever process, in a unique registry; {Misuse} no such registry
 */
export function registerKey(registryName: string, key: string, value?: unknown): void {
  const process = currentProcess();
  tableOf(process, registryName).add(process, key, process.kernel.data(value, `the value of "${key}"`));
}

/** Gives up all own entries under `key`. */
export function unregisterKey(registryName: string, key: string): void {
  const process = currentProcess();
  tableOf(process, registryName).remove(process, key);
}

/** Who holds `key`, and with what. */
export function lookup(registryName: string, key: string): readonly RegistryEntry[] {
  return entriesOf(tableOf(currentProcess(), registryName), key);
}

/** The keys that the process behind `pid` holds, each as often as it holds it. */
export function keysOf(registryName: string, pid: Pid<Protocol>): readonly string[] {
  const current = currentProcess();
  const process = current.kernel.find(pid);
  return process === undefined ? [] : tableOf(current, registryName).keysOf(process);
}

/** Entries of a registry. */
export function countEntries(registryName: string): number {
  return tableOf(currentProcess(), registryName).size;
}

/** Runs `run` once with all entries under `key`; not at all when there are none. */
export function dispatch(
  registryName: string,
  key: string,
  run: (entries: readonly RegistryEntry[]) => void,
): void {
  const entries = entriesOf(tableOf(currentProcess(), registryName), key);
  if (entries.length > 0) run(entries);
}

/**
 * Replaces the own value under `key`; gives the new and the old one, undefined when the key is not held.
 * @throws {Misuse} in a duplicate registry, where it would not say which
 */
export function updateValue(
  registryName: string,
  key: string,
  update: (value: unknown) => unknown,
): { readonly value: unknown; readonly before: unknown } | undefined {
  const process = currentProcess();
  const table = tableOf(process, registryName);
  if (table.keys === "duplicate") {
    throw new Misuse(
      `Registry "${registryName}" has duplicate keys, and updateValue needs a unique one. Unregister the key and register it again.`,
    );
  }
  const holding = table.holdings(key).find((candidate) => candidate.process === process);
  if (holding === undefined) return undefined;
  const before = holding.value;
  holding.value = process.kernel.data(update(before), `the value of "${key}"`);
  return { value: holding.value, before };
}

/**
 * Runs `work` while nobody else runs theirs under the same key of the registry, and gives what it gives. Whoever holds the
 * key gives it up when `work` is done, has failed, or the process has ended. A key is locked apart from being registered.
 * @throws {NoProcess} the registry has ended meanwhile; {Misuse} no such registry; what `work` throws
 */
export async function lockKey<T>(registryName: string, key: string, work: () => T | Promise<T>): Promise<T> {
  const process = currentProcess();
  checkKey(key);
  const giveUp = await tableOf(process, registryName).locks.acquire(process, key);
  try {
    return await work();
  } finally {
    giveUp();
  }
}

/** @throws {Misuse} it is no string */
function checkKey(key: string): void {
  if (typeof key === "string") return;
  throw new Misuse(`A registry's key is a string; given was ${JSON.stringify(key) ?? String(key)}.`);
}

function entriesOf(table: RegistryTable, key: string): readonly RegistryEntry[] {
  return table.holdings(key).map(({ process, value }) => ({ pid: process.pid, value }));
}

function tableOf(process: Process, name: string): RegistryTable {
  const table = process.kernel.registries.get(name);
  if (table === undefined) {
    throw new Misuse(
      `There is no registry "${name}" on node ${process.kernel.name} (asked by ${formatPid(process.pid)}). Start one with registry("${name}", …) under a supervisor.`,
    );
  }
  return table;
}

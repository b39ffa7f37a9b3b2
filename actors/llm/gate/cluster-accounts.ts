// Accounts that all nodes of a cluster share, in the bucket `budgets`: each is a record of what every node has added, changed only by
// who has seen the last change.
import type { Bucket, BucketEntry } from "../../../runtime/store/bucket.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import { isRecord } from "../../../runtime/wire/shape.ts";
import { encodeToken } from "../../../runtime/wire/token.ts";
import type { World } from "../../../runtime/world.ts";
import { type Accounts, type Addition, type Nano, summed, type Use, useIn } from "./account.ts";
import { accountsKnownMax, racePauseMs, raceTriesMax, usageRowsMax } from "./limits.ts";

export interface ClusterAccountsOptions {
  readonly world: World;
  readonly store: ClusterStore;
  readonly node: string;
  /** Nobody else in the cluster is called the same. */
  readonly writer: string;
}

interface AccountRecord {
  readonly nano: Nano;
  /** Who made the last change: nobody marks two alike. */
  readonly mark: string;
}

interface UseRecord extends AccountRecord {
  readonly uses: readonly Use[];
}

type Changed<R> = { readonly is: "no" } | { readonly is: "yes"; readonly record: Omit<R, "mark"> };

export class ClusterAccounts implements Accounts {
  readonly #options: ClusterAccountsOptions;
  readonly #bucket: Bucket;
  readonly #lines = new Map<string, Promise<unknown>>();
  /** What was read or written last: most often nobody has changed it since. */
  readonly #known = new Map<string, BucketEntry>();
  readonly #days = new Set<string>();
  #marks = 0;

  constructor(options: ClusterAccountsOptions) {
    this.#options = options;
    this.#bucket = options.store.bucket("budgets");
  }

  /** @throws {StoreUnavailable} */
  add({ account, nano, most }: Addition): Promise<boolean> {
    return this.#change<AccountRecord>(`account.${account}`, (before) => {
      const sum = (before?.nano ?? 0) + nano;
      return sum > most ? { is: "no" } : { is: "yes", record: { nano: sum } };
    });
  }

  async sum(account: string): Promise<Nano> {
    const entry = await this.#bucket.read(`account.${account}`);
    return recordIn<AccountRecord>(entry?.value)?.nano ?? 0;
  }

  async note(day: string, uses: readonly Use[]): Promise<void> {
    await this.#change<UseRecord>(this.#useKey(day, this.#options.node), (before) => {
      const all = summed([...usesOf(before), ...uses]);
      return { is: "yes", record: { nano: 0, uses: bounded(all) } };
    });
    if (!this.#days.has(day)) await this.#register(day);
  }

  /** @throws {StoreUnavailable} */
  async uses(day: string): Promise<readonly Use[]> {
    const nodes = recordIn<{ readonly nodes?: unknown }>(
      (await this.#bucket.read(`use.${day}`))?.value,
    )?.nodes;
    const known = Array.isArray(nodes) ? nodes.filter((node) => typeof node === "string") : [];
    const read = known.map(async (node) => {
      const entry = await this.#bucket.read(this.#useKey(day, node));
      return usesOf(recordIn<UseRecord>(entry?.value));
    });
    return summed((await Promise.all(read)).flat());
  }

  /** Which nodes have a record of the day. */
  async #register(day: string): Promise<void> {
    const { node } = this.#options;
    type Nodes = AccountRecord & { readonly nodes?: readonly string[] };
    await this.#change<Nodes>(`use.${day}`, (before) => {
      const nodes = before?.nodes ?? [];
      return nodes.includes(node)
        ? { is: "no" }
        : { is: "yes", record: { nano: 0, nodes: [...nodes, node] } };
    });
    this.#days.add(day);
  }

  #useKey(day: string, node: string): string {
    return `use.${day}.${encodeToken(node)}`;
  }

  /** One change of a key at a time. */
  #change<R extends AccountRecord>(
    key: string,
    plan: (before: R | undefined) => Changed<R>,
  ): Promise<boolean> {
    const done = (this.#lines.get(key) ?? Promise.resolve()).then(() => this.#agree(key, plan));
    const settled = done.catch(() => undefined);
    this.#lines.set(key, settled);
    void settled.then(() => {
      if (this.#lines.get(key) === settled) this.#lines.delete(key);
    });
    return done;
  }

  async #agree<R extends AccountRecord>(
    key: string,
    plan: (before: R | undefined) => Changed<R>,
  ): Promise<boolean> {
    const { world, writer, store } = this.#options;
    const known = this.#known.get(key);
    let entry = known ?? (await this.#bucket.read(key));
    for (let tries = 1; tries <= raceTriesMax; tries += 1) {
      let planned = plan(recordIn<R>(entry?.value));
      if (planned.is === "no" && entry !== undefined && entry === known) {
        // What is known may be old: others have given back meanwhile.
        entry = await this.#bucket.read(key);
        planned = plan(recordIn<R>(entry?.value));
      }
      if (planned.is === "no") return false;
      this.#marks += 1;
      const mark = `${writer}/${this.#marks}`;
      const value = new TextEncoder().encode(JSON.stringify({ ...planned.record, mark }));
      const written = await this.#bucket.write(key, value, entry?.revision ?? 0);
      if (written.kind === "written") {
        this.#remember({ key, value, revision: written.revision });
        return true;
      }
      if (tries > 1) await pause(world, world.random.next() * racePauseMs);
      this.#known.delete(key);
      entry = await this.#bucket.read(key);
      // Nobody said so, and it was written all the same. Where another one has written since, it may count twice: too much, never too little.
      if (written.kind === "unknown" && recordIn<R>(entry?.value)?.mark === mark) return true;
    }
    throw new StoreUnavailable(store.place, `others were first with ${raceTriesMax} changes of ${key}`);
  }

  #remember(entry: BucketEntry): void {
    this.#known.delete(entry.key);
    this.#known.set(entry.key, entry);
    const [oldest] = this.#known.keys();
    if (this.#known.size > accountsKnownMax && oldest !== undefined) this.#known.delete(oldest);
  }
}

function recordIn<R>(bytes: Uint8Array | undefined): R | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(value) && Number.isSafeInteger(value.nano) ? (value as R) : undefined;
  } catch {
    return undefined;
  }
}

function usesOf(record: UseRecord | undefined): readonly Use[] {
  return Array.isArray(record?.uses) ? record.uses.flatMap((use) => useIn(use) ?? []) : [];
}

/** Those that were used least are told as one. */
function bounded(uses: readonly Use[]): readonly Use[] {
  if (uses.length <= usageRowsMax) return uses;
  const sorted = uses.toSorted((one, other) => other.nano - one.nano || other.requests - one.requests);
  const rest = sorted.slice(usageRowsMax - 1).map((use) => ({ ...use, entry: "others", model: "others" }));
  return [...sorted.slice(0, usageRowsMax - 1), ...summed(rest)];
}

function pause(world: World, delayMs: number): Promise<void> {
  return new Promise((resolve) => world.timers.set(delayMs, resolve));
}

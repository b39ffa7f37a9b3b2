// One LMDB environment: an ordered table in a folder, whose changes are acknowledged once they are on the disk.
import type { AiexError } from "../../errors.ts";
import type { FileSystem } from "../../file-system.ts";
import { Misuse } from "../../process/failures.ts";
import type { World } from "../../world.ts";
import { JournalClosed } from "../failures.ts";
import { journalLimits } from "../limits.ts";
import { failureOf, type HeldLmdb, openLmdb } from "./lmdb-folder.ts";
import { type LmdbDatabase, type OrderedTable, type TableHome, tableOf } from "./ordered-table.ts";
import { PendingChange } from "./pending-change.ts";

type AnyChange = Pick<PendingChange<unknown>, "bytes" | "run" | "settle" | "fail">;

export class LmdbEnvironment implements TableHome {
  readonly place: string;
  readonly #files: FileSystem;
  #opening: Promise<HeldLmdb> | undefined;
  readonly #waiting: AnyChange[] = [];
  #committing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(files: FileSystem, place: string) {
    this.#files = files;
    this.place = place;
  }

  /**
   * Makes the folder where it is missing, for its owner alone.
   * @throws {StoreHeld} another program has it open; {JournalFailed} it cannot be read or written; {Misuse} no real world
   */
  static async open({ kind, files }: Pick<World, "kind" | "files">, path: string): Promise<LmdbEnvironment> {
    if (kind !== "real")
      throw new Misuse(`A simulated world has no disk for ${path}. Give it a store in memory there.`);
    const environment = new LmdbEnvironment(files, path);
    await environment.#database();
    return environment;
  }

  async read<Result>(work: (table: OrderedTable) => Result): Promise<Result> {
    if (this.#isClosed) throw new JournalClosed(this.place);
    const database = await this.#database();
    try {
      return work(tableOf(database));
    } catch (error) {
      throw failureOf(this.place, error);
    }
  }

  /** In one commit with others of this moment. */
  async write<Result>(bytes: number, work: (table: OrderedTable) => Result): Promise<Result> {
    if (this.#isClosed) throw new JournalClosed(this.place);
    const change = new PendingChange(bytes, work);
    this.#waiting.push(change);
    this.#committing ??= this.#commitAll();
    return change.answer;
  }

  /** Resolves once what was under way has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#committing;
    await this.#leave();
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken: AnyChange[] = [];
      const failure = await this.#commit(taken);
      if (failure === undefined) for (const change of taken) change.settle();
      else for (const change of taken) change.fail(failure);
    }
    this.#committing = undefined;
  }

  /** Commits what waits when its transaction begins. Where that cannot begin, what waits now has failed. */
  async #commit(taken: AnyChange[]): Promise<AiexError | undefined> {
    try {
      const database = await this.#database();
      // A transaction within one: only such a one is taken back where something is thrown in it.
      await database.childTransaction(() => {
        taken.push(...this.#take());
        const table = tableOf(database);
        for (const change of taken) change.run(table);
      });
      return undefined;
    } catch (error) {
      const failure = failureOf(this.place, await causeOf(error));
      if (taken.length === 0) taken.push(...this.#take());
      // LMDB may refuse everything after a failure, until it is opened again.
      await this.#leave();
      return failure;
    }
  }

  #take(): AnyChange[] {
    let bytes = 0;
    const count = this.#waiting.findIndex((change, index) => {
      bytes += change.bytes;
      return index === journalLimits.batchRecordsMax || (index > 0 && bytes > journalLimits.batchBytesMax);
    });
    return this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
  }

  async #database(): Promise<LmdbDatabase> {
    this.#opening ??= openLmdb(this.#files, this.place);
    try {
      return (await this.#opening).database;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #leave(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    try {
      await (await opening)?.leave();
    } catch {
      // It did not open, or did not close well: whoever wrote to it was told already.
    }
  }
}

/** The error of a commit is behind the one that is thrown. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !("commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

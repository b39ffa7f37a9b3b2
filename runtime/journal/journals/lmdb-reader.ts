// An LMDB folder that is only read, while another program may write to it: what is asked sees what was committed last.
import type { FileSystem } from "../../file-system.ts";
import { Misuse } from "../../process/failures.ts";
import type { World } from "../../world.ts";
import { JournalClosed } from "../failures.ts";
import { readLmdb } from "./lmdb-folder.ts";
import { emptyTable, type OrderedTable, type TableHome, tableOf } from "./ordered-table.ts";

/** Open for each question alone: whoever looks is in nobody's way who wants to write. */
export class LmdbReader implements TableHome {
  readonly place: string;
  readonly #files: FileSystem;
  #isClosed = false;

  /** @throws {Misuse} no real world */
  constructor({ kind, files }: Pick<World, "kind" | "files">, path: string) {
    if (kind !== "real")
      throw new Misuse(`A simulated world has no disk for ${path}. Give it a store in memory there.`);
    this.place = path;
    this.#files = files;
  }

  async read<Result>(work: (table: OrderedTable) => Result): Promise<Result> {
    if (this.#isClosed) throw new JournalClosed(this.place);
    return readLmdb(this.#files, this.place, (database) =>
      work(database === undefined ? emptyTable : tableOf(database)),
    );
  }

  async write(): Promise<never> {
    if (this.#isClosed) throw new JournalClosed(this.place);
    throw new Misuse(
      `What is in ${this.place} was opened to be read. Open it with access "own" to change it.`,
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

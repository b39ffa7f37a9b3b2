// A file as the place of a log. It is opened anew for every batch of lines, so it can be moved away while the node runs.
import type { FileSystem } from "../file-system.ts";
import type { LogDestination } from "./guarded-destination.ts";
import { observeLimits as limits } from "./limits.ts";

/** What was logged may name files and people: it is for the owner. */
const mode = 0o600;

export class LogFile implements LogDestination {
  readonly #files: FileSystem;
  readonly #path: string;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** The batch that is put together; it is written when the one before it is. */
  #batch: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #isTorn = false;

  constructor(files: FileSystem, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /**
   * Resolves when the line is in the file, and rejects with a `FileError` where its batch is not, or is in part.
   * @throws where too much waits already
   */
  write(line: string): Promise<void> {
    if (this.#waitingBytes >= limits.logWaitingBytesMax)
      throw new Error(
        `More than ${limits.logWaitingBytesMax} bytes wait to be written to ${this.#path}, which is too slow.`,
      );
    this.#waiting.push(line);
    this.#waitingBytes += Buffer.byteLength(line);
    if (this.#batch === undefined) {
      this.#batch = this.#last.then(() => this.#append());
      this.#last = this.#batch.catch(() => {});
    }
    return this.#batch;
  }

  /** Resolves when everything that was written before is in the file or was refused. */
  async flush(): Promise<void> {
    await this.#last;
  }

  async #append(): Promise<void> {
    const text = this.#waiting.join("");
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#batch = undefined;
    // The last batch may have ended in the middle of a line.
    const bytes = new TextEncoder().encode(this.#isTorn ? `\n${text}` : text);
    this.#isTorn = true;
    await this.#files.appendFile(this.#path, bytes, { mode });
    this.#isTorn = false;
  }
}

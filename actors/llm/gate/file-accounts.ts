// Accounts of one person's programs on one machine: a file for each account, to which each of them adds lines and changes none.
//
// Who adds reads afterwards where its line stands: what counts for it is what stands before. So two programs that add at the same time
// never both find room for what only one of them has, without a lock that one of them could die with.
import { join } from "node:path";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import { type Accounts, type Addition, type Nano, summed, type Use, useIn } from "./account.ts";
import { ledgerBytesMax } from "./limits.ts";

export interface FileAccountsOptions {
  readonly files: FileSystem;
  /** It is made where it is missing, for its owner alone. */
  readonly folder: string;
  /** Nobody else who writes there is called the same. */
  readonly writer: string;
}

interface Line {
  readonly nano?: unknown;
  readonly mark?: unknown;
  readonly [key: string]: unknown;
}

export class FileAccounts implements Accounts {
  readonly #options: FileAccountsOptions;
  #marks = 0;

  constructor(options: FileAccountsOptions) {
    this.#options = options;
  }

  async add({ account, nano, most }: Addition): Promise<boolean> {
    this.#marks += 1;
    const mark = `${this.#options.writer}/${this.#marks}`;
    await this.#append(account, [{ nano, mark }]);
    if (most === Number.POSITIVE_INFINITY) return true;
    const lines = await this.#lines(account);
    const at = lines.findIndex((line) => line.mark === mark);
    // Where it cannot be found nobody can tell what stands before it: all of it may.
    const sum = sumOf(at < 0 ? [...lines, { nano }] : lines.slice(0, at + 1));
    if (sum <= most) return true;
    await this.#append(account, [{ nano: -nano }]);
    return false;
  }

  async sum(account: string): Promise<Nano> {
    return sumOf(await this.#lines(account));
  }

  async note(day: string, uses: readonly Use[]): Promise<void> {
    await this.#append(`use.${day}`, uses);
  }

  async uses(day: string): Promise<readonly Use[]> {
    const lines = await this.#lines(`use.${day}`);
    return summed(lines.flatMap((line) => useIn(line) ?? []));
  }

  async #append(account: string, lines: readonly object[]): Promise<void> {
    const { files, folder } = this.#options;
    // What stands before may have been cut off in the middle of a line: each begins with a new one.
    const text = lines.map((line) => `\n${JSON.stringify(line)}\n`).join("");
    const write = () =>
      files.appendFile(this.#path(account), new TextEncoder().encode(text), { mode: 0o600 });
    try {
      await write();
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
      await files.makeDirectory(folder, { mode: 0o700 });
      await write();
    }
  }

  /** All whole lines: what was cut off counts for nothing. */
  async #lines(account: string): Promise<readonly Line[]> {
    const { files } = this.#options;
    let text: string;
    try {
      text = new TextDecoder().decode(
        await files.readFile(this.#path(account), { bytesMax: ledgerBytesMax }),
      );
    } catch (error) {
      if (error instanceof FileError && error.code === "file_not_found") return [];
      throw error;
    }
    return text.split("\n").flatMap((line) => {
      const read = lineIn(line);
      return read === undefined ? [] : [read];
    });
  }

  #path(account: string): string {
    return join(this.#options.folder, `${account}.jsonl`);
  }
}

function lineIn(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(lines: readonly Line[]): Nano {
  return lines.reduce((sum, { nano }) => (Number.isSafeInteger(nano) ? sum + (nano as number) : sum), 0);
}

// What was typed into shells and conversations before: a file of its owner's alone, in the folder for state, with a bounded number of lines.
import { dirname, isAbsolute, join } from "node:path";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { terminalLimits as limits } from "./limits.ts";

/** Never fails: a history that cannot be read or written is none. */
export class History {
  readonly #files: FileSystem;
  readonly #path: string | undefined;
  #lines: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(files: FileSystem, path: string | undefined) {
    this.#files = files;
    this.#path = path;
  }

  /** The lines, the newest first, as a line editor takes them. */
  async load(): Promise<readonly string[]> {
    if (this.#path === undefined) return [];
    const bytes = await this.#read(this.#path);
    const lines = new TextDecoder().decode(bytes).split("\n").filter(isKept);
    this.#lines = lines.slice(-limits.historyLinesMax);
    if (lines.length > limits.historyLinesMax || bytes === tooLong) this.#write(() => this.#replace());
    return this.#lines.toReversed();
  }

  /** Keeps a line; one that begins with a space is not kept, as in shells of the system. */
  add(line: string): void {
    if (!isKept(line) || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    this.#write(() => this.#append(line));
  }

  /** Resolves when everything is written. */
  saved(): Promise<void> {
    return this.#writing;
  }

  async #read(path: string): Promise<Uint8Array> {
    try {
      return await this.#files.readFile(path, { bytesMax: limits.historyBytesMax });
    } catch (error) {
      return error instanceof FileError && error.code === "file_too_large" ? tooLong : new Uint8Array();
    }
  }

  #write(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write).catch(() => undefined);
  }

  async #append(line: string): Promise<void> {
    if (this.#path === undefined) return;
    await this.#files.makeDirectory(dirname(this.#path), { mode: 0o700 });
    await this.#files.appendFile(this.#path, new TextEncoder().encode(`${line}\n`), { mode: 0o600 });
  }

  async #replace(): Promise<void> {
    if (this.#path === undefined) return;
    const text = this.#lines.map((line) => `${line}\n`).join("");
    await this.#files.writeFile(this.#path, new TextEncoder().encode(text), { mode: 0o600, durable: false });
  }
}

/** `$XDG_STATE_HOME/aiex/NAME` or `~/.local/state/aiex/NAME`; undefined where nobody is at home. */
export function historyPath(
  env: Readonly<Record<string, string | undefined>>,
  name: "attach-history" | "chat-history",
): string | undefined {
  const { XDG_STATE_HOME: state, HOME: home } = env;
  // The XDG specification has relative paths ignored.
  if (state && isAbsolute(state)) return join(state, "aiex", name);
  return home && isAbsolute(home) ? join(home, ".local", "state", "aiex", name) : undefined;
}

function isKept(line: string): boolean {
  return line.trim() !== "" && !line.startsWith(" ") && line.length <= limits.historyLineCharactersMax;
}

const tooLong = new Uint8Array();

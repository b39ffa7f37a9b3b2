// The folder with the change sets of one workspace: each in a file that is written whole, and beside it how it ended.
import { join } from "node:path";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import {
  firstLineBytesMax,
  headBytes,
  type KeptHead,
  type KeptSet,
  packSet,
  SetDamaged,
  unpackHead,
  unpackSet,
} from "./kept-set.ts";
import { changeLimits } from "./limits.ts";
import type { KeptSize } from "./retention.ts";

/**
 * How a set stands. `open`: it may be applied in part. `backwards`: it is being taken back. `done`, `back`: it is over, all or
 * nothing of it happened. `lost`: it was open, and cannot be read.
 */
export type SetState = "open" | "backwards" | "done" | "back" | "lost";

/** Whoever comes first decides. Several programs may have found a set open. */
export type Decision = "done" | "back" | "lost";

export interface ShelfEntry {
  /** Sorts by when it was begun. */
  readonly name: string;
  readonly state: SetState;
}

const fileMode = 0o600;
const directoryMode = 0o700;
/** Of a few words. */
const endBytesMax = 10_000;
/** A line that a crash has cut off swallows the next one: the one after that counts. */
const decidingTriesMax = 3;

export class Shelf {
  readonly folder: string;
  readonly #files: FileSystem;

  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.folder = folder;
  }

  /** The oldest first. Fails with a `FileError`. */
  async entries(): Promise<readonly ShelfEntry[]> {
    const names = new Set<string>();
    try {
      for await (const { name } of this.#files.readDirectory(this.folder)) names.add(name);
    } catch (error) {
      if (error instanceof FileError && error.code === "file_not_found") return [];
      throw error;
    }
    const sets = [...names].filter((name) => setName.test(name)).map((name) => name.slice(0, -".set".length));
    return Promise.all(
      sets.sort().map(async (name) => ({
        name,
        state: names.has(`${name}.end`) ? await this.#stateOf(name) : ("open" as const),
      })),
    );
  }

  /** Gives its name. What resolves lasts. Fails with a `FileError`, and then it is not there. */
  async add(set: KeptSet, entries: readonly ShelfEntry[], idHash: string): Promise<string> {
    const last = Number(entries.at(-1)?.name.split("-")[0] ?? 0);
    const name = `${String(last + 1).padStart(numberDigits, "0")}-${idHash}`;
    await this.#files.makeDirectory(this.folder, { mode: directoryMode });
    await this.#files.writeFile(this.#place(name, "set"), packSet(set), { mode: fileMode });
    return name;
  }

  /** In place of what is kept under the name, in one step. What resolves lasts. Fails with a `FileError`. */
  async replace(name: string, set: KeptSet): Promise<void> {
    await this.#files.writeFile(this.#place(name, "set"), packSet(set), { mode: fileMode });
  }

  /** @throws {SetDamaged}; {FileError} */
  async read(name: string): Promise<KeptSet> {
    const bytesMax = changeLimits.setBytesMax + changeLimits.headBytesMax + firstLineBytesMax;
    return unpackSet(await this.#files.readFile(this.#place(name, "set"), { bytesMax }));
  }

  /** What it is about, without the files. @throws {SetDamaged}; {FileError} */
  async head(name: string): Promise<KeptHead> {
    const file = await this.#files.open(this.#place(name, "set"));
    try {
      const chunks: Uint8Array[] = [await file.read(firstLineBytesMax)];
      const wanted = headBytes(chunks[0] ?? new Uint8Array());
      for (let have = chunks[0]?.length ?? 0; have < wanted; ) {
        const chunk = await file.read(wanted - have);
        if (chunk.length === 0) throw new SetDamaged("It is cut off.");
        chunks.push(chunk);
        have += chunk.length;
      }
      return unpackHead(Buffer.concat(chunks));
    } finally {
      await file.close();
    }
  }

  /** What it takes, and of which run it is; one that cannot be read counts as a run of its own. Fails with a `FileError`. */
  async size(name: string): Promise<KeptSize> {
    const { size: bytes, modifiedMs } = await this.#files.status(this.#place(name, "set"));
    try {
      const { run, at } = await this.head(name);
      return { name, run, at, bytes };
    } catch (error) {
      if (!(error instanceof SetDamaged)) throw error;
      return { name, run: name, at: modifiedMs, bytes };
    }
  }

  /** Gives what counts, which may be what another program has decided before. It lasts. Fails with a `FileError`. */
  async decide(name: string, decision: Decision): Promise<Decision> {
    const place = this.#place(name, "end");
    for (let time = 1; time <= decidingTriesMax; time += 1) {
      // All who decide add a line, in one step each; the first one counts, for everybody.
      const line = new TextEncoder().encode(`\n${decision}\n`);
      await this.#files.appendFile(place, line, { mode: fileMode });
      const [first] = await this.#words(name);
      if (first === undefined) continue;
      await this.#files.writeFile(place, new TextEncoder().encode(`${first}\n`), { mode: fileMode });
      return first as Decision;
    }
    throw new FileError("file_failed", "write", place);
  }

  /** Every file of it is as it was before. Fails with a `FileError`. */
  async back(name: string): Promise<void> {
    const bytes = new TextEncoder().encode("back\nover\n");
    await this.#files.writeFile(this.#place(name, "end"), bytes, { mode: fileMode });
  }

  /** Takes a set out that is over. Fails with a `FileError`. */
  async drop(name: string): Promise<void> {
    // How it ended goes last: without that, it would be open.
    for (const kind of ["set", "end"]) {
      try {
        await this.#files.remove(this.#place(name, kind));
      } catch (error) {
        if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
      }
    }
  }

  async #stateOf(name: string): Promise<SetState> {
    const [first, second] = await this.#words(name);
    if (first === undefined) return "open";
    if (first === "back") return second === "over" ? "back" : "backwards";
    return first as "done" | "lost";
  }

  async #words(name: string): Promise<readonly string[]> {
    const bytes = await this.#files.readFile(this.#place(name, "end"), { bytesMax: endBytesMax });
    const text = new TextDecoder().decode(bytes);
    const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
    const at = lines.findIndex((line) => line === "done" || line === "back" || line === "lost");
    return at === -1 ? [] : lines.slice(at);
  }

  #place(name: string, kind: string): string {
    return join(this.folder, `${name}.${kind}`);
  }
}

const numberDigits = 8;
const setName = /^\d{8}-[0-9a-f]{32}\.set$/;

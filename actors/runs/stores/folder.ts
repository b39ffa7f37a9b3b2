// Runs of this machine: each in a folder of its own, which one program at a time works on and any may read.
import { join } from "node:path";
import { FileError } from "../../../runtime/file-system.ts";
import { StoreHeld } from "../../../runtime/journal/failures.ts";
import { ownerOf } from "../../../runtime/journal/journals/lmdb-folder.ts";
import { Misuse } from "../../../runtime/process/failures.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { localUnavailable } from "../../../runtime/store/failures.ts";
import { localStore } from "../../../runtime/store/local-store.ts";
import type { World } from "../../../runtime/world.ts";
import { RunHeld } from "../failures.ts";
import type { RunPlace, RunStore } from "../run-store.ts";
import { isOver, type RunSummary } from "../run-summary.ts";
import { runStoreLimits } from "./limits.ts";
import { runLogName } from "./run-log-name.ts";
import { decodeSummary, encodeSummary } from "./summary-codec.ts";
import { summaryFromLog } from "./summary-from-log.ts";

export interface FolderRunStoreOptions {
  readonly world: Pick<World, "kind" | "clock" | "files" | "timers">;
  /** It is made when the first run is, for its owner alone. */
  readonly folder: string;
}

export function folderRunStore(options: FolderRunStoreOptions): RunStore {
  return new FolderRunStore(options);
}

class FolderRunStore implements RunStore {
  readonly place: string;
  readonly #world: FolderRunStoreOptions["world"];
  readonly #owned = new Set<ClusterStore>();
  /** Folders that are being closed here: who opens one meanwhile waits for that, and is not told that somebody has it. */
  readonly #closing = new Map<string, Promise<void>>();

  constructor({ world, folder }: FolderRunStoreOptions) {
    this.#world = world;
    this.place = folder;
  }

  /** One that is not there reads as an empty log. @throws {Misuse} no run is called so */
  async open(id: string, access: "own" | "read"): Promise<RunPlace> {
    await this.#closing.get(id);
    const store = await this.#store(id, access);
    if (access === "own") this.#owned.add(store);
    const log = runLogName(id);
    const close = (): Promise<void> => {
      this.#owned.delete(store);
      const closed = store.close().finally(() => {
        if (this.#closing.get(id) === closed) this.#closing.delete(id);
      });
      if (access === "own") this.#closing.set(id, closed);
      return closed;
    };
    return { journal: store.runs, log, blobs: store.blobs(log), close };
  }

  /** @throws {StoreUnavailable} the folder cannot be read */
  async list(): Promise<readonly RunSummary[]> {
    const ids = await this.#ids();
    const found: RunSummary[] = [];
    const { summariesAtOnceMax } = runStoreLimits;
    for (let from = 0; from < ids.length; from += summariesAtOnceMax) {
      const some = ids.slice(from, from + summariesAtOnceMax);
      for (const summary of await Promise.all(some.map((id) => this.#summary(id))))
        if (summary !== undefined) found.push(summary);
    }
    return found;
  }

  async isListed(id: string): Promise<boolean> {
    return (await this.#summary(id)) !== undefined;
  }

  async note(summary: RunSummary): Promise<boolean> {
    try {
      const bytes = encodeSummary(summary);
      await this.#world.files.writeFile(this.#summaryPath(summary.id), bytes, {
        mode: 0o600,
        durable: false,
      });
      return true;
    } catch {
      // It is made from the log again where it is missing.
      return false;
    }
  }

  /** What is read first goes first: cut off behind that, nothing of the run is listed any more, or all of it. */
  async remove(id: string): Promise<void> {
    const { files } = this.#world;
    const path = this.#path(id);
    if (!(await this.#ids()).includes(id)) return;
    const held = await this.#store(id, "own").catch((error: unknown) => {
      if (error instanceof RunHeld) throw error;
      // What cannot be opened can be taken away all the same.
      return undefined;
    });
    try {
      for (const name of [summaryName, dataName]) await files.remove(join(path, name)).catch(ignoreMissing);
      await files.remove(path, { recursive: true });
    } catch (error) {
      throw localUnavailable(path, error);
    } finally {
      await held?.close();
    }
  }

  async close(): Promise<void> {
    const owned = [...this.#owned];
    this.#owned.clear();
    await Promise.all(owned.map((store) => store.close()));
  }

  async #store(id: string, access: "own" | "read"): Promise<ClusterStore> {
    try {
      return await localStore({ world: this.#world, path: this.#path(id), access });
    } catch (error) {
      if (!(error instanceof StoreHeld)) throw error;
      throw new RunHeld(id, Number(error.details.osPid));
    }
  }

  async #ids(): Promise<readonly string[]> {
    const ids: string[] = [];
    try {
      for await (const { name, kind } of this.#world.files.readDirectory(this.place))
        if (kind === "directory" && isName(name)) ids.push(name);
      return ids;
    } catch (error) {
      if (error instanceof FileError && error.code === "file_not_found") return [];
      throw localUnavailable(this.place, error);
    }
  }

  /** Undefined where there is no run, or nothing of it can be read. */
  async #summary(id: string): Promise<RunSummary | undefined> {
    let kept: RunSummary | undefined;
    try {
      // In this order: what an owner notes last it notes before it lets go.
      const { isHeld, isLeft } = await this.#owner(id);
      kept = await this.#kept(id);
      if (kept !== undefined && (isHeld || !isLeft)) return isHeld ? kept : unowned(kept);
      const made = await this.#made(id);
      if (made === undefined || isHeld) return made;
      const summary = unowned(made);
      if (kept === undefined) await this.note(summary);
      return summary;
    } catch {
      // What was noted of it last is better than to hide that it is there.
      kept ??= await this.#kept(id);
      return kept && unowned(kept);
    }
  }

  /** `isLeft`: whoever had it last is dead, and what it noted last may be behind what it wrote. */
  async #owner(id: string): Promise<{ readonly isHeld: boolean; readonly isLeft: boolean }> {
    const { isMarked, owner } = await ownerOf(this.#world.files, this.#path(id));
    return { isHeld: owner !== undefined, isLeft: isMarked && owner === undefined };
  }

  async #kept(id: string): Promise<RunSummary | undefined> {
    const { summaryBytesMax: bytesMax } = runStoreLimits;
    try {
      const summary = decodeSummary(await this.#world.files.readFile(this.#summaryPath(id), { bytesMax }));
      return summary?.id === id ? summary : undefined;
    } catch {
      return undefined;
    }
  }

  async #made(id: string): Promise<RunSummary | undefined> {
    const place = await this.open(id, "read");
    try {
      return await summaryFromLog(place);
    } finally {
      await place.close();
    }
  }

  #summaryPath(id: string): string {
    return join(this.#path(id), summaryName);
  }

  #path(id: string): string {
    if (isName(id)) return join(this.place, id);
    throw new Misuse(
      `${JSON.stringify(id.slice(0, 64))} cannot be the id of a run: give 1 to 64 characters of a-z, 0-9 and "-", which it does not begin with.`,
    );
  }
}

const summaryName = "summary.json";
const dataName = "data.mdb";

/** It is the name of a folder: nothing that leads elsewhere, and the same on file systems that know no large letters. */
function isName(id: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(id);
}

/** As nobody works on it. */
function unowned(summary: RunSummary): RunSummary {
  return isOver(summary.phase) ? summary : { ...summary, phase: "interrupted", waiting: undefined };
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
}

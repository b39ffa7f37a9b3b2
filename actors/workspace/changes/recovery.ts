// Ends a change set one way or the other: right away, or later what a crash has interrupted.
import { dirname, join } from "node:path";
import { FileError, type FileSystem, isTemporaryName } from "../../../runtime/file-system.ts";
import type { AppliedSet } from "../access.ts";
import { changedSince, failureOf } from "../apply.ts";
import { CarryStopped, carryBackwards, carryForwards, standingOf, wayOf } from "./carry.ts";
import { type KeptSet, SetDamaged } from "./kept-set.ts";
import type { Shelf, ShelfEntry } from "./shelf.ts";

/** What was found interrupted. */
export interface Recovered {
  readonly outcome: "completed" | "taken_back" | "lost";
  /** Undefined where nobody can tell any more. */
  readonly title: string | undefined;
  readonly run: string | undefined;
  /** Files that somebody else changed meanwhile: they are as they were found. */
  readonly left: readonly string[];
}

export interface SetPlace {
  readonly files: FileSystem;
  readonly shelf: Shelf;
  /** Of the workspace, a real path. */
  readonly root: string;
}

/** Carries out a set that is kept by now. Fails for nothing that files or disks are. */
export async function carriedOut(place: SetPlace, name: string, set: KeptSet): Promise<AppliedSet> {
  try {
    await carryForwards(place.files, place.root, set);
    if ((await place.shelf.decide(name, "done")) === "done") return { ok: true, isNew: true };
    await takenBack(place, name, set);
    const message = "Another program of yours found this change in its middle, and took it back. Try again.";
    return { ok: false, code: "failed", message };
  } catch (error) {
    const why = failureIn(error);
    if (why === undefined) throw error;
    return takenBackFor(place, name, set, why);
  }
}

/** Ends everything that is open. Fails with a `FileError` where a file or the disk does not let it. */
export async function recovered(place: SetPlace): Promise<readonly Recovered[]> {
  const found: Recovered[] = [];
  for (const entry of await place.shelf.entries()) {
    if (entry.state !== "open" && entry.state !== "backwards") continue;
    const set = await readable(place.shelf, entry.name);
    found.push(set === undefined ? lost : await ended(place, entry, set));
    if (set !== undefined) await clearHalfWritten(place, set);
  }
  return found;
}

const lost: Recovered = { outcome: "lost", title: undefined, run: undefined, left: [] };

/** Undefined where it is not what was written: then nobody can tell what its files are to be. */
async function readable(shelf: Shelf, name: string): Promise<KeptSet | undefined> {
  try {
    return await shelf.read(name);
  } catch (error) {
    if (!(error instanceof SetDamaged)) throw error;
    await shelf.decide(name, "lost");
    return undefined;
  }
}

async function ended(place: SetPlace, { name, state }: ShelfEntry, set: KeptSet): Promise<Recovered> {
  const { files, root, shelf } = place;
  const { title, run } = set;
  if (state === "open" && wayOf(await standingOf(files, root, set)) === "forwards") {
    const isThrough = await carriedOrStopped(() => carryForwards(files, root, set));
    if (isThrough && (await shelf.decide(name, "done")) === "done")
      return { outcome: "completed", title, run, left: [] };
  }
  const decided = await shelf.decide(name, "back");
  if (decided === "done") return { outcome: "completed", title, run, left: [] };
  return { outcome: "taken_back", title, run, left: await takenBack(place, name, set) };
}

/** Takes away what the program that was killed was just writing. Where that cannot be done it does no harm. */
async function clearHalfWritten({ files, root }: SetPlace, set: KeptSet): Promise<void> {
  for (const directory of new Set(set.changes.map(({ path }) => dirname(join(root, ...path.split("/")))))) {
    try {
      for await (const { name, kind } of files.readDirectory(directory))
        if (kind === "file" && isTemporaryName(name)) await files.remove(join(directory, name));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
}

async function carriedOrStopped(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof CarryStopped) return false;
    throw error;
  }
}

/** Fails with a `FileError`. */
async function takenBack({ files, root, shelf }: SetPlace, name: string, set: KeptSet) {
  try {
    const left = await carryBackwards(files, root, set);
    await shelf.back(name);
    return left;
  } catch (error) {
    if (error instanceof CarryStopped && error.failure !== undefined) throw error.failure;
    throw error;
  }
}

async function takenBackFor(place: SetPlace, name: string, set: KeptSet, why: Failure): Promise<AppliedSet> {
  const { files, root, shelf } = place;
  try {
    const decided = await decidedBack(shelf, name);
    if (decided === "done") return { ok: true, isNew: true };
    const left = await carryBackwards(files, root, set);
    // On a full disk nothing can be written down, and what is kept can be taken away all the same.
    if (decided === "back") await shelf.back(name);
    else await shelf.drop(name);
    const others = left.filter((path) => path !== why.path);
    return others.length === 0 ? why : { ...why, message: `${why.message} ${leftAlone(others)}` };
  } catch (error) {
    const second = failureIn(error);
    if (second === undefined) throw error;
    const message = `${why.message} What was changed before could not be taken back: ${second.message} aiex ends this when it is started here again, one way or the other.`;
    return { ...why, message };
  }
}

/** Undefined where it cannot be written down. */
async function decidedBack(shelf: Shelf, name: string) {
  try {
    return await shelf.decide(name, "back");
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

type Failure = Extract<AppliedSet, { readonly ok: false }>;

/** Undefined for what is a fault of the program. */
function failureIn(error: unknown): Failure | undefined {
  if (error instanceof FileError) return { ok: false, ...failureOf(error) };
  if (!(error instanceof CarryStopped)) return undefined;
  const { path, failure } = error;
  return { ...(failure === undefined ? changedSince(path) : { ok: false, ...failureOf(failure) }), path };
}

export function leftAlone(paths: readonly string[]): string {
  const names = paths.map((path) => JSON.stringify(path)).join(", ");
  return `${names} ${paths.length === 1 ? "was" : "were"} changed by somebody else meanwhile and left alone.`;
}

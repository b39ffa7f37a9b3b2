// Keeps the changes of one workspace: applies sets of them all or nothing, ends what a crash has interrupted, takes them back.
import { join } from "node:path";
import { FileError } from "../../../runtime/file-system.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import type { Clock } from "../../../runtime/world.ts";
import type { AppliedSet, ChangeSet, Settled } from "../access.ts";
import { changeDenial, changedSince, failureOf } from "../apply.ts";
import type { GuardedTree } from "../guard.ts";
import { realRoot } from "../path-guard.ts";
import { targetOf } from "../target.ts";
import { type KeptHead, type KeptSet, SetDamaged } from "./kept-set.ts";
import { changeLimits } from "./limits.ts";
import type { PlannedChange } from "./planned.ts";
import { carriedOut, type Recovered, recovered, type SetPlace } from "./recovery.ts";
import { droppedOf, type KeepLimits } from "./retention.ts";
import { Shelf } from "./shelf.ts";
import { StagedBytes } from "./staged.ts";
import { type ListedSet, listed, runToUndo, type UndoRefused, undoOf } from "./undo.ts";

export interface ChangeKeeperOptions extends GuardedTree {
  readonly clock: Clock;
  /** Where the sets of all workspaces are kept; outside of every one of them. */
  readonly folder: string;
  readonly keep: KeepLimits;
  /** Hears of every set that happened, before whoever asked for it does. */
  readonly onApplied?: ((set: KeptHead) => Promise<void>) | undefined;
}

/** A file as it is, and as it is then. Undefined stands for no file. */
export interface UndoneFile {
  readonly path: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

export type Undone =
  | {
      readonly ok: true;
      readonly run: string;
      /** Those that are taken back, the newest first. */
      readonly sets: readonly ListedSet[];
      /** The files that become another. */
      readonly files: readonly UndoneFile[];
    }
  | UndoRefused
  | Failure;

type Failure = Extract<AppliedSet, { readonly ok: false }>;
type KeptFile = KeptSet["changes"][number];

/** One program has one of them for a workspace; what it is asked is done one after the other. */
export class ChangeKeeper {
  /** For sets that come from elsewhere. */
  readonly staged = new StagedBytes();
  readonly #options: ChangeKeeperOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ChangeKeeperOptions) {
    this.#options = options;
  }

  /**
   * Ends what was interrupted: every file of a set is as it is after, or as it was before. Fails with a `FileError` where that
   * cannot be done now; it is tried again before anything is changed.
   */
  recover(): Promise<readonly Recovered[]> {
    return this.#inTurn(async () => recovered(await this.#place()));
  }

  /** Never rejects for what a file is, or a disk. */
  apply(set: ChangeSet): Promise<AppliedSet> {
    return this.#inTurn(() => orFailure(() => this.#apply(set, [])));
  }

  /**
   * What the files of a set are by now is what the set makes of them, as if it had been applied so: its user's own formatter has
   * been at them. Never rejects for what a file is, or a disk.
   */
  adopt(id: string): Promise<Settled> {
    return this.#inTurn(() => orFailure(() => this.#adopt(id)));
  }

  /** Takes one set back, once; one that was never applied is taken for one that was. Never rejects for what a file is, or a disk. */
  takeBack(id: string): Promise<Settled> {
    return this.#inTurn(() => orFailure(() => this.#takeBack(id)));
  }

  /** What was changed here and is still kept, the newest first. Fails with a `FileError`. */
  list(): Promise<readonly ListedSet[]> {
    return this.#inTurn(async () => {
      const place = await this.#place();
      await recovered(place);
      return listOf(place);
    });
  }

  /** Takes back all that a run changed. @param run the beginning of its id; the last one that changed something where left out */
  undo(run: string | undefined): Promise<Undone> {
    return this.#inTurn(() => orFailure(() => this.#undo(run)));
  }

  /** What `undo` would do. Changes nothing. */
  preview(run: string | undefined): Promise<Undone> {
    return this.#inTurn(() => orFailure(async () => (await this.#planned(run)).undone));
  }

  async #adopt(id: string): Promise<Settled> {
    const place = await this.#place();
    await recovered(place);
    const kept = await appliedAs(place, id);
    if (kept === undefined) return { ok: true };
    const changes: KeptFile[] = [];
    for (const change of kept.set.changes) {
      try {
        const { hash, bytes } = await targetOf(this.#options.files, place.root, change.path);
        changes.push({ ...change, after: hash, becomes: bytes, afterBytes: bytes?.length ?? 0 });
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        return { ok: false, ...failureOf(error), path: change.path };
      }
    }
    if (changes.every(({ after }, index) => after === kept.set.changes[index]?.after)) return { ok: true };
    const whole: KeptSet = { ...kept.set, changes };
    await place.shelf.replace(kept.name, whole);
    await this.#options.onApplied?.(whole);
    return { ok: true };
  }

  async #takeBack(id: string): Promise<Settled> {
    const place = await this.#place();
    await recovered(place);
    const kept = await appliedAs(place, id);
    if (kept === undefined) return { ok: true };
    const { run, title } = kept.set;
    const plan = undoOf([kept.set]);
    if (!plan.ok) return { ok: false, code: "changed_since", message: plan.message };
    const { changes } = plan;
    const back = { id: `back ${kept.name}`, run, title: `Undo of "${title}"`.slice(0, titleMax), changes };
    const applied = await this.#apply(back, [kept.name]);
    return applied.ok ? { ok: true } : sinceIn(applied, run);
  }

  async #undo(prefix: string | undefined): Promise<Undone> {
    const { undone, changes } = await this.#planned(prefix);
    if (!undone.ok) return undone;
    const { run } = undone;
    const names = undone.sets.map(({ name }) => name);
    const set = { id: `undo ${nameOf(names.join(" "))}`, run, title: `Undo of run ${run}`, changes };
    const applied = await this.#apply(set, names);
    return applied.ok ? undone : sinceIn(applied, run);
  }

  /** What takes a run back, where all of its files are as it left them. */
  async #planned(
    prefix: string | undefined,
  ): Promise<{ readonly undone: Undone; readonly changes: readonly PlannedChange[] }> {
    const place = await this.#place();
    await recovered(place);
    const all = await listOf(place);
    const run = runToUndo(all, prefix);
    if (typeof run !== "string") return { undone: run, changes: [] };
    const sets = all.filter((set) => set.run === run && set.state === "applied");
    const kept: KeptSet[] = [];
    for (const { name } of sets) kept.push(await place.shelf.read(name));
    const plan = undoOf(kept);
    if (!plan.ok) return { undone: plan, changes: [] };
    const files: UndoneFile[] = [];
    for (const change of plan.changes) {
      const now = await this.#keptOf(place, change);
      if ("ok" in now) return { undone: sinceIn(now, run), changes: [] };
      if (now.before !== now.after) files.push({ path: change.path, before: now.was, after: change.bytes });
    }
    return { undone: { ok: true, run, sets, files }, changes: plan.changes };
  }

  /** @param undoes the names of the sets that it takes back */
  async #apply(set: PlannedSet, undoes: readonly string[]): Promise<AppliedSet> {
    const { clock } = this.#options;
    const problem = problemOf(set);
    if (problem !== undefined) return denied(problem);
    const place = await this.#place();
    await recovered(place);
    const idHash = nameOf(set.id);
    const entries = await place.shelf.entries();
    const earlier = entries.find(({ name, state }) => name.endsWith(`-${idHash}`) && state === "done");
    if (earlier !== undefined) return sameOrFailed(set, await place.shelf.head(earlier.name));
    const changes: KeptFile[] = [];
    for (const change of set.changes) {
      const kept = await this.#keptOf(place, change);
      if ("ok" in kept) return kept;
      if (kept.before !== kept.after) changes.push(kept);
    }
    if (changes.length === 0 && undoes.length === 0) return { ok: true, isNew: false };
    const size = changes.reduce((sum, { beforeBytes, afterBytes }) => sum + beforeBytes + afterBytes, 0);
    if (size > changeLimits.setBytesMax) return denied(tooLarge(size));
    const { id, run, title } = set;
    const whole: KeptSet = { ...{ id, run, title, undoes, changes }, root: place.root, at: clock.wallTime() };
    const name = await place.shelf.add(whole, entries, idHash);
    const applied = await carriedOut(place, name, whole);
    if (!applied.ok) return applied;
    await this.#options.onApplied?.(whole);
    await this.#dropOld(place);
    return applied;
  }

  /** A file that is there already is kept as one that does not change. */
  async #keptOf({ root }: SetPlace, change: PlannedChange): Promise<KeptFile | Failure> {
    const { files } = this.#options;
    const { path, after, bytes, newMode, clears } = change;
    try {
      const denial = await changeDenial(this.#options, change);
      if (denial !== undefined) return { ...denied(denial), path };
      const target = await targetOf(files, root, path);
      const isThere = target.hash === after;
      if (!isThere && target.hash !== change.before) return { ...changedSince(path), path };
      return {
        ...{ path, before: target.hash, after, was: target.bytes, becomes: bytes },
        ...{
          mode: target.mode ?? null,
          newMode: newMode ?? null,
          makes: target.missing,
          clears: clears ?? [],
        },
        ...{ beforeBytes: target.bytes?.length ?? 0, afterBytes: bytes?.length ?? 0 },
      };
    } catch (error) {
      if (error instanceof FileError) return { ok: false, ...failureOf(error), path };
      throw error;
    }
  }

  /** That something cannot be taken out now does no harm. */
  async #dropOld({ shelf }: SetPlace): Promise<void> {
    try {
      const sizes = [];
      for (const { name, state } of await shelf.entries()) {
        if (state === "back") await shelf.drop(name);
        else if (state === "done" || state === "lost") sizes.push(await shelf.size(name));
      }
      const { keep, clock } = this.#options;
      for (const name of droppedOf(sizes, keep, clock.wallTime())) await shelf.drop(name);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }

  async #place(): Promise<SetPlace> {
    const { files, folder, directory } = this.#options;
    const root = await realRoot(files, directory);
    return { files, root, shelf: new Shelf(files, join(folder, nameOf(root))) };
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

type PlannedSet = ChangeSet & { readonly changes: readonly PlannedChange[] };

const titleMax = changeLimits.titleCharactersMax;

/** The set that was applied under an id and stands; undefined where there is none. */
async function appliedAs(
  place: SetPlace,
  id: string,
): Promise<{ readonly name: string; readonly set: KeptSet } | undefined> {
  const ending = `-${nameOf(id)}`;
  const [found] = (await listOf(place)).filter(
    ({ name, state }) => name.endsWith(ending) && state === "applied",
  );
  return found === undefined ? undefined : { name: found.name, set: await place.shelf.read(found.name) };
}

/** The newest first. Sets that cannot be read any more are left out. */
async function listOf({ shelf }: SetPlace): Promise<readonly ListedSet[]> {
  const sets = [];
  for (const { name, state } of await shelf.entries()) {
    if (state !== "done") continue;
    try {
      sets.push({ ...(await shelf.head(name)), name });
    } catch (error) {
      if (!(error instanceof SetDamaged)) throw error;
    }
  }
  return listed(sets);
}

/** The place where changes are kept fails like any other. */
async function orFailure<Value>(work: () => Promise<Value>): Promise<Value | Failure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) return { ok: false, code: "failed", message: error.message };
    if (!(error instanceof SetDamaged)) throw error;
    const message = `What is kept of the change is damaged: ${error.message} It cannot be taken back. Change the files by hand.`;
    return { ok: false, code: "failed", message };
  }
}

function sinceIn(failure: Failure, run: string): Failure {
  if (failure.code !== "changed_since") return failure;
  const message = `${JSON.stringify(failure.path)} is not as run ${run} left it. Nothing was taken back: put that file aside, or change it by hand.`;
  return { ...failure, message };
}

function problemOf({ id, run, title, changes }: ChangeSet): string | undefined {
  const { idCharactersMax, titleCharactersMax, filesMax } = changeLimits;
  if (id === "" || run === "" || Math.max(id.length, run.length) > idCharactersMax)
    return `A set of changes has an id of 1 to ${idCharactersMax} characters, and so has its run.`;
  if (title.length > titleCharactersMax)
    return `The title of a set of changes has ${titleCharactersMax} characters at most.`;
  if (changes.length > filesMax)
    return `${changes.length} files are too many for one set of changes. Change ${filesMax} at a time.`;
  const paths = new Set<string>();
  for (const { path } of changes) {
    if (paths.has(path)) return `The set of changes has ${JSON.stringify(path)} twice. Make it one change.`;
    paths.add(path);
  }
  return undefined;
}

function sameOrFailed({ id, changes }: ChangeSet, kept: KeptHead): AppliedSet {
  const wanted = new Map(changes.map(({ path, after }) => [path, after]));
  if (kept.changes.every(({ path, after }) => wanted.get(path) === after)) return { ok: true, isNew: false };
  const message = `Another set of changes was applied as ${JSON.stringify(id)}. Give this one an id of its own.`;
  return { ok: false, code: "failed", message };
}

function denied(message: string): Failure {
  return { ok: false, code: "denied", message };
}

function tooLarge(bytes: number): string {
  return `The files of this set of changes have ${bytes} bytes, before and after together, and ${changeLimits.setBytesMax} are applied at once. Divide it.`;
}

/** Any text as one of a file. */
function nameOf(text: string): string {
  return blobHash(new TextEncoder().encode(text)).slice(0, 32);
}

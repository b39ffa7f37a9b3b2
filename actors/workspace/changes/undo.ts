// Which changes take back what a run has changed, and which runs there are to take back. Pure.
import type { KeptHead, KeptSet } from "./kept-set.ts";
import type { PlannedChange } from "./planned.ts";

/** A set as people see it. */
export interface ListedSet extends Pick<KeptHead, "run" | "title" | "at" | "changes"> {
  readonly name: string;
  /** `undo`: one that took others back. */
  readonly state: "applied" | "undone" | "undo";
}

export interface UndoRefused {
  readonly ok: false;
  readonly code: "nothing_to_undo" | "unknown_run" | "ambiguous_run" | "changed_since";
  readonly message: string;
  readonly path?: string | undefined;
}

/** @param sets those that happened, in any order. The newest first */
export function listed(sets: readonly (KeptHead & { readonly name: string })[]): readonly ListedSet[] {
  const undone = new Set(sets.flatMap(({ undoes }) => undoes));
  return sets
    .toSorted((left, right) => (left.name < right.name ? 1 : -1))
    .map(({ name, run, title, at, changes, undoes }) => ({
      ...{ name, run, title, at, changes },
      state: undoes.length > 0 ? "undo" : undone.has(name) ? "undone" : "applied",
    }));
}

/** The run that is to be taken back. @param prefix the beginning of its id; left out for the last one that changed something */
export function runToUndo(sets: readonly ListedSet[], prefix: string | undefined): string | UndoRefused {
  const last = sets.find(({ state }) => state === "applied");
  if (prefix === undefined) {
    if (last !== undefined) return last.run;
    const message =
      "There is nothing to take back: no change of aiex to the files of this directory is kept. aiex undo --list shows what was.";
    return { ok: false, code: "nothing_to_undo", message };
  }
  const meant = sets.filter(({ run, state }) => state !== "undo" && run.startsWith(prefix));
  const [run, ...others] = new Set(meant.map((set) => set.run));
  if (run === undefined) {
    const message = `No run that begins with ${JSON.stringify(prefix)} has changed files of this directory, or it is kept no longer. aiex undo --list shows those that have.`;
    return { ok: false, code: "unknown_run", message };
  }
  if (others.length > 0) {
    const message = `${others.length + 1} runs begin with ${JSON.stringify(prefix)}. Give more of the id.`;
    return { ok: false, code: "ambiguous_run", message };
  }
  if (meant.some(({ state }) => state === "applied")) return run;
  return { ok: false, code: "nothing_to_undo", message: `Run ${run} was taken back already.` };
}

/**
 * The one change of each file that takes all sets back.
 * @param sets of one run, the newest first
 */
export function undoOf(
  sets: readonly KeptSet[],
): { readonly ok: true; readonly changes: readonly PlannedChange[] } | UndoRefused {
  const files = new Map<string, PlannedChange>();
  for (const change of sets.flatMap(({ changes }) => changes)) {
    const { path, before, after, was, mode, makes } = change;
    const later = files.get(path);
    if (later !== undefined && later.after !== after) {
      const message = `${JSON.stringify(path)} was changed by somebody else between two changes of the run. Nothing was taken back: change it by hand.`;
      return { ok: false, code: "changed_since", message, path };
    }
    files.set(path, {
      ...{ path, before: later === undefined ? after : later.before, after: before, bytes: was },
      newMode: mode ?? undefined,
      clears: before === null ? [...(later?.clears ?? []), ...makes.toReversed()] : [],
    });
  }
  return { ok: true, changes: [...files.values()].filter(({ before, after }) => before !== after) };
}

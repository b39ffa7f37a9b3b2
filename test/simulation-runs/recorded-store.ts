// The store as one program has it, which notes what its journal says of the logs of runs.
import { entriesOf, unpackBatch } from "../../actors/runs/entry-codec.ts";
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import { runLogName } from "../../actors/runs/stores/run-log-name.ts";
import type { Append, Appended, Journal } from "../../runtime/journal/journal.ts";
import type { ClusterStore } from "../../runtime/store/cluster-store.ts";
import type { Program, Stage } from "./stage.ts";

export function recordedStore(stage: Stage, store: ClusterStore, programOf: () => Program): ClusterStore {
  const { runs } = store;
  const names = new Map(stage.plan.runs.map(({ id, name }) => [runLogName(id), name]));
  const recorded: Journal = {
    place: runs.place,
    acknowledgement: () => runs.acknowledgement(),
    append: async (log, append) => {
      // Who dies of it may have written all the same.
      if (log.startsWith(stem)) stage.logged.add(log.slice(stem.length));
      const outcome = await runs.append(log, append);
      // Parts of runs are called by their ids.
      const run = names.get(log) ?? (log.startsWith(stem) ? log.slice(stem.length) : undefined);
      if (run !== undefined) noteOutcome(stage, programOf(), run, append, outcome);
      return outcome;
    },
    end: (log) => runs.end(log),
    read: (log, after) => runs.read(log, after),
    snapshot: (log) => runs.snapshot(log),
    truncate: (log, position) => runs.truncate(log, position),
    repair: (log) => runs.repair(log),
    remove: (log) => runs.remove(log),
    close: () => runs.close(),
  };
  return { ...store, runs: recorded };
}

const stem = runLogName("");

function noteOutcome(
  stage: Stage,
  { label: node, world }: Program,
  run: string,
  { kind, epoch, payload }: Append,
  outcome: Appended,
): void {
  if (world.isDead) return;
  if (outcome.kind === "fenced") stage.note({ type: "fenced", run, node, epoch });
  if (outcome.kind !== "appended") return;
  if (kind === "claim") {
    stage.epochs.set(`${node} ${run}`, epoch);
    stage.note({ type: "claimed", run, node, epoch });
  } else stage.note({ type: "wrote", run, node, epoch, entries: entriesIn(payload) });
}

/** As they are told: outputs that fill a log are cut. */
export function entriesIn(payload: Uint8Array): readonly RunEntry[] {
  const batch = unpackBatch(payload);
  return batch === undefined ? [] : entriesOf(batch);
}

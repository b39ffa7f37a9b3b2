// The store as one program has it, which notes what its journal says of the logs of children.
import { decodeCheckpoint } from "../../runtime/checkpoint/codec.ts";
import type { Append, Appended, Journal } from "../../runtime/journal/journal.ts";
import type { ClusterStore } from "../../runtime/store/cluster-store.ts";
import { counterOf } from "./children.ts";
import type { Program, Stage } from "./stage.ts";

const prefix = "child/";

export function recordedStore(stage: Stage, store: ClusterStore, programOf: () => Program): ClusterStore {
  const { journal } = store;
  const recorded: Journal = {
    place: journal.place,
    acknowledgement: () => journal.acknowledgement(),
    append: async (log, append) => {
      const outcome = await journal.append(log, append);
      noteOutcome(stage, programOf(), log.slice(prefix.length), append, outcome);
      return outcome;
    },
    end: (log) => journal.end(log),
    read: (log, after) => journal.read(log, after),
    snapshot: (log) => journal.snapshot(log),
    truncate: (log, position) => journal.truncate(log, position),
    repair: (log) => journal.repair(log),
    remove: (log) => journal.remove(log),
    close: () => journal.close(),
  };
  return { ...store, journal: recorded };
}

function noteOutcome(
  stage: Stage,
  { label }: Program,
  child: string,
  { kind, epoch, payload }: Append,
  outcome: Appended,
): void {
  if (outcome.kind === "fenced") stage.note({ type: "fenced", child, node: label, epoch });
  if (outcome.kind !== "appended") return;
  const { position } = outcome;
  if (kind === "claim") {
    stage.epochs.set(`${label} ${child}`, epoch);
    stage.note({ type: "claimed", child, node: label, epoch, position });
    return;
  }
  const { key, snapshot } = decodeCheckpoint(payload);
  stage.note({ type: "kept", child, node: label, count: counterOf(key, snapshot).count, epoch, position });
}

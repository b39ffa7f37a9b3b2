// How a run ends: what is written of that, what logs, metrics and traces hear of it, and what becomes of its parts.
import { send, tellEvent, whereis } from "../../runtime/index.ts";
import { isRecord } from "../../runtime/wire/shape.ts";
import { pipelineEvents } from "../pipeline/events.ts";
import { type PartsLeft, runDeskName } from "./run-desk-protocol.ts";
import type { RunFact } from "./run-entry.ts";
import type { RunEnding } from "./run-options.ts";
import type { RunState } from "./run-state.ts";
import { childRunKind } from "./step-context.ts";

/** Why a run failed that is a part of one that failed: it goes on with that one. */
export const endedWithParent = "parent_over";

/** What is written of a run that is ended from outside. */
export function endingFact(ending: RunEnding): RunFact {
  if (ending.type === "cancel") return { type: "cancelled", by: ending.by };
  const { parent } = ending;
  const message = `It is a part of run ${parent}, which ended before it. \`aiex runs resume ${parent}\` goes on with both.`;
  return { type: "failed", code: endedWithParent, message };
}

/** `steps`: how many are done. Call it in a process. */
export function tellEnd(run: string, fact: RunFact, steps: number): void {
  if (fact.type === "done") tellEvent(pipelineEvents.run_finished, { run, steps });
  else if (fact.type === "failed")
    tellEvent(pipelineEvents.run_failed, {
      run,
      step: fact.step ?? "",
      reason: { [fact.code]: fact.message },
    });
  else tellEvent(pipelineEvents.run_cancelled, { run });
}

/** Has the desk of this node end the parts that nobody follows any more. Those of a run that is let go are left: it goes on. */
export function endParts({ spec, effects }: RunState, fact: RunFact): void {
  if (spec === undefined || fact.type === "released") return;
  const ids = [...effects.values()].flatMap(({ kind, fate, about }) =>
    kind === childRunKind && fate !== "done" && isRecord(about) && typeof about.run === "string"
      ? [about.run]
      : [],
  );
  const desk = whereis(runDeskName);
  if (ids.length === 0 || desk === undefined) return;
  const ending = endingOfParts(spec.id, fact, spec.by);
  send(desk, { type: "parts_left", run: spec.id, ids, ending } satisfies PartsLeft as never);
}

/** A part of a run that failed may be gone on with, as that may. @param by who asked for the run */
function endingOfParts(parent: string, fact: RunFact, by: string): RunEnding {
  if (fact.type === "failed") return { type: "parent_over", parent };
  return { type: "cancel", by: fact.type === "cancelled" ? fact.by : by };
}

// What logs, metrics and traces hear of how a run ended.
import { tellEvent } from "../../runtime/index.ts";
import { pipelineEvents } from "../pipeline/events.ts";
import type { RunFact } from "./run-entry.ts";

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

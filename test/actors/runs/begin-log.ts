// The beginning of a run that a test needs to be there.
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import { RunLog, type RunLogOptions } from "../../../actors/runs/run-log.ts";

export async function beginLog(options: RunLogOptions, facts: readonly RunFact[]): Promise<void> {
  const { log } = await RunLog.claim(options);
  await log.append(facts);
}

// `saveCheckpoint()`: a process has itself kept, and goes on when that lasts.
import { currentProcess } from "../process/current.ts";
import { DurableBehaviour } from "./durable-behaviour.ts";
import { NotPlaced } from "./failures.ts";

/**
 * Keeps the process whose code calls it, and resolves when that lasts.
 *
 * In a server: `state`, or else the state with which the handler began; for what must not be forgotten once it was answered:
 * `await saveCheckpoint(next); return replyWith(…, next)`. An idle timeout is not in it.
 * In XState logic, without a state: as it is as soon as it is at rest, behind the step whose action asks for it.
 * @throws {NotPlaced}; {NotDurable}; {CheckpointTooLarge}; {Misuse} a state for XState logic; what the keeper throws, as where
 * another process has taken this one's place
 */
export async function saveCheckpoint(...state: [state?: unknown]): Promise<void> {
  const { behaviour, logicName } = currentProcess();
  if (!(behaviour instanceof DurableBehaviour)) throw new NotPlaced(`"${logicName}"`);
  await behaviour.save(state);
}

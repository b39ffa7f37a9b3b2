// How the code of a process tells of an event of its application's own.
import { processOfCode } from "../process/current.ts";
import type { EventData, NamedDefinition } from "./event-definition.ts";

/**
 * Tells an event that `defineEvents` defined to everybody who subscribed at the node of the process whose code is running.
 * Outside of processes nobody hears it. It never throws.
 */
export function tellEvent<D extends NamedDefinition>(definition: D, data: EventData<D>): void {
  processOfCode()?.kernel.events.tell(definition, data);
}

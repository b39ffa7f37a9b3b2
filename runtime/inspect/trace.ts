// `trace`: what a process takes, sends, becomes and ends with, as an async iterable.
import { type Address, formatAddress } from "../process/address.ts";
import { Misuse, NoProcess } from "../process/failures.ts";
import { whereis } from "../process/messaging.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { type Trace, type TraceKind, type TraceOptions, Tracer } from "./tracer.ts";

const kinds: readonly TraceKind[] = ["in", "out", "state", "exit"];

/** Starts a trace for `reader`; it ends with that process too. @throws {NoProcess}; {Misuse} */
export function traceFor(reader: Process, target: Address<Protocol>, options: TraceOptions): Trace {
  checkOptions(options);
  const address = formatAddress(target);
  if ("node" in target && target.node !== reader.kernel.name) {
    throw new Misuse(
      `${address} does not belong to node "${reader.kernel.name}", which can trace its own processes only. Ask that node.`,
    );
  }
  const process = whereis(reader, target);
  if (process === undefined || process.hasEnded) throw new NoProcess(address, "trace");
  const tracer = new Tracer(process, options);
  const release = (): void => void tracer.return();
  reader.releases ??= new Set();
  reader.releases.add(release);
  tracer.onOver(() => reader.releases?.delete(release));
  return tracer;
}

function checkOptions({ events = kinds, eventsPerSecondMax = 1 }: TraceOptions): void {
  if (!Array.isArray(events) || events.length === 0 || !events.every((kind) => kinds.includes(kind)))
    throw new Misuse(`A trace tells of some of ${kinds.join(", ")}; given was ${JSON.stringify(events)}.`);
  if (!(eventsPerSecondMax >= 1)) {
    throw new Misuse(
      `The eventsPerSecondMax of a trace is a number from 1, or Infinity; given was ${String(eventsPerSecondMax)}.`,
    );
  }
}

// Looking into a running node: the verbs for processes and for code outside of them.
import type { Address } from "../process/address.ts";
import { currentProcess } from "../process/current.ts";
import type { ProcessInfo } from "../process/info.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { createSys, type Sys } from "./sys.ts";
import { topProcesses as rank, type TopProcessesOptions } from "./top-processes.ts";
import { traceFor } from "./trace.ts";
import type { Trace, TraceOptions } from "./tracer.ts";
import { type ApplicationTree, supervisionTrees, type TreeOptions } from "./tree.ts";

export interface Inspection {
  /** Requests to a live process itself (OTP: `sys`). */
  readonly sys: Sys;
  /**
   * Follows a process of this node from now until it ends, or until the reader returns (a `break` does) or ends itself. What is
   * not read waits, up to 1,000 events; what is too much is left out and counted in an event `dropped`.
   * @throws {NoProcess} nobody is there; {Misuse} for a process of another node, and for what is no option
   */
  trace(target: Address<Protocol>, options?: TraceOptions): Trace;
  /** The supervision trees of the node as they are now. No supervisor is asked, so one that is busy holds nothing up. */
  tree(options?: TreeOptions): readonly ApplicationTree[];
  /**
   * The processes that have the most of something, the most first. Every process is looked at: by memory, a hundred thousand of
   * them hold the node up for about 150 milliseconds.
   * @throws {Misuse} there is no such amount, or the limit is no whole number from 1
   */
  topProcesses(options: TopProcessesOptions): readonly ProcessInfo[];
}

/** On behalf of whichever process `own` names at the moment of the call. */
export function createInspection(own: () => Process): Inspection {
  return {
    sys: createSys(own),
    trace: (target, options = {}) => traceFor(own(), target, options),
    tree: (options) => supervisionTrees(own().kernel, options),
    topProcesses: (options) => rank(own().kernel, options),
  };
}

export const { sys, trace, tree, topProcesses }: Inspection = createInspection(currentProcess);

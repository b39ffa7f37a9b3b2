// What the embedder of attached shells decides: who may have one, where the audit goes, and what stands around it.
import type { Carrier } from "../../runtime/carrier.ts";
import type { Node } from "../../runtime/index.ts";
import type { Subjects } from "../../runtime/wire/subject.ts";
import type { DrainedNode } from "./drain.ts";
import type { AttachMode } from "./frames.ts";
import type { GuardedProgram } from "./program-guard.ts";

export interface AttachOptions {
  readonly node: Node;
  readonly subjects: Subjects;
  /** The carriers that shells may come over; more can be added while the node runs. */
  readonly carriers: readonly Carrier[];
  /** The file of the audit. Its folder is made where it is missing. */
  readonly auditPath: string;
  /**
   * Whether somebody may have a shell. By default everybody over a socket or in memory, which only the owner of the machine
   * reaches, and nobody over NATS.
   */
  readonly allowed?: (from: string, carrier: Carrier["kind"], mode: AttachMode) => boolean;
  /** Has the node drain and stop, for the helper of that name. Left out where it cannot. */
  readonly drain?: DrainedNode;
  /** Kept from being ended by code of a shell: `process`. Left out, nothing is kept. */
  readonly program?: GuardedProgram;
  /** A shell that nobody uses for this long is taken away; 30 minutes by default. */
  readonly idleTimeoutMs?: number;
}

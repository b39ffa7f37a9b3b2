// What a process can ask of the names and locks of its cluster: the seam between the verbs and those who keep them.
import type { Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { ConflictResolver } from "./conflict.ts";

export interface NameOptions {
  /** Decides where two processes are found to have the name; by default whom the cluster knows keeps it. */
  readonly resolve?: ConflictResolver;
}

/** A lock that is held. */
export interface LockHold {
  /** Aborted when the lock may be lost, a second before somebody else can have it. */
  readonly signal: AbortSignal;
  /** @throws {LockLost} others may have had it meanwhile */
  check(): void;
  /** Comes back when the others know, or cannot be told. */
  giveUp(): Promise<void>;
}

export interface ClusterNaming {
  /** Who holds the name, by what is known here: without asking anybody. */
  resolve(name: string): Pid | undefined;
  /** As `resolve`, by what a majority knows now; where nobody can be asked, by what is known here. */
  refresh(name: string): Promise<Pid | undefined>;
  /** Gives undefined where `process` has the name now, and who has it otherwise. @throws {NotOwner}; {StoreUnavailable}; {Misuse} */
  claim(name: string, process: Process, options: NameOptions): Promise<Pid | undefined>;
  /** As `claim`, whoever has it now. */
  replace(name: string, process: Process, options: NameOptions): Promise<void>;
  giveUp(name: string): Promise<void>;
  names(): readonly string[];
  /** @throws {LockTaken}; {NotOwner}; {StoreUnavailable} */
  lock(process: Process, id: string, requester: string, retries: number): Promise<LockHold>;
}

// What can be seen of a supervisor's children without asking it, which would have to wait while it starts or stops one.
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import type { Restart } from "./child-spec.ts";
import type { PastRestart } from "./restart-history.ts";

export interface SupervisedChild {
  readonly id: string;
  readonly pid: Pid<Protocol> | undefined;
  readonly type: "worker" | "supervisor";
  readonly restart: Restart;
  readonly status: "running" | "restarting" | "stopped";
  /** The last times that it was started again, the latest last. */
  readonly restarts: readonly PastRestart[];
}

/** The state of every supervisor is one of these. */
export abstract class Supervised {
  abstract readonly childCount: number;
  /** In the order of their starts. */
  abstract supervisedChildren(): Iterable<SupervisedChild>;
  abstract supervisedChild(pid: Pid<Protocol>): SupervisedChild | undefined;
}

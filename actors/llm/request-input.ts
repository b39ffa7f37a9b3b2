// What the process of an order is started with.
import type { Pid, Ref } from "../../runtime/index.ts";
import type { CheckedOrder } from "./completion.ts";
import type { Place } from "./entries.ts";

export interface RequestSettings {
  /** Further attempts at one place after the first. */
  readonly retriesMax: number;
  readonly backoffFactor: number;
  /** Milliseconds for another node to begin with an attempt. */
  readonly failoverMs: number;
  /** The name of this node; undefined where it is a program alone. */
  readonly node: string | undefined;
}

export interface RequestInput {
  /** What the coordinator knows it by. */
  readonly job: number;
  readonly coordinator: Pid;
  readonly order: CheckedOrder;
  readonly places: readonly Place[];
  readonly replyTo: Ref;
  /** Who asked, where that is a process: its end makes the answer pointless. */
  readonly caller: Pid | undefined;
  /** Whether the caller hears the answer as it comes. */
  readonly hears: boolean;
  readonly deadlineMs: number;
  /** On this node's clock. */
  readonly dueMs: number;
  readonly settings: RequestSettings;
}

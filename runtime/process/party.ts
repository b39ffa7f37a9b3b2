// Either end of a signal: a process of this node, or what stands here for one of another node.
import type { ExitReason } from "./exit-reason.ts";
import type { Holder } from "./holdings.ts";
import type { Kernel } from "./kernel.ts";
import type { Item } from "./mailbox.ts";
import type { Pid } from "./pid.ts";

export interface Party extends Holder {
  readonly kernel: Kernel;
  readonly pid: Pid;
  readonly hasEnded: boolean;
  deliver(item: Item, priority?: boolean): void;
  doomWith(reason: ExitReason): void;
}

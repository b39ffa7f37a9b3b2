// What a process is made of: its behaviour, its place among the others, and who wants to hear that it has started.
import type { AnyLogic } from "../logic/logic.ts";
import type { Ancestral } from "./ancestor.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { MailboxBound } from "./mailbox.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";

/** Told once how a start came out. */
export interface Starter {
  started(process: Process): void;
  /** The process is gone when this is called. `ignored` for a start that was declined. */
  failed(process: Process, reason: ExitReason, ignored: boolean): void;
}

export interface ProcessOptions {
  readonly logic: AnyLogic;
  readonly input: unknown;
  readonly starter: Starter | undefined;
  /** Who started it linked: its exit is an order, not news. */
  readonly parent: Ancestral | undefined;
  readonly groupLeader: Pid | undefined;
  readonly trapsExits: boolean;
  readonly bound: MailboxBound | undefined;
}

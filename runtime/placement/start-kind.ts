// Why a placed child runs on its node (OTP: the type of a start): told to its process from before its first line.
import type { MoveReason } from "../ownership/report.ts";
import { currentProcess } from "../process/current.ts";
import { Misuse } from "../process/failures.ts";
import type { Process } from "../process/process.ts";

export interface StartKind {
  /**
   * Why it is on this node. OTP's `normal` is `start`; `{takeover, Node}` is `takeover`, and `{failover, Node}` is `node_down`, or
   * `node_left` where that node stopped in good order. A restart by the supervisor of the same node changes nothing about it.
   */
  readonly reason: MoveReason;
  /** The node that had it before; undefined where none had. */
  readonly from: string | undefined;
  /** The how-manieth owner this one is. */
  readonly epoch: number;
}

const kinds = new WeakMap<Process, StartKind>();

export function noteStart(process: Process, kind: StartKind): void {
  kinds.set(process, kind);
}

/** In a placed child: why it runs here. @throws {Misuse} the process is none */
export function startKind(): StartKind {
  const process = currentProcess();
  const kind = kinds.get(process);
  if (kind !== undefined) return kind;
  throw new Misuse(
    `startKind was called in "${process.logicName}", which is no placed child. Ask in the child itself, and tell the others.`,
  );
}

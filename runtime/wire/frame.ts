// Every frame that two nodes exchange, and every signal that an envelope carries: the whole catalogue, on one page.
import type { ExitReason } from "../process/exit-reason.ts";

/** The versions of this catalogue that this program speaks, best first. */
export const wireVersions: readonly number[] = [1];

/**
 * A half is one side's part of a session's identity: a whole number that is drawn anew for every session. Frames of a session name
 * the half of the receiver (`yours`), so that none of an older session is ever taken for one of this.
 */
export type Frame =
  /** Asks for a session. */
  | {
      readonly kind: "hello";
      readonly versions: readonly number[];
      readonly incarnation: number;
      readonly half: number;
      /** True for tools: they are no members, and only messages and calls are taken from them. */
      readonly hidden: boolean;
      /** Bytes of envelopes that the sender of this frame takes without having acknowledged them. */
      readonly windowBytes: number;
    }
  /** Agrees; the session stands for its receiver, and for its sender with the first frame that names `half`. */
  | {
      readonly kind: "welcome";
      readonly version: number;
      readonly incarnation: number;
      readonly half: number;
      readonly yours: number;
      readonly hidden: boolean;
      readonly windowBytes: number;
    }
  /** Declines a hello. `incarnation` is that of the sender. */
  | {
      readonly kind: "refuse";
      readonly yours: number;
      readonly incarnation: number;
      readonly why: "version" | "closing" | "name";
      readonly versions: readonly number[];
    }
  /** Signals, numbered from 1; `ack` is the last number that came without a gap the other way. `body` is a batch of signals. */
  | {
      readonly kind: "envelope";
      readonly yours: number;
      readonly seq: number;
      readonly ack: number;
      readonly body: Uint8Array;
    }
  /** Keeps the session alive, and tells of what was lost at its end: `seq` is the last number that was sent. */
  | { readonly kind: "alive"; readonly yours: number; readonly seq: number; readonly ack: number }
  /** Asks for the envelopes from `from` on once more. */
  | { readonly kind: "nack"; readonly yours: number; readonly from: number }
  /** There is no such session here: `yours` is the half of the receiver that the frame in question came with. */
  | { readonly kind: "reset"; readonly yours: number }
  /** Ends the session in good order. */
  | { readonly kind: "goodbye"; readonly yours: number; readonly why: string }
  /** Asks whether a node lives, outside of any session, and which incarnation it is. Sent as a request of the carrier. */
  | { readonly kind: "ping"; readonly incarnation: number; readonly nonce: number }
  | {
      readonly kind: "pong";
      readonly incarnation: number;
      readonly nonce: number;
      /** Where it runs, for people: the machine's name and the number of the OS process. */
      readonly host: string;
      readonly osPid: number;
    };

/** A process by its number, a registered name, or an alias by the number of its reference. */
export type Target = number | string | { readonly ref: number };

/** Numbers of processes and references belong to the node that the field's process lives on. */
export const signalKinds = {
  send: 1,
  cast: 2,
  call: 3,
  reply: 4,
  callFailed: 5,
  abandon: 6,
  link: 7,
  unlink: 8,
  unlinkAck: 9,
  linkExit: 10,
  exit: 11,
  monitor: 12,
  demonitor: 13,
  down: 14,
  spawn: 15,
  spawned: 16,
  spawnFailed: 17,
  spawnAbandon: 18,
  groupSend: 19,
  stop: 20,
  fragment: 21,
} as const;

type Kinds = typeof signalKinds;

/** Why a remote call has no reply, as data. */
export type RemoteFailure =
  | { readonly kind: "exited"; readonly reason: ExitReason; readonly output?: unknown }
  | { readonly kind: "overload"; readonly messagesMax: number };

export interface RemoteSpawnOptions {
  readonly name?: string;
  readonly link?: boolean;
  readonly trapExit?: boolean;
  /** The reference of a monitor that stands from before the first line, and whether its DOWN carries the output. */
  readonly monitor?: number;
  readonly output?: boolean;
  readonly startTimeoutMs?: number;
  readonly mailbox?: { readonly max: number; readonly onFull: "kill" | "dropNewest" | "dropOldest" };
}

/** Tuples, so that no name of a field travels. `from` is always the number of the process that the signal is in the name of. */
export type Signal =
  | readonly [kind: Kinds["send"], from: number, to: Target, message: unknown, priority?: boolean]
  | readonly [
      kind: Kinds["cast"],
      from: number,
      to: Target,
      type: string,
      payload: unknown,
      priority?: boolean,
    ]
  | readonly [kind: Kinds["call"], from: number, to: Target, ref: number, type: string, payload: unknown]
  | readonly [kind: Kinds["reply"], from: number, ref: number, value: unknown]
  | readonly [kind: Kinds["callFailed"], from: number, ref: number, failure: RemoteFailure]
  | readonly [kind: Kinds["abandon"], from: number, ref: number]
  | readonly [kind: Kinds["link"], from: number, to: number]
  | readonly [kind: Kinds["unlink"], from: number, to: number, id: number]
  | readonly [kind: Kinds["unlinkAck"], from: number, to: number, id: number]
  | readonly [kind: Kinds["linkExit"], from: number, to: number, reason: ExitReason]
  | readonly [kind: Kinds["exit"], from: number, to: number, reason: ExitReason]
  | readonly [kind: Kinds["monitor"], from: number, to: number | string, ref: number, output: boolean]
  | readonly [kind: Kinds["demonitor"], from: number, ref: number]
  | readonly [
      kind: Kinds["down"],
      from: number,
      to: number,
      ref: number,
      reason: ExitReason,
      output?: unknown,
    ]
  | readonly [
      kind: Kinds["spawn"],
      from: number,
      ref: number,
      logic: string,
      input: unknown,
      options: RemoteSpawnOptions,
    ]
  /** Twice for a start: with `ready` false as soon as the process is there, with true when its init has returned. */
  | readonly [kind: Kinds["spawned"], from: number, ref: number, id: number, ready: boolean]
  | readonly [kind: Kinds["spawnFailed"], from: number, ref: number, error: RemoteStartError]
  | readonly [kind: Kinds["spawnAbandon"], from: number, ref: number]
  | readonly [
      kind: Kinds["groupSend"],
      from: number,
      scope: string,
      group: string,
      message: unknown,
      priority?: boolean,
    ]
  | readonly [kind: Kinds["stop"], from: number, to: Target, ref: number, reason: ExitReason]
  /** A part of one signal that is too large for an envelope; the parts of one `id` come in order, others may come between. */
  | readonly [kind: Kinds["fragment"], from: number, id: number, isLast: boolean, bytes: Uint8Array];

/** A start that failed over there, as data. */
export interface RemoteStartError {
  readonly code: string;
  readonly message: string;
  readonly reason?: ExitReason;
  /** Who holds the name, by its number there. */
  readonly holder?: number;
}

// What the runtime itself puts into a mailbox: exits that were trapped, downs, timeouts and stop requests.
// They are classes of their own so that nobody can forge one, and no mailbox bound ever counts or drops one.

import type { Address } from "./address.ts";
import type { Outcome } from "./behaviour.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Pid, Ref } from "./pid.ts";
import type { Protocol } from "./protocol.ts";

export abstract class SystemMessage {
  abstract readonly type: string;
}

/** An exit signal that a trapping process received (OTP: `{'EXIT', From, Reason}`). */
export class ExitMessage extends SystemMessage {
  readonly type = "sys.exit";
  readonly from: Pid;
  readonly reason: ExitReason;
  constructor(from: Pid, reason: ExitReason) {
    super();
    this.from = from;
    this.reason = reason;
  }
}

/** A watched process ended (OTP: `{'DOWN', Ref, process, Object, Reason}`). `type` is `sys.down` unless the monitor chose a tag. */
export class DownMessage extends SystemMessage {
  readonly type: string;
  readonly ref: Ref;
  /** What was given to `monitor`: a pid or a name. */
  readonly object: Address<Protocol>;
  readonly reason: ExitReason;
  /** What the process's logic came to, for a monitor that asked with `output: true`. */
  readonly output: unknown;
  /** Who asked to be told in place of the message. */
  readonly #listener: ((down: DownMessage) => void) | undefined;

  constructor(
    type: string,
    ref: Ref,
    object: Address<Protocol>,
    reason: ExitReason,
    output: unknown,
    listener: ((down: DownMessage) => void) | undefined,
  ) {
    super();
    this.#listener = listener;
    this.type = type;
    this.ref = ref;
    this.object = object;
    this.reason = reason;
    this.output = output;
  }

  get isListenedTo(): boolean {
    return this.#listener !== undefined;
  }

  tell(): void {
    this.#listener?.(this);
  }
}

/** A timer of `startTimer`, or a server's idle timeout, which has no `ref`. */
export class TimeoutMessage extends SystemMessage {
  readonly type = "sys.timeout";
  readonly ref: Ref | undefined;
  readonly payload: unknown;
  constructor(ref: Ref | undefined, payload: unknown) {
    super();
    this.ref = ref;
    this.payload = payload;
  }
}

/** An orderly stop was asked for with `stop` (OTP: `sys:terminate/2`). */
export class StopMessage extends SystemMessage {
  readonly type = "sys.stop";
  readonly reason: ExitReason;
  constructor(reason: ExitReason) {
    super();
    this.reason = reason;
  }
}

/** A supervisor's next attempt for the child under `key`, whose start had failed. */
export class RetryMessage extends SystemMessage {
  readonly type = "sys.retry";
  readonly key: string | number;
  constructor(key: string | number) {
    super();
    this.key = key;
  }
}

/** Work that belongs into a turn of the process but is no message: a delayed event of an actor inside a machine, a callback. */
export class TurnMessage extends SystemMessage {
  readonly type = "sys.turn";
  readonly run: () => void;
  constructor(run: () => void) {
    super();
    this.run = run;
  }
}

/** Something that is asked of the process and not of its behaviour: even one that is suspended answers (OTP: `sys`). */
export class SystemRequest extends SystemMessage {
  readonly type = "sys.request";
  readonly run: () => Outcome;
  constructor(run: () => Outcome) {
    super();
    this.run = run;
  }
}

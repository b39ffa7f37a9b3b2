// The typed errors of the runtime: what a start, a call or a name can answer besides success.
import { AiexError } from "../errors.ts";
import { type ExitReason, formatReason } from "./exit-reason.ts";
import { formatPid, type Pid } from "./pid.ts";

/** A process asked for is not there (OTP: `noproc`). */
export class NoProcess extends AiexError {
  readonly code = "noproc";
  constructor(target: string, request?: string) {
    super(
      `There is no process ${target}${request === undefined ? "" : ` to answer "${request}"`}. It may have ended, or may not have been started.`,
      { details: { target, request }, retryable: true },
    );
  }
}

/** The reply did not come in time (OTP: `timeout`). The callee is not told and may still do the work. */
export class CallTimeout extends AiexError {
  readonly code = "timeout";
  constructor(target: string, request: string, timeoutMs: number) {
    super(
      `${target} did not answer "${request}" within ${timeoutMs} ms. Give the call a longer timeoutMs, or find out what keeps it busy.`,
      {
        details: { target, request, timeoutMs },
        retryable: true,
      },
    );
  }
}

/** The node of the callee is not reachable (OTP: `nodedown`). */
export class NodeDown extends AiexError {
  readonly code = "nodedown";
  readonly node: string;
  constructor(node: string) {
    super(`Node "${node}" is not reachable from here.`, { details: { node }, retryable: true });
    this.node = node;
  }
}

/** The callee ended before it answered; `reason` is its exit reason. */
export class CalleeExited extends AiexError {
  readonly code = "callee_exited";
  readonly reason: ExitReason;
  constructor(target: string, request: string, reason: ExitReason) {
    // A reason that is a sentence brings its own full stop.
    super(`${target} ended before it answered "${request}": ${formatReason(reason).replace(/\.$/, "")}.`, {
      details: { target, request, reason },
    });
    this.reason = reason;
  }
}

/** The callee's mailbox is full. */
export class Overload extends AiexError {
  readonly code = "overload";
  constructor(target: string, request: string, messagesMax: number) {
    super(
      `${target} has ${messagesMax} messages waiting and takes no "${request}" now. Try again later, or send less.`,
      {
        details: { target, request, messagesMax },
        retryable: true,
      },
    );
  }
}

/** A process called itself, which would wait forever (OTP: `calling_self`). */
export class CallingSelf extends AiexError {
  readonly code = "calling_self";
  constructor(target: string, request: string) {
    super(`${target} called itself with "${request}". Call the function directly, or cast.`, {
      details: { target, request },
    });
  }
}

/** The name, or the key, belongs to a live process already; `pid` is its owner. */
export class AlreadyStarted extends AiexError {
  readonly code = "already_started";
  readonly pid: Pid;
  constructor(name: string, pid: Pid) {
    super(`"${name}" is held by ${formatPid(pid)}. Choose another name, or stop that process first.`, {
      details: { name, pid },
    });
    this.pid = pid;
  }
}

/** The process ended before it was ready; `reason` says why. */
export class StartFailed extends AiexError {
  readonly code = "start_failed";
  readonly reason: ExitReason;
  constructor(what: string, reason: ExitReason) {
    super(`${what} did not start: ${formatReason(reason)}.`, { details: { what, reason } });
    this.reason = reason;
  }
}

/** The process declined to start (OTP: `ignore`). */
export class StartIgnored extends AiexError {
  readonly code = "ignore";
  constructor(what: string) {
    super(`${what} declined to start.`, { details: { what } });
  }
}

/** The process was not ready in time and was killed. */
export class StartTimeout extends AiexError {
  readonly code = "start_timeout";
  constructor(what: string, timeoutMs: number) {
    super(
      `${what} was not ready within ${timeoutMs} ms and was killed. Give it a longer startTimeoutMs, or do the slow part in a continue.`,
      {
        details: { what, timeoutMs },
      },
    );
  }
}

/** The runtime was used in a way that can never work; the message shows what was given and what is accepted. */
export class Misuse extends AiexError {
  readonly code = "misuse";
}

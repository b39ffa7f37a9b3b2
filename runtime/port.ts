// A port: an OS program as a supervised process. Requests and answers are frames over its standard streams, one at a
// time, each with a deadline; the program and all it started end with the process, and the process with the program.
import { encodeFrame, type FrameDecoder, frameDecoder } from "./framing.ts";
import { limits } from "./limits.ts";
import type { NativeLogic } from "./logic/logic.ts";
import { reply } from "./process/acting.ts";
import { type Behaviour, type Outcome, Stopping } from "./process/behaviour.ts";
import type { ExitReason } from "./process/exit-reason.ts";
import { Misuse } from "./process/failures.ts";
import { type Item, Request } from "./process/mailbox.ts";
import type { Ref } from "./process/pid.ts";
import type { Process } from "./process/process.ts";
import type { Protocol } from "./process/protocol.ts";
import { SystemMessage } from "./process/system-message.ts";
import type { Timer } from "./process/timers.ts";
import type { Program, ProgramEnd } from "./program.ts";

export interface PortOptions {
  /** The program and its arguments; no shell reads them. */
  readonly command: string;
  readonly args: readonly string[];
  /** The program's whole environment; nothing is inherited beyond it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds the program has for one request; then it is killed. */
  readonly requestTimeoutMs: number;
  /** What the program is sent each time it starts, before its first request. It gives no answer to this. */
  readonly opening?: unknown;
}

/**
 * What a request came to. `timed_out`, `program_ended` and `broken_answer` are the fate of the one request that the
 * program was working on; those that waited behind it see the port exit and may be asked again. `too_large`,
 * `bad_request` (it is nothing that JSON can say) and `overload` (too many wait) never reached the program.
 */
export type PortAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly error:
        | "timed_out"
        | "program_ended"
        | "broken_answer"
        | "too_large"
        | "bad_request"
        | "overload";
      readonly message: string;
    };

export interface PortProtocol extends Protocol {
  readonly calls: { readonly request: { readonly payload: unknown; readonly reply: PortAnswer } };
  readonly casts: object;
  readonly messages: { readonly type: string };
}

/** The program has more to say than the port can show: the end of its standard error, for the exit reason. */
const errorTailCharactersMax = 2_000;

/**
 * Defines a port.
 * @param name what reports and child specs call it
 * @throws {Misuse} the time for a request is none, or the opening does not fit in a frame
 */
export function port(name: string, options: PortOptions): NativeLogic<PortProtocol, void> {
  if (!(options.requestTimeoutMs > 0)) {
    throw new Misuse(
      `The requestTimeoutMs of port "${name}" is a number of milliseconds above 0; given was ${options.requestTimeoutMs}.`,
    );
  }
  const opening = options.opening === undefined ? new Uint8Array() : encoded(options.opening);
  if (!(opening instanceof Uint8Array)) {
    throw new Misuse(`The opening of port "${name}" cannot be sent: it is no JSON, or larger than a frame.`);
  }
  return { logicName: name, host: (process) => new PortBehaviour(process, options, opening) };
}

class OutputMessage extends SystemMessage {
  readonly type = "sys.output";
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }
}

class EndMessage extends SystemMessage {
  readonly type = "sys.program_end";
  readonly end: ProgramEnd;
  constructor(end: ProgramEnd) {
    super();
    this.end = end;
  }
}

class DeadlineMessage extends SystemMessage {
  readonly type = "sys.deadline";
  readonly request: Request;
  constructor(request: Request) {
    super();
    this.request = request;
  }
}

class PortBehaviour implements Behaviour {
  readonly pulls = false;
  readonly #process: Process;
  readonly #options: PortOptions;
  readonly #opening: Uint8Array;
  readonly #decoder: FrameDecoder = frameDecoder();
  readonly #waiting: Request[] = [];
  #program: Program | undefined;
  #current: Request | undefined;
  #deadline: Timer | undefined;
  #errorTail = "";

  constructor(process: Process, options: PortOptions, opening: Uint8Array) {
    this.#process = process;
    this.#options = options;
    this.#opening = opening;
  }

  init(): undefined {
    return undefined;
  }

  started(): undefined {
    return undefined;
  }

  receive(item: Item): Outcome {
    if (item instanceof Request) this.#take(item);
    else if (item instanceof OutputMessage) return this.#output(item.bytes);
    else if (item instanceof EndMessage) return this.#ended(item.end);
    else if (item instanceof DeadlineMessage && item.request === this.#current) return this.#late();
    return undefined;
  }

  arrived(): void {}
  waits(): void {}
  terminate(): void {}

  release(): void {
    this.#clearDeadline();
    this.#program?.kill();
  }

  state(): unknown {
    return {
      program: this.#options.command,
      waiting: this.#waiting.length,
      working: this.#current !== undefined,
    };
  }

  output(): undefined {
    return undefined;
  }

  /** Starts the program: not before the first request, so that a port nobody needs costs nothing. */
  #start(): Program {
    const process = this.#process;
    const { command, args, cwd, env = {} } = this.#options;
    const decoder = new TextDecoder();
    const program = process.kernel.world.programs.start(
      { command, args, env, ...(cwd === undefined ? {} : { cwd }) },
      {
        onOutput: (bytes) => process.deliver(new OutputMessage(bytes)),
        onErrorOutput: (bytes) => {
          const text = this.#errorTail + decoder.decode(bytes, { stream: true });
          this.#errorTail = text.slice(-errorTailCharactersMax);
        },
        onDrain: () => {},
        onEnd: (end) => process.deliver(new EndMessage(end)),
      },
    );
    if (this.#opening.length > 0) program.write(this.#opening);
    return program;
  }

  #take(request: Request): void {
    if (request.from === undefined || request.type !== "request") return;
    if (this.#waiting.length >= limits.portQueueMax) {
      const message = `${limits.portQueueMax} requests wait already`;
      this.#answer(request.from, { ok: false, error: "overload", message });
      return;
    }
    this.#waiting.push(request);
    this.#next();
  }

  #next(): void {
    while (this.#current === undefined) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      const frame = encoded(request.payload);
      if (!(frame instanceof Uint8Array)) {
        this.#answer(request.from, frame);
        continue;
      }
      this.#current = request;
      this.#deadline = this.#process.kernel.timers.start(this.#options.requestTimeoutMs, () =>
        this.#process.deliver(new DeadlineMessage(request)),
      );
      this.#program ??= this.#start();
      this.#program.write(frame);
    }
  }

  #output(bytes: Uint8Array): Outcome {
    for (const event of this.#decoder.push(bytes)) {
      if (event.kind !== "frame") return this.#break(event.reason);
      if (this.#current === undefined) return this.#break("the program answered without being asked");
      this.#settle({ ok: true, value: event.value });
    }
    this.#next();
    return undefined;
  }

  #ended(end: ProgramEnd): Outcome {
    const message = describeEnd(this.#options.command, end);
    this.#settle({ ok: false, error: "program_ended", message });
    return new Stopping({
      port_program_ended: end,
      message,
      error_output: this.#errorTail,
    } satisfies ExitReason);
  }

  #late(): Outcome {
    const message = `The program took longer than ${this.#options.requestTimeoutMs} ms and was killed`;
    this.#settle({ ok: false, error: "timed_out", message });
    return new Stopping({ port_timed_out: this.#options.requestTimeoutMs } satisfies ExitReason);
  }

  #break(reason: string): Outcome {
    this.#settle({ ok: false, error: "broken_answer", message: reason });
    return new Stopping({ port_broken_answer: reason } satisfies ExitReason);
  }

  #settle(answer: PortAnswer): void {
    this.#clearDeadline();
    const request = this.#current;
    this.#current = undefined;
    this.#answer(request?.from, answer);
  }

  #answer(to: Ref | undefined, answer: PortAnswer): void {
    if (to === undefined) return;
    try {
      reply(to, answer);
    } catch (error) {
      // JSON may hold what a message may not: it is nested too deep. The program is in step all the same.
      reply(to, { ok: false, error: "broken_answer", message: messageOf(error) } satisfies PortAnswer);
    }
  }

  #clearDeadline(): void {
    if (this.#deadline !== undefined) this.#process.kernel.timers.stop(this.#deadline);
    this.#deadline = undefined;
  }
}

/** The frame of a request, or why there is none. */
function encoded(payload: unknown): Uint8Array | PortAnswer {
  try {
    const frame = encodeFrame(payload);
    if (frame !== null) return frame;
    const message = `The request is larger than ${limits.portFrameBytesMax} bytes`;
    return { ok: false, error: "too_large", message };
  } catch (error) {
    const message = `The request cannot be written as JSON: ${messageOf(error)}`;
    return { ok: false, error: "bad_request", message };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeEnd(command: string, end: ProgramEnd): string {
  switch (end.kind) {
    case "exited":
      return `${command} ended with code ${end.code}`;
    case "signalled":
      return `${command} was ended by ${end.signal}`;
    case "unstartable":
      return `${command} could not be started: ${end.message}`;
  }
}

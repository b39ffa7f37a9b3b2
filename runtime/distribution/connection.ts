// The way to another node while one session with it lasts, or is being made: signals wait here, and leave once a tick.
import { outsideProcesses } from "../process/current.ts";
import { errorData } from "../process/exit-reason.ts";
import type { Kernel } from "../process/kernel.ts";
import { removeLink } from "../process/links.ts";
import { makePid, type Pid } from "../process/pid.ts";
import { RemoteNode } from "../process/remote-node.ts";
import { addressedToNobody, linkToNobody } from "../process/remote-signals.ts";
import { Reassembly, type ReassemblyBudget } from "../wire/fragments.ts";
import { type Signal, signalKinds } from "../wire/frame.ts";
import { insteadOf } from "./instead-of.ts";
import { distributionLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";

/** What a connection needs of the session beneath it. */
export interface Line {
  /** Undefined until the session stands. */
  readonly incarnation: number | undefined;
  readonly hasRoom: boolean;
  send(body: Uint8Array): void;
  /** More waits than can be kept. */
  overrun(): void;
}

/** A signal that was sent before it was known which incarnation answers. */
interface Early {
  readonly signal: Signal;
  readonly incarnation: number | undefined;
}

export class Connection extends RemoteNode {
  readonly reassembly: Reassembly;
  readonly #line: Line;
  readonly #outbox = new Outbox();
  #early: Early[] | undefined = [];
  #isScheduled = false;

  /** `parts` is the budget for parts of large signals that it has together with others. */
  constructor(kernel: Kernel, name: string, line: Line, parts?: ReassemblyBudget) {
    super(kernel, name);
    this.#line = line;
    this.reassembly = new Reassembly(parts);
  }

  get incarnation(): number | undefined {
    return this.#line.incarnation;
  }

  /** Signals that wait to be sent. */
  get parked(): number {
    return this.#outbox.length + (this.#early?.length ?? 0);
  }

  /** @throws {Misuse} it holds what is no data; {MessageTooLarge} */
  transmit(signal: Signal, incarnation?: number): void {
    if (this.hasEnded) return;
    if (this.#early !== undefined) {
      this.#early.push({ signal, incarnation });
      if (this.#early.length > distributionLimits.earlySignalsMax) this.#line.overrun();
      return;
    }
    if (incarnation !== undefined && incarnation !== this.incarnation) {
      this.#misdirected(signal, incarnation);
      return;
    }
    this.#push(signal);
    if (!this.#isScheduled) this.#schedule();
  }

  /** What the runtime itself has to tell is told in other words rather than not at all. */
  #push(signal: Signal): void {
    try {
      this.#outbox.push(signal);
    } catch (error) {
      const instead = insteadOf(signal, { error: errorData(error as Error) });
      if (instead === undefined) throw error;
      this.#outbox.push(instead);
    }
  }

  /** The session stands: what was sent early goes first. */
  opened(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const { signal, incarnation } of early) {
      try {
        this.transmit(signal, incarnation);
      } catch (error) {
        this.#undeliverable(signal, error as Error);
      }
    }
  }

  /** Its sender went on long ago. */
  #undeliverable(signal: Signal, error: Error): void {
    const call = signal[0] === signalKinds.call || signal[0] === signalKinds.stop ? signal[3] : undefined;
    const pending = call === undefined ? undefined : this.kernel.calls.get(call);
    if (pending !== undefined) this.failCall(pending, { kind: "undeliverable", error });
    else if (signal[0] === signalKinds.spawn)
      this.starts.get(signal[2])?.failed({ code: "misuse", message: error.message });
    else this.kernel.events.emit("signals_dropped", { peer: this.name, signals: 1, why: error.message });
  }

  /** Sends what waits, as far as there is room. */
  flush(): void {
    this.#isScheduled = false;
    while (!this.hasEnded && this.#line.hasRoom) {
      const body = this.#outbox.next();
      if (body === undefined) return;
      this.#line.send(body);
    }
    if (this.#outbox.isOverfull) this.#line.overrun();
  }

  /** As `RemoteNode.lose`; what was still to be sent is counted. */
  override lose(): void {
    const lost = this.parked;
    super.lose();
    this.reassembly.clear();
    if (lost > 0)
      this.kernel.events.emit("signals_dropped", { peer: this.name, signals: lost, why: "session ended" });
  }

  /** Once a tick, whoever sends: a signal alone leaves at once, and many leave together. */
  #schedule(): void {
    this.#isScheduled = true;
    outsideProcesses(() => this.kernel.world.turns.soon(() => this.flush()));
  }

  /** For a process of another incarnation than that of the session: only the other node knows whether that one is over. */
  #misdirected(signal: Signal, incarnation: number): void {
    if (signal[0] !== signalKinds.link) {
      const question = addressedToNobody(signal);
      if (question !== undefined) this.transmit(question);
      return;
    }
    const process = this.kernel.processes.get(signal[1]);
    const pid = makePid(this.name, incarnation, signal[2]) as Pid;
    const stranger = this.knownStranger(pid);
    if (process === undefined) return;
    if (stranger !== undefined && removeLink(process, stranger) !== undefined) this.tidy(stranger);
    linkToNobody(this, process, pid);
  }
}

// One child that this node owns: it claims the child's log, starts the process from the last checkpoint, and writes the next ones.
import type { Capture, Checkpoint } from "../checkpoint/checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../checkpoint/codec.ts";
import type { DurableLogic } from "../checkpoint/durable.ts";
import { restored } from "../checkpoint/restored.ts";
import { claimLog } from "../journal/claim.ts";
import type { Journal } from "../journal/journal.ts";
import type { Holds } from "../ownership/hold.ts";
import { currentProcess, outsideProcesses } from "../process/current.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { startLinked } from "../process/spawn.ts";
import type { TimerHandle } from "../world.ts";
import { Fenced } from "./failures.ts";
import { type PlacementTimes, placementLimits } from "./limits.ts";
import { noteStart, type StartKind } from "./start-kind.ts";

export interface OwnedChildOptions {
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly holds: Holds;
  readonly times: PlacementTimes;
  /** `<supervisor>/<id>`. */
  readonly name: string;
  readonly logic: DurableLogic;
  /** What it was given when it was placed. */
  readonly input: unknown;
  /** Why it is this node's. */
  readonly kind: Omit<StartKind, "epoch">;
  /** Whether the own lease is held at this moment. */
  readonly mayRun: () => boolean;
  /** A later owner has begun. */
  readonly onFenced: () => void;
  /** It runs as this process from now on: the first time, and after each restart. */
  readonly onStarted: (process: Process) => void;
}

export class OwnedChild {
  readonly name: string;
  /** Of the claim; 0 before it. */
  epoch = 0;
  /** The process that it runs as, or ran as last. */
  process: Process | undefined;
  /** How often the process was started; each beyond the first is a restart by its supervisor. */
  starts = 0;
  #isLeaving = false;
  readonly #options: OwnedChildOptions;
  readonly #log: string;
  #position = 0;
  #snapshots = 0;
  /** The bytes of the last checkpoint that lasts: the process goes on changing what it was made of. */
  #saved: Uint8Array | undefined;
  #capture: Capture | undefined;
  /** The start that counts: one that another has followed tells nothing any more. */
  #run: object | undefined;
  #isChanged = false;
  #isOver = false;
  #writing: Promise<void> = Promise.resolve();
  #writtenAt = Number.NEGATIVE_INFINITY;
  #timer: TimerHandle | undefined;
  #atRest: (() => void) | undefined;

  constructor(options: OwnedChildOptions) {
    this.#options = options;
    this.name = options.name;
    this.#log = logOfChild(options.name);
  }

  /** From here on every earlier owner's writes are refused. Comes back when it may start. @throws as `claimLog` */
  async claim(): Promise<void> {
    const { kernel, journal, mayRun } = this.#options;
    const goesOn = (): boolean => mayRun() && !this.#isOver;
    const claim = await claimLog(journal, this.#log, { owner: kernel.name, id: this.#newId(), goesOn });
    this.epoch = claim.epoch;
    this.#position = claim.end.position;
    this.#saved = claim.snapshot?.payload;
    await this.#untilHeld();
  }

  /** Nothing begins on a node that may not be the owner any more. */
  async #untilHeld(): Promise<void> {
    const { mayRun, times } = this.#options;
    while (!mayRun() && !this.#isOver) await this.#sleep(times.drainLookMs);
  }

  /** Runs in the supervisor, at the first start and at every other: from the last checkpoint that lasts. */
  start(): Pid<Protocol> | Promise<Pid<Protocol>> {
    const { input, kind, mayRun, holds, onStarted } = this.#options;
    if (this.#isOver) throw new Fenced(this.name, this.epoch);
    if (!mayRun()) return this.#untilHeld().then(() => this.start());
    const checkpoint = this.#saved === undefined ? undefined : decodeCheckpoint(this.#saved);
    this.#capture = undefined;
    const run = {};
    this.#run = run;
    const logic = restored(this.#options.logic, {
      ...(checkpoint === undefined ? {} : { checkpoint }),
      settled: (capture) => {
        if (this.#run === run) this.#settled(capture);
      },
      keeper: { save: (given) => this.#save(given) },
    });
    const supervisor = currentProcess();
    const begun = (pid: Pid<Protocol>): Pid<Protocol> => {
      const process = supervisor.kernel.find(pid);
      this.process = process;
      this.starts += 1;
      if (process === undefined) return pid;
      if (!mayRun()) holds.hold(process);
      onStarted(process);
      return pid;
    };
    const told: typeof logic = {
      ...logic,
      host: (process) => {
        noteStart(process, { ...kind, epoch: this.epoch });
        return logic.host(process);
      },
    };
    const started = startLinked(supervisor, told, {}, input);
    return started instanceof Promise ? started.then(begun) : begun(started);
  }

  /**
   * Lets it come to rest, and writes down how it is. It answers what waits for it meanwhile, for a while; then it rests.
   * @param isCut true where it has to stop as it is
   */
  async rest(isCut: () => boolean): Promise<void> {
    const { kernel, holds, times } = this.#options;
    this.#isLeaving = true;
    const { clock } = kernel.world;
    const patientUntil = clock.now() + times.patienceMs;
    for (;;) {
      const { process } = this;
      if (process === undefined || process.hasEnded || this.#isOver || isCut()) break;
      const isQuiet = process.mailbox.length === 0 || clock.now() >= patientUntil;
      // Right behind a turn its phase does not say yet that it is over; what is kept is asked for between turns alone.
      const checkpoint = isQuiet && process.phase !== "suspended" ? this.#captured() : undefined;
      if (checkpoint !== undefined || (isQuiet && process.phase === "live" && this.#capture === undefined)) {
        holds.hold(process);
        if (checkpoint !== undefined && this.#isChanged) await this.#orCut(this.#save(checkpoint), isCut);
        break;
      }
      await this.#nextRest();
    }
    if (this.process !== undefined) holds.hold(this.process);
    await this.#orCut(this.#writing, isCut);
  }

  /** What `work` comes to, unless its time is up first: a store that does not answer must not hold up the end of a node. */
  async #orCut(work: Promise<void>, isCut: () => boolean): Promise<void> {
    let isSettled = false;
    const settled = work.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    while (!isSettled && !isCut())
      await Promise.race([settled, this.#sleep(this.#options.times.drainLookMs)]);
    if (isSettled) await settled;
  }

  /** Nothing more is written: it has another owner, or none. */
  end(): void {
    this.#isOver = true;
    this.#options.kernel.world.timers.clear(this.#timer);
    this.#atRest?.();
  }

  /** Until it has finished a turn, or a moment has passed. */
  #nextRest(): Promise<void> {
    const { timers } = this.#options.kernel.world;
    return new Promise((resolve) => {
      const done = (): void => {
        timers.clear(timer);
        this.#atRest = undefined;
        resolve();
      };
      const timer = timers.set(this.#options.times.drainLookMs, done);
      this.#atRest = done;
    });
  }

  #settled(capture: Capture): void {
    this.#capture = capture;
    this.#isChanged = true;
    this.#atRest?.();
    if (!this.#isLeaving) this.#writeLater();
  }

  /** At most so often; what is in between is in the next one. */
  #writeLater(): void {
    if (this.#timer !== undefined || this.#isOver) return;
    const { world } = this.#options.kernel;
    const { checkpointEveryMs } = this.#options.times;
    const inMs = Math.max(0, this.#writtenAt + checkpointEveryMs - world.clock.now());
    this.#timer = outsideProcesses(() =>
      world.timers.set(inMs, () => {
        this.#timer = undefined;
        outsideProcesses(() => this.#writeNow());
      }),
    );
  }

  #writeNow(): void {
    const { kernel, mayRun } = this.#options;
    if (this.#isOver || this.#isLeaving || !this.#isChanged) return;
    const checkpoint = mayRun() ? this.#captured() : undefined;
    // In the middle of a turn, or suspended: looked at again with its next turn, or by and by.
    this.#writtenAt = kernel.world.clock.now();
    if (checkpoint === undefined) {
      this.#writeLater();
      return;
    }
    this.#save(checkpoint).catch((thrown: unknown) => {
      if (this.#isOver) return;
      this.#isChanged = true;
      this.#tellFailed(thrown);
      this.#writeLater();
    });
  }

  /** How it is now; undefined where that cannot be kept, which is told, or not at this moment. */
  #captured(): Checkpoint | undefined {
    try {
      return this.#capture?.();
    } catch (thrown) {
      this.#tellFailed(thrown);
      return undefined;
    }
  }

  #tellFailed(thrown: unknown): void {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    this.#options.kernel.events.emit("checkpoint_failed", { child: this.name, why });
  }

  /** Resolves when it lasts. @throws {Fenced}; {JournalFailed}; {JournalDamaged}; {CheckpointTooLarge} */
  async #save(checkpoint: Checkpoint): Promise<void> {
    const payload = encodeCheckpoint(checkpoint);
    this.#isChanged = false;
    const saved = this.#writing.then(async () => {
      await this.#append(payload);
      this.#saved = payload;
    });
    this.#writing = saved.catch(() => undefined);
    return saved;
  }

  async #append(payload: Uint8Array): Promise<void> {
    const { journal, times, onFenced } = this.#options;
    const id = this.#newId();
    for (;;) {
      if (this.#isOver) throw new Fenced(this.name, this.epoch);
      const { epoch } = this;
      const outcome = await journal.append(this.#log, {
        kind: "snapshot",
        epoch,
        id,
        payload,
        expected: this.#position,
      });
      if (outcome.kind === "appended") {
        this.#position = outcome.position;
        await this.#forgetOld();
        return;
      }
      if (outcome.kind === "unknown") {
        await this.#sleep(times.retryMs);
        continue;
      }
      this.end();
      onFenced();
      throw new Fenced(this.name, this.epoch);
    }
  }

  async #forgetOld(): Promise<void> {
    this.#snapshots += 1;
    if (this.#snapshots < placementLimits.snapshotsKept) return;
    this.#snapshots = 0;
    // What is not taken out now is taken out the next time.
    await this.#options.journal.truncate(this.#log, this.#position).catch(() => undefined);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.kernel.world.timers.set(ms, resolve));
  }

  #newId(): string {
    return Buffer.from(this.#options.kernel.world.random.bytes(12)).toString("base64url");
  }
}

/** Where the checkpoints of a child are. */
export function logOfChild(name: string): string {
  return `child/${name}`;
}

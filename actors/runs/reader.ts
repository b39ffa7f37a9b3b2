// The reader of a run: one process for all of a node who follow it. It reads what was written from wherever they are, and costs the
// run nothing but a word when it has grown.
import {
  type Address,
  demonitor,
  type Message,
  monitor,
  noReply,
  ok,
  type Pid,
  type Protocol,
  type ProtocolOf,
  type Ref,
  refuse,
  reply,
  sameRef,
  self,
  send,
  sendAfter,
  server,
  stopWith,
} from "../../runtime/index.ts";
import { type RunHome, summaryIn } from "./desk-home.ts";
import { deskLimits } from "./desk-limits.ts";
import { answered, unknownRun } from "./desk-refused.ts";
import { RunTail } from "./desk-tail.ts";
import type { ReadRunRequest, RunAnswer, RunPage } from "./run-desk-protocol.ts";
import { runProcessName } from "./run-desk-protocol.ts";
import type { RunParent, WorkspaceRef } from "./run-spec.ts";
import type { RunPlace } from "./run-store.ts";
import { isOver, type RunSummary } from "./run-summary.ts";

export interface RunReaderOptions {
  readonly id: string;
  readonly home: RunHome;
}

/** What is asked of a run beside its entries. */
export interface RunAbout {
  readonly workspace: WorkspaceRef | undefined;
  readonly parent: RunParent | undefined;
  readonly asked: { readonly choices: readonly string[]; readonly choice: string | undefined } | undefined;
}

export type RunReader = ProtocolOf<ReturnType<typeof runReader>>;

export function readerName(id: string): string {
  return `${runProcessName(id)}.reader`;
}

/** Calls: `read`, answered when there is something to read, nothing more will come, or the time is up; `about`. */
export function runReader(options: RunReaderOptions) {
  const { id, home } = options;
  return server("run.reader", {
    init: async () => {
      const place = await home.store.open(id, "read");
      const reading = new Reading(options, place);
      try {
        if (await reading.isThere()) return ok(reading, { timeoutMs: deskLimits.readerIdleMs });
      } catch (error) {
        await place.close();
        throw error;
      }
      await place.close();
      return refuse("unknown_run");
    },
    calls: {
      read: async (reading: Reading, request: ReadRunRequest, from: Ref) => {
        await reading.read(request, from);
        return reading.goOn();
      },
      about: async (reading: Reading, { question }: { readonly question: string | undefined }, from: Ref) => {
        reply(from, await reading.about(question));
        return reading.goOn();
      },
    },
    info: async (reading, message) => {
      if (message.type === "sys.timeout" && !reading.isWaitedFor) return stopWith("normal", reading);
      await reading.told(message);
      return reading.goOn();
    },
    terminate: (reading) => reading.place.close(),
    formatState: ({ tail }) => ({ n: tail.state.n, phase: tail.state.phase }),
  });
}

/** Whoever waits for the entry behind the last. */
interface Waiting {
  readonly key: number;
  readonly from: Ref;
  readonly request: ReadRunRequest;
}

class Reading {
  readonly place: RunPlace;
  readonly tail: RunTail;
  readonly #id: string;
  readonly #home: RunHome;
  #waiting: readonly Waiting[] = [];
  /** The process that tells of its growth, and where that was found. */
  #watched: { readonly ref: Ref; readonly of: Pid | Address<Protocol> } | undefined;
  /** The look that is planned, if any. */
  #due: number | undefined;
  /** Of what waits and of looks. */
  #keys = 0;

  constructor({ id, home }: RunReaderOptions, place: RunPlace) {
    this.#id = id;
    this.#home = home;
    this.place = place;
    this.tail = new RunTail(id, place);
  }

  get isWaitedFor(): boolean {
    return this.#waiting.length > 0;
  }

  async isThere(): Promise<boolean> {
    await this.tail.advance();
    return this.tail.state.spec !== undefined;
  }

  async read(request: ReadRunRequest, from: Ref): Promise<void> {
    // What a watched run has written since is on its way; of any other nobody tells.
    if (this.#watched === undefined || request.from > this.tail.state.n) await this.#look();
    const { phase, n } = await this.#summary();
    if (request.from <= n || request.waitMs <= 0 || isAtEnd(phase)) {
      await this.#answer({ request, from });
      return;
    }
    this.#keys += 1;
    const key = this.#keys;
    sendAfter(self(), { type: "late", key } as never, request.waitMs);
    this.#waiting = [...this.#waiting, { key, from, request }];
  }

  async about(question: string | undefined): Promise<RunAbout> {
    await this.#look();
    const { spec, questions } = this.tail.state;
    const asked = question === undefined ? undefined : questions.get(question);
    return {
      workspace: spec?.workspace,
      parent: spec?.parent,
      asked: asked && { choices: asked.choices, choice: asked.choice },
    };
  }

  async told(message: Message): Promise<void> {
    const { type, key, ref } = message as {
      readonly type: string;
      readonly key?: number;
      readonly ref?: Ref;
    };
    switch (type) {
      case "runs.grown":
        await this.tail.advance();
        await this.#serve();
        break;
      case "look":
        if (key === this.#due) await this.#look();
        break;
      case "late": {
        const late = this.#waiting.find((one) => one.key === key);
        this.#waiting = this.#waiting.filter((one) => one !== late);
        if (late !== undefined) await this.#answer(late);
        break;
      }
      case "sys.down":
        if (this.#watched === undefined || ref === undefined || !sameRef(this.#watched.ref, ref)) break;
        // Whoever has it now may not be there yet: that is looked for by and by.
        this.#watched = undefined;
        this.#due = undefined;
        await this.tail.advance();
        await this.#serve();
    }
  }

  goOn() {
    if (!this.isWaitedFor) return noReply<Reading>(this, { timeoutMs: deskLimits.readerIdleMs });
    if (this.#due !== undefined) return noReply<Reading>(this);
    const { watchedLookEveryMs, lookEveryMs } = deskLimits;
    this.#keys += 1;
    this.#due = this.#keys;
    const inMs = this.#watched === undefined ? lookEveryMs : watchedLookEveryMs;
    sendAfter(self(), { type: "look", key: this.#due } as never, inMs);
    return noReply<Reading>(this);
  }

  async #look(): Promise<void> {
    this.#due = undefined;
    this.#watch(this.#home.process(this.#id));
    await this.tail.advance();
    await this.#serve();
  }

  /** Has the run's process tell of its growth, where there is another one than before. */
  #watch(process: Pid | Address<Protocol> | undefined): void {
    const watched = this.#watched;
    if (process === undefined || (watched !== undefined && isSame(watched.of, process))) return;
    if (watched !== undefined) demonitor(watched.ref, { flush: true });
    this.#watched = undefined;
    try {
      send(process, { type: "watch", pid: self() } as never);
      this.#watched = { ref: monitor(process), of: process };
    } catch {
      // It has ended just now.
    }
  }

  /** Answers those for whom there is something, or for whom nothing will come. */
  async #serve(): Promise<void> {
    if (!this.isWaitedFor) return;
    const { phase, n } = await this.#summary();
    const due = this.#waiting.filter(({ request }) => isAtEnd(phase) || request.from <= n);
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const one of due) await this.#answer(one);
  }

  async #answer({ from, request }: Pick<Waiting, "from" | "request">): Promise<void> {
    const page: RunAnswer<RunPage> = await answered(async () => {
      const bytesMax = Math.min(request.bytesMax, deskLimits.pageBytesMax);
      return { ...(await this.tail.page(request.from, bytesMax)), summary: await this.#summary() };
    });
    reply(from, page);
  }

  async #summary(): Promise<RunSummary> {
    for (;;) {
      const made = this.tail.state.summary(this.tail.bytes);
      if (made === undefined) throw unknownRun(this.#id);
      const shown = await summaryIn(this.#home, made);
      if (shown.phase !== "interrupted") return shown;
      // Whoever had it may have written its end between what was read here and the word that nobody has it.
      await this.tail.advance();
      if (this.tail.state.n === made.n) return shown;
    }
  }
}

function isAtEnd(phase: RunSummary["phase"]): boolean {
  return isOver(phase) || phase === "interrupted";
}

function isSame(a: Pid | Address<Protocol>, b: Pid | Address<Protocol>): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

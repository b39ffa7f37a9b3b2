// One watch of a bucket: a consumer of its stream, made anew whenever something may have been missed.
import type { Msg } from "nats";
import { runSafely } from "../../carriers/carrier-status.ts";
import type { TimerHandle, World } from "../../world.ts";
import type { BucketEntry, BucketListener } from "../bucket.ts";
import { brokerErrors } from "./broker-answer.ts";
import { isRemoval } from "./key-value.ts";
import { streamLimits } from "./limits.ts";
import type { Inbox } from "./line.ts";
import type { Stream } from "./stream.ts";

/** One consumer, from its first message to the first doubt. */
interface Run {
  readonly consumer: string;
  readonly inbox: Inbox;
  /** Messages so far: the broker counts them as well. */
  delivered: number;
  /** Position of the last one. */
  position: number;
  /** The last message of the stream, as its leader knew it before this began: what is told first goes up to it at least. */
  readonly from: number;
  /** What has come before the first `entries`; undefined behind it. */
  whole: Map<string, BucketEntry> | undefined;
}

export class KeyWatch {
  readonly #stream: Stream;
  readonly #world: World;
  /** Of the subjects, up to the key. */
  readonly #prefix: string;
  readonly #listener: BucketListener;
  readonly #stopReturns: () => void;
  /** Consumers that the broker may still have. */
  readonly #leftover = new Set<string>();
  #run: Run | undefined;
  #timer: TimerHandle | undefined;
  #heardMs = 0;
  #number = 0;
  #failures = 0;
  #isStopped = false;

  constructor(stream: Stream, prefix: string, listener: BucketListener) {
    this.#stream = stream;
    this.#world = stream.line.world;
    this.#prefix = prefix;
    this.#listener = listener;
    this.#stopReturns = stream.line.onReturn(() => {
      this.#failures = 0;
      this.#restart();
    });
    this.#restart();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#stopReturns();
    this.#end();
    for (const consumer of this.#leftover) {
      this.#stream.line.tell(`$JS.API.CONSUMER.DELETE.${this.#stream.name}.${consumer}`);
    }
  }

  #restart(): void {
    this.#end();
    this.#number += 1;
    const number = this.#number;
    // Whoever asks for a watch has it in hand before it tells anything.
    this.#world.turns.soon(() => {
      if (!this.#isOver(number)) void this.#begin(number);
    });
  }

  /** Another one has begun, or it was stopped. */
  #isOver(number: number): boolean {
    return this.#isStopped || number !== this.#number;
  }

  async #begin(number: number): Promise<void> {
    try {
      await this.#forget();
      const last = await this.#stream.last(`${this.#prefix}>`);
      if (this.#isOver(number)) return;
      await this.#consume(number, last?.position ?? 0);
    } catch {
      // Nobody can tell now. A watch says nothing then, and tries again.
      if (!this.#isOver(number)) this.#later();
    }
  }

  async #consume(number: number, from: number): Promise<void> {
    const random = Buffer.from(this.#world.random.bytes(9)).toString("hex");
    const consumer = `watch-${random}`;
    const inbox = this.#stream.line.inbox((message) => {
      if (this.#run === run) this.#receive(run, message);
    });
    const run: Run = { consumer, inbox, delivered: 0, position: 0, from, whole: new Map() };
    this.#run = run;
    this.#leave(consumer);
    const asked = await this.#stream.ask("CONSUMER.CREATE", `.${consumer}.${this.#prefix}>`, {
      stream_name: this.#stream.name,
      config: consumerConfig(consumer, `${this.#prefix}>`, inbox.subject),
    });
    // There is none, then.
    if (asked.kind === "error") this.#leftover.delete(consumer);
    if (this.#isOver(number)) return;
    if (asked.kind !== "ok") throw this.#stream.unavailable(asked);
    this.#failures = 0;
    this.#heardMs = this.#world.clock.now();
    this.#listenOn(run);
    if (asked.body.num_pending === 0 && run.delivered === 0) this.#tellWhole(run);
  }

  #receive(run: Run, message: Msg): void {
    this.#heardMs = this.#world.clock.now();
    const status = message.headers?.code ?? 0;
    if (status === controlStatus) this.#control(run, message);
    else if (status !== 0) this.#restart();
    else this.#take(run, message);
  }

  /** It is still there: how far it is, and whether it waits for us. */
  #control(run: Run, { headers, reply }: Msg): void {
    const stalled = headers?.get("Nats-Consumer-Stalled") || reply;
    if (stalled) {
      this.#stream.line.tell(stalled);
      return;
    }
    if (Number(headers?.get("Nats-Last-Consumer")) !== run.delivered) this.#restart();
    else this.#tellWhole(run);
  }

  #take(run: Run, { subject, data, headers, reply = "" }: Msg): void {
    const told = deliveryOf(reply);
    run.delivered += 1;
    if (told === undefined || told.delivered !== run.delivered || told.position <= run.position) {
      this.#restart();
      return;
    }
    run.position = told.position;
    const key = subject.slice(this.#prefix.length);
    const isRemoved = isRemoval((name) => headers?.get(name));
    const value = isRemoved ? undefined : new Uint8Array(data);
    if (run.whole === undefined) {
      const { position } = run;
      runSafely(this.#world, () => this.#listener.changed(key, value, position));
      return;
    }
    if (value === undefined) run.whole.delete(key);
    else run.whole.set(key, { key, value, revision: run.position });
    if (told.pending === 0) this.#tellWhole(run);
  }

  /** A replica that lags has less than the leader had: what it still has to tell comes before the whole is told. */
  #tellWhole(run: Run): void {
    if (run.whole === undefined || run.position < run.from) return;
    const entries = [...run.whole.values()];
    run.whole = undefined;
    runSafely(this.#world, () => this.#listener.entries(entries));
  }

  #listenOn(run: Run): void {
    const { watchSilenceMs } = streamLimits;
    const silentMs = this.#world.clock.now() - this.#heardMs;
    this.#timer = this.#world.timers.set(watchSilenceMs - silentMs, () => {
      // Where this program itself was held up, what came meanwhile is read first.
      this.#world.turns.afterIo(() => {
        if (this.#run !== run) return;
        if (this.#world.clock.now() - this.#heardMs >= watchSilenceMs) this.#restart();
        else this.#listenOn(run);
      });
    });
  }

  #later(): void {
    this.#end();
    const { watchRetryWaitMsMin: min, watchRetryWaitMsMax: max } = streamLimits;
    const most = Math.min(max, min * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    const waitMs = most * (0.5 + this.#world.random.next() / 2);
    this.#timer = this.#world.timers.set(waitMs, () => this.#restart());
  }

  #end(): void {
    this.#world.timers.clear(this.#timer);
    this.#run?.inbox.close();
    this.#run = undefined;
  }

  /** The broker may have this consumer from now on. Those that are older than many others it has forgotten by itself. */
  #leave(consumer: string): void {
    this.#leftover.add(consumer);
    const [oldest] = this.#leftover;
    if (this.#leftover.size > streamLimits.leftoverMax && oldest !== undefined) this.#leftover.delete(oldest);
  }

  /** Takes away what earlier runs left at the broker, as far as it can be reached. It forgets the rest by itself. */
  async #forget(): Promise<void> {
    for (const consumer of [...this.#leftover]) {
      const asked = await this.#stream.ask("CONSUMER.DELETE", `.${consumer}`, {});
      const isGone = asked.kind === "error" && asked.error.number === brokerErrors.noConsumer;
      if (asked.kind === "ok" || isGone) this.#leftover.delete(consumer);
      else if (asked.kind === "nobody") return;
    }
  }
}

interface Delivery {
  /** In the stream. */
  readonly position: number;
  /** Messages of this consumer, with this one. */
  readonly delivered: number;
  /** Messages that are to come at once. */
  readonly pending: number;
}

/** What a broker puts into the subject for an acknowledgement; newer ones put two tokens more before the stream. */
function deliveryOf(reply: string): Delivery | undefined {
  const tokens = reply.split(".");
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK" || tokens.length < 9) return undefined;
  const [position, delivered, , pending] = tokens.slice(tokens.length === 9 ? 5 : 7).map(Number);
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(delivered)) return undefined;
  return { position: Number(position), delivered: Number(delivered), pending: Number(pending) };
}

/** Sends the last message of each key, then each one that comes, and a word where none does. */
function consumerConfig(name: string, subjects: string, inbox: string): object {
  const { watchHeartbeatMs, watchForgottenMs } = streamLimits;
  return {
    name,
    filter_subject: subjects,
    deliver_subject: inbox,
    deliver_policy: "last_per_subject",
    ack_policy: "none",
    replay_policy: "instant",
    max_deliver: 1,
    flow_control: true,
    idle_heartbeat: watchHeartbeatMs * nanosecondsPerMs,
    inactive_threshold: watchForgottenMs * nanosecondsPerMs,
    // It is made anew where it is lost: nothing of it has to last.
    mem_storage: true,
    num_replicas: 1,
  };
}

const controlStatus = 100;
const nanosecondsPerMs = 1_000_000;

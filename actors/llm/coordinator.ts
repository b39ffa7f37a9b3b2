// The coordinator: takes orders for completions, decides who may answer each and where, gives each to a process of its own, and
// never waits on a provider.
import {
  cast,
  type DownMessage,
  demonitor,
  isPid,
  monitor,
  named,
  noReply,
  ok,
  type Pid,
  type Ref,
  reply,
  replyWith,
  type Supervisor,
  self,
  send,
  sendAfter,
  server,
  startChild,
  tryCall,
} from "../../runtime/index.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import { backoffMs } from "./backoff.ts";
import type { CoordinatorStatus, EntryStatus } from "./complete.ts";
import { type CheckedOrder, completionOrder } from "./completion.ts";
import { Dispatch, type Job } from "./dispatch.ts";
import { type EntryFacts, factsOf, type LlmEntry, type Place } from "./entries.ts";
import { type Failure, invalidOrder, noTries, orderEnded } from "./failure.ts";
import { type EntryFigures, Figures } from "./figures.ts";
import { breakerOf } from "./gate/breaker-protocol.ts";
import { type Learned, llmHealth } from "./health.ts";
import { breakerStatusMs, completionMsDefault } from "./limits.ts";
import { nodeTellerName } from "./node-teller.ts";
import { type NodeNews, ownPlaces, placesOf } from "./nodes.ts";
import { ownWorld } from "./own-world.ts";
import type { RequestInput, RequestSettings } from "./request-input.ts";
import type { AttemptReport, RequestOver, RequestPlace } from "./request-report.ts";
import type { Spreading } from "./spreading.ts";

export interface CoordinatorOptions {
  /** In the order in which they are tried. */
  readonly entries: readonly LlmEntry[];
  /** Further attempts at one place after the first. */
  readonly retriesMax: number;
  readonly backoffFactor: number;
  readonly spreading: Spreading;
}

/** Where the processes of orders live: each is started with its input alone. */
const requests: Supervisor = named("llm.requests");

const nodeTeller = named(nodeTellerName);

type Payload = { readonly caller?: unknown; readonly hears?: unknown; readonly [field: string]: unknown };

export function llmCoordinator(options: CoordinatorOptions) {
  return server("llm.coordinator", {
    init: () => ok(new Coordinator(options)),
    calls: {
      complete: (coordinator: Coordinator, payload: unknown, from: Ref) => {
        coordinator.take(payload, from);
        return noReply(coordinator);
      },
      status: (coordinator: Coordinator, _: undefined, from: Ref) => {
        coordinator.tellStatus(from);
        return noReply(coordinator);
      },
      figures: (coordinator: Coordinator) =>
        replyWith<readonly EntryFigures[], Coordinator>(coordinator.figures(), coordinator),
    },
    casts: {
      at: (coordinator: Coordinator, place: RequestPlace) => changed(coordinator.move(place), coordinator),
      attempted: (coordinator: Coordinator, report: AttemptReport) =>
        changed(coordinator.count(report), coordinator),
      over: (coordinator: Coordinator, over: RequestOver) => changed(coordinator.over(over), coordinator),
      nodes: (coordinator: Coordinator, nodes: readonly NodeNews[]) =>
        changed(coordinator.know(nodes), coordinator),
      tell_nodes: (coordinator: Coordinator) => changed(coordinator.tellAgain(), coordinator),
      learned: (coordinator: Coordinator, learned: Learned) =>
        changed(coordinator.learn(learned), coordinator),
    },
    info: (coordinator, message) => {
      if (message.type === "started") coordinator.started(message as never);
      else if (message.type === "start") coordinator.start(message.job as number);
      else if (message.type === "sys.down") coordinator.ended(message as unknown as DownMessage);
      return noReply(coordinator);
    },
    formatState: (coordinator) => coordinator.shown,
  });
}

function changed(_: undefined, coordinator: Coordinator) {
  return noReply(coordinator);
}

/** An order until its process has started: nothing more is known of it here. */
type Starting = Pick<RequestInput, "order" | "places" | "caller" | "hears" | "deadlineMs" | "dueMs">;

class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #settings: RequestSettings;
  readonly #dispatch = new Dispatch();
  readonly #figures = new Figures();
  #entries: readonly EntryFacts[];
  /** Those of this node. */
  #ownPlaces: readonly Place[] = [];
  #others: readonly NodeNews[] = [];
  readonly #starting = new Map<number, Starting>();
  #turn = 0;
  /** What other nodes were told of this one. */
  #told: NodeNews | undefined;

  constructor(options: CoordinatorOptions) {
    const { kernel } = currentProcess();
    const { entries, retriesMax, backoffFactor, spreading } = options;
    this.#options = options;
    this.#entries = entries.map(factsOf);
    this.#ownPlaces = ownPlaces(this.#entries);
    const node = kernel.distribution === undefined ? undefined : kernel.name;
    this.#settings = { retriesMax, backoffFactor, failoverMs: spreading.failover_timeout_ms, node };
  }

  get shown(): unknown {
    return { orders: this.#dispatch.size, nodes: this.#others.map(({ node }) => node) };
  }

  take(payload: unknown, replyTo: Ref): void {
    const { caller, hears, ...order } = (isRecord(payload) ? payload : {}) as Payload;
    const checked = completionOrder.safeParse(order);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const problem = `${issue?.path.join(".") || "the payload"}: ${issue?.message ?? "not accepted"}`;
      refuse(replyTo, invalidOrder(problem));
      return;
    }
    const admission = this.#dispatch.admit(checked.data, replyTo, this.#places(checked.data));
    if (!admission.ok) {
      refuse(replyTo, admission.failure);
      return;
    }
    const deadlineMs = checked.data.deadline_ms ?? completionMsDefault;
    this.#starting.set(admission.job.id, {
      order: checked.data,
      places: admission.places,
      caller: isPid(caller) ? caller : undefined,
      hears: hears === true,
      deadlineMs,
      dueMs: ownWorld().clock.now() + deadlineMs,
    });
    this.start(admission.job.id);
  }

  /** Has the process of an order started, and is told as a message how that went, so that nobody is held up. */
  start(id: number): void {
    const starting = this.#starting.get(id);
    const job = this.#dispatch.job(id);
    if (starting === undefined || job === undefined) return;
    const me = self();
    const input: RequestInput = {
      job: id,
      coordinator: me,
      order: starting.order,
      places: starting.places,
      replyTo: job.replyTo,
      caller: starting.caller,
      hears: starting.hears,
      deadlineMs: starting.deadlineMs,
      dueMs: starting.dueMs,
      settings: this.#settings,
    };
    startChild(requests, [input])
      .then(
        (begun) => send(me, { type: "started", job: id, pid: begun.ok ? begun.pid : undefined }),
        () => send(me, { type: "started", job: id, pid: undefined }),
      )
      // Sending to a pid fails in one case only: the coordinator, in whose name it is sent, has ended meanwhile.
      .catch(() => {});
  }

  started({ job: id, pid }: { readonly job: number; readonly pid: Pid | undefined }): void {
    const job = this.#dispatch.job(id);
    // It may have been answered before this came.
    if (job === undefined) return;
    if (pid === undefined) {
      this.#notStarted(job);
      return;
    }
    this.#starting.delete(id);
    this.#dispatch.started(id, pid, monitor(pid));
    this.#tellNodes();
  }

  /** Its process has answered it, and ends. */
  over({ job: id, report }: RequestOver): undefined {
    const job = this.#dispatch.job(id);
    if (report !== undefined) this.count(report);
    if (job === undefined) return;
    if (job.watch !== undefined) demonitor(job.watch, { flush: true });
    this.#starting.delete(id);
    this.#dispatch.remove(id);
    this.#tellNodes();
  }

  /** Its process has ended and has not answered it. */
  ended({ object, reason }: DownMessage): void {
    const job = isPid(object) ? this.#dispatch.jobOf(object) : undefined;
    if (job === undefined) return;
    // Of an order that was given up nobody waits for the answer.
    if (reason !== "normal") refuse(job.replyTo, orderEnded(reason));
    this.#dispatch.remove(job.id);
    this.#tellNodes();
  }

  move(place: RequestPlace): undefined {
    this.#dispatch.moved(place);
    this.#tellNodes();
  }

  count(report: AttemptReport): undefined {
    this.#figures.add(report, ownWorld().clock.now());
    if (report.code !== null && report.node === undefined) cast(llmHealth, "failed", { entry: report.entry });
  }

  /** What tells other nodes of this one has been started, and knows nothing. */
  tellAgain(): undefined {
    this.#told = undefined;
    this.#others = [];
    this.#tellNodes();
  }

  know(nodes: readonly NodeNews[]): undefined {
    this.#others = nodes;
  }

  learn({ entry: name, contextTokens, tools, structured }: Learned): undefined {
    this.#entries = this.#entries.map((entry) => {
      if (entry.name !== name) return entry;
      return {
        ...entry,
        // What a person has configured goes before.
        contextTokens: entry.contextTokens ?? contextTokens ?? null,
        tools: tools ?? entry.tools,
        structured: structured ?? entry.structured,
      };
    });
    this.#ownPlaces = ownPlaces(this.#entries);
    this.#tellNodes();
  }

  figures(): readonly EntryFigures[] {
    return this.#figures.at(ownWorld().clock.now());
  }

  tellStatus(to: Ref): void {
    const dispatch = this.#dispatch;
    const all = countsOf(dispatch, undefined);
    const asking = this.#options.entries.map(async ({ name, kind }): Promise<EntryStatus> => {
      const answer = await tryCall(breakerOf(name), "status", undefined, { timeoutMs: breakerStatusMs });
      return {
        name,
        kind,
        breaker: answer.ok ? answer.value : undefined,
        ...countsOf(dispatch, name),
      };
    });
    Promise.all(asking)
      .then((entries) => reply(to, { entries, ...all } satisfies CoordinatorStatus))
      // Replying fails in one case only: the coordinator has ended meanwhile.
      .catch(() => {});
  }

  #places({ run, user }: CheckedOrder): readonly Place[] {
    if (this.#others.length === 0) return this.#ownPlaces;
    this.#turn += 1;
    const spread = { rules: this.#options.spreading, turn: this.#turn, key: run ?? user };
    return placesOf(this.#news(), this.#others, spread);
  }

  #notStarted(job: Job): void {
    const { retriesMax, backoffFactor } = this.#options;
    this.#dispatch.startFailed(job.id);
    if (job.failedStarts <= retriesMax) {
      const pauseMs = backoffMs(job.failedStarts, ownWorld().random.next(), 0, backoffFactor);
      sendAfter(self(), { type: "start", job: job.id }, pauseMs);
      return;
    }
    this.#starting.delete(job.id);
    this.#dispatch.remove(job.id);
    refuse(job.replyTo, orderEnded("noproc"));
  }

  #news(): NodeNews {
    const counts = countsOf(this.#dispatch, undefined);
    return { node: this.#settings.node ?? "", entries: this.#entries, ...counts };
  }

  /** What has not changed is not told again. A program alone has nobody to tell. */
  #tellNodes(): void {
    if (this.#settings.node === undefined) return;
    const news = this.#news();
    const told = this.#told;
    const isSame = told?.entries === news.entries && told.running === news.running;
    if (isSame && told.waiting === news.waiting) return;
    this.#told = news;
    cast(nodeTeller, "own", news);
  }
}

function countsOf(dispatch: Dispatch, entry: string | undefined) {
  const waiting = dispatch.countAt(entry, "waiting") + dispatch.countAt(entry, "pausing");
  return { running: dispatch.countAt(entry, "running"), waiting };
}

function refuse(to: Ref, failure: Failure): void {
  reply(to, { ok: false, failure, tries: noTries });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

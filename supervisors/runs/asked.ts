// Runs as a desk is asked about them, whichever way leads to it.
import { hostname, userInfo } from "node:os";
import type { ReadRunRequest, RunAnswer, RunDesk } from "../../actors/runs/run-desk-protocol.ts";
import type { EffectChoice, Kept } from "../../actors/runs/run-entry.ts";
import { newRunId } from "../../actors/runs/run-id.ts";
import type { RunSpec } from "../../actors/runs/run-spec.ts";
import type { RunSummary } from "../../actors/runs/run-summary.ts";
import type { World } from "../../runtime/world.ts";
import { followEntries } from "./follow.ts";
import { followLimits } from "./limits.ts";
import { endOfRun, type RunReader, shownAt, valueIn } from "./reading.ts";
import type { FollowOptions, RunEnd, RunOrder, RunShown, Runs } from "./runs.ts";

export type DeskCall = keyof RunDesk["calls"];
export type DeskPayload<C extends DeskCall> = RunDesk["calls"][C]["payload"];
export type DeskValue<C extends DeskCall> =
  RunDesk["calls"][C]["reply"] extends RunAnswer<infer V> ? V : never;

export interface DeskWay {
  /** How people name where its runs are. */
  readonly place: string;
  /** Where the desk that was asked is gone, another one is. @throws {RunRefused}; what the way throws where there is none */
  ask<C extends DeskCall>(call: C, payload: DeskPayload<C>, timeoutMs: number): Promise<DeskValue<C>>;
}

export class AskedRuns implements Runs {
  readonly place: string;
  protected readonly reader: RunReader;
  readonly #way: DeskWay;
  readonly #world: World;
  readonly #by = person();

  constructor(world: World, way: DeskWay) {
    this.#world = world;
    this.#way = way;
    this.place = way.place;
    this.reader = {
      place: way.place,
      read: (request) => this.#read(request),
      blob: (request) => this.#ask("blob", request),
    };
  }

  async submit(order: RunOrder, on?: string): Promise<string> {
    const spec = specOf(order, {
      id: newRunId(this.#world),
      by: this.#by,
      now: this.#world.clock.wallTime(),
    });
    const brief = order.isBrief === true ? { brief: true } : {};
    const { id } = await this.#ask("submit", { spec, on, ...brief });
    return id;
  }

  async follow(id: string, options: FollowOptions = {}): Promise<RunEnd> {
    const source = {
      read: this.reader.read,
      answer: (run: string, question: string, choice: string) => this.answer(run, question, choice),
    };
    return endOfRun(this.reader, await followEntries(source, id, options));
  }

  async list(): Promise<readonly RunSummary[]> {
    const runs = await this.#ask("list", undefined);
    return runs.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  }

  find(prefix: string): Promise<RunSummary> {
    return this.#ask("find", { prefix });
  }

  show(id: string, at?: number): Promise<RunShown> {
    return shownAt(this.reader, id, at);
  }

  value(id: string, kept: Kept): Promise<unknown> {
    return valueIn(this.reader, id, kept);
  }

  cancel(id: string): Promise<RunSummary> {
    return this.#ask("cancel", { id, by: this.#by });
  }

  resume(id: string, onUnknown?: EffectChoice): Promise<RunSummary> {
    return this.#ask("resume", { id, by: this.#by, onUnknown });
  }

  answer(id: string, question: string, choice: string): Promise<RunSummary> {
    return this.#ask("answer", { id, question, choice, by: this.#by });
  }

  cutShort(id: string): Promise<boolean> {
    return this.#ask("cut_short", { id, by: this.#by });
  }

  async fork(id: string, at?: number): Promise<string> {
    const forked = await this.#ask("fork", { id, at, by: this.#by });
    return forked.id;
  }

  async remove(id: string): Promise<void> {
    await this.#ask("remove", { id });
  }

  /** Where nothing of it works in this program, it goes on as it did. */
  leave(_id: string, _why: string): Promise<boolean> {
    return Promise.resolve(true);
  }

  #read(request: ReadRunRequest) {
    return this.#ask("read", request, request.waitMs + followLimits.readGraceMs);
  }

  #ask<C extends DeskCall>(
    call: C,
    payload: DeskPayload<C>,
    timeoutMs: number = followLimits.requestMsMax,
  ): Promise<DeskValue<C>> {
    return this.#way.ask(call, payload, timeoutMs);
  }
}

/** What a person asked for, as it is written down. */
function specOf(
  order: RunOrder,
  { id, by, now }: { readonly id: string; readonly by: string; readonly now: number },
): RunSpec {
  const {
    kind,
    title,
    plan,
    workspace,
    onUnknown = "ask",
    deadlineMs,
    costUsdMax,
    asks = false,
    session,
  } = order;
  return {
    ...{ id, kind, plan, workspace, onUnknown, costUsdMax, asks, by },
    ...(session === undefined ? {} : { session }),
    title: title.slice(0, followLimits.titleCharactersMax),
    deadlineAt: deadlineMs === undefined ? undefined : now + deadlineMs,
    createdAt: now,
    request: order.request ?? null,
    forkedFrom: undefined,
  };
}

/** Who asks, as `user@host`. */
function person(): string {
  return `${userInfo().username}@${hostname()}`;
}

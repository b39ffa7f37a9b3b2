// The way of a command to the desk of runs of whichever node of a cluster is there: when the one that it asked is gone, another is.
import { ControlRefused, strangeAnswer } from "../../actors/control/envelope.ts";
import { fromPlainJson, toPlainJson } from "../../actors/control/plain-json.ts";
import type { RunsRequest, WorkRequest } from "../../actors/control/run-requests.ts";
import type { RunAnswer } from "../../actors/runs/run-desk-protocol.ts";
import type { ServeReply, ServeRequest } from "../../actors/workspace/desk-protocol.ts";
import type { World } from "../../runtime/world.ts";
import type { RemoteConnection } from "../remote/connection.ts";
import { NodeUnreachable } from "../remote/failures.ts";
import { hearNode } from "../remote/finding.ts";
import type { DeskCall, DeskPayload, DeskValue, DeskWay } from "./asked.ts";
import { againMs, followLimits } from "./limits.ts";
import { granted, RunRefused } from "./refused.ts";

export interface RemoteWayOptions {
  readonly world: World;
  /** Connects; `isAgain`: any node of the cluster will do. @throws as `openRemote` */
  open(isAgain: boolean): Promise<RemoteConnection>;
}

/** Where requests go at the moment. */
interface Standing {
  readonly connection: RemoteConnection;
  readonly node: string;
}

export class RemoteWay implements DeskWay {
  readonly place: string;
  /** Hears when nobody answers, and (undefined) when somebody does again. */
  onLost: (why: string | undefined) => void = () => {};
  readonly #options: RemoteWayOptions;
  #standing: Standing;
  #moving: Promise<void> | undefined;
  #isLost = false;
  #isClosed = false;

  private constructor(options: RemoteWayOptions, connection: RemoteConnection) {
    this.#options = options;
    this.place = `the cluster "${connection.cluster}"`;
    this.#standing = { connection, node: connection.entry };
  }

  /** @throws as `open` */
  static async open(options: RemoteWayOptions): Promise<RemoteWay> {
    return new RemoteWay(options, await options.open(false));
  }

  /** The node that is asked now. */
  get node(): string {
    return this.#standing.node;
  }

  async ask<C extends DeskCall>(call: C, payload: DeskPayload<C>, timeoutMs: number): Promise<DeskValue<C>> {
    const { verb, request } = requestOf(call, payload);
    // What a person waits for is answered or refused soon; who reads a run has the patience that its cluster needs.
    const patienceMs = call === "read" ? followLimits.lostMsMax : followLimits.requestMsMax;
    const answer = await this.#patiently(patienceMs, call !== "fork", async (isAgain) => {
      const given = answerIn<DeskValue<C>>(this.node, await this.tell(verb, request, timeoutMs));
      // It was taken out the first time, and only nobody said so.
      const isDone = isAgain && call === "remove" && !given.ok && given.code === "unknown_run";
      return isDone ? ({ ok: true, value: null } as RunAnswer<DeskValue<C>>) : given;
    });
    return granted(answer);
  }

  /** One request to the node that is asked now, and what it answered. @throws as `RemoteConnection.control` */
  async tell(verb: "runs" | "work", request: RunsRequest | WorkRequest, timeoutMs: number): Promise<unknown> {
    const { connection, node } = this.#standing;
    const { answer } = await connection.control(node, verb, request as never, timeoutMs);
    return answer;
  }

  /** One long poll of a workspace that is here. @throws {RunRefused}; {ControlRefused} retryable where nobody answered */
  async serve({ workspace, answers, waitMs: wantedMs }: ServeRequest): Promise<ServeReply> {
    const { node } = this;
    // A node that drains waits for what it is asked.
    const waitMs = Math.min(wantedMs, followLimits.readWaitMs);
    const request = { what: "workspace", workspace, answers: toPlainJson(answers), waitMs } as const;
    try {
      return granted(
        answerIn<ServeReply>(node, await this.tell("work", request, waitMs + followLimits.readGraceMs)),
      );
    } catch (error) {
      const isElsewhere = error instanceof RunRefused && passing.has(error.code);
      if (!isPassing(error) && !isElsewhere) throw error;
      const isOver = this.#isClosed || answers.isLast === true;
      if (!(error instanceof ControlRefused) && !isOver) await this.#leave(node);
      throw new ControlRefused(node, error.code, error.message, true);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#standing.connection.close();
  }

  async #patiently<Value>(
    patienceMs: number,
    mayRepeat: boolean,
    asking: (isAgain: boolean) => Promise<RunAnswer<Value>>,
  ): Promise<RunAnswer<Value>> {
    const { clock, timers } = this.#options.world;
    const until = clock.now() + patienceMs;
    for (let losses = 0; ; losses += 1) {
      const { node } = this;
      try {
        const answer = await asking(losses > 0);
        if (answer.ok || !passing.has(answer.code)) {
          this.#found();
          return answer;
        }
        if (this.#isClosed || clock.now() >= until) return answer;
        this.#lose(answer.message);
        if (answer.code === "draining") await this.#leave(node);
      } catch (error) {
        if (!isPassing(error) || this.#isClosed || !mayRepeat || clock.now() >= until) throw error;
        this.#lose(error.message);
        if (error instanceof NodeUnreachable) await this.#leave(node);
      }
      await new Promise<void>((resolve) => timers.set(againMs(losses + 1), resolve));
    }
  }

  /** Has another node asked from now on, where there is one: another request may have found it already. */
  async #leave(node: string): Promise<void> {
    if (this.node !== node) return;
    this.#moving ??= this.#move().finally(() => {
      this.#moving = undefined;
    });
    await this.#moving;
  }

  async #move(): Promise<void> {
    const { world, open } = this.#options;
    const { connection, node } = this.#standing;
    if (connection.gate === undefined) {
      const other = await hearNode(world, connection.carrier, connection.cluster, node);
      if (other !== undefined) this.#standing = { connection, node: other };
      return;
    }
    try {
      const next = await open(true);
      this.#standing = { connection: next, node: next.entry };
      await connection.close();
      if (this.#isClosed) await next.close();
    } catch {
      // Nobody is there yet: the one that is known is asked again, and then this.
    }
  }

  #lose(why: string): void {
    this.#isLost = true;
    this.onLost(why);
  }

  #found(): void {
    if (this.#isLost) this.onLost(undefined);
    this.#isLost = false;
  }
}

/** Nobody answered, or what would have is being started again, or ended for good: then nobody answers the next time. */
function isPassing(error: unknown): error is NodeUnreachable | ControlRefused {
  if (error instanceof NodeUnreachable) return true;
  return error instanceof ControlRefused && (error.retryable || lostInside.has(error.code));
}

/** A part of the node ended, while it was asked or before. */
const lostInside: ReadonlySet<string> = new Set(["noproc", "callee_exited"]);

/** Refusals that say nothing of the run, and are over in a moment. */
const passing: ReadonlySet<string> = new Set(["draining", "store_unavailable"]);

function requestOf<C extends DeskCall>(
  call: C,
  payload: DeskPayload<C>,
):
  | { readonly verb: "runs"; readonly request: RunsRequest }
  | { readonly verb: "work"; readonly request: WorkRequest } {
  const request = { what: call, ...(toPlainJson(payload ?? {}) as object) } as unknown;
  const isReading = call === "list" || call === "find" || call === "read" || call === "blob";
  return isReading
    ? { verb: "runs", request: request as RunsRequest }
    : { verb: "work", request: request as WorkRequest };
}

/** @throws {ControlRefused} it is none */
function answerIn<Value>(node: string, answer: unknown): RunAnswer<Value> {
  const plain = plainOf(node, answer) as Partial<RunAnswer<Value> & { readonly value: Value }> | null;
  if (plain?.ok === true && "value" in plain) return plain as RunAnswer<Value>;
  if (plain?.ok === false && typeof plain.code === "string" && typeof plain.message === "string")
    return { ok: false, code: plain.code, message: plain.message };
  throw strangeAnswer(node);
}

function plainOf(node: string, answer: unknown): unknown {
  try {
    return fromPlainJson(answer);
  } catch (error) {
    if (error instanceof TypeError) throw strangeAnswer(node);
    throw error;
  }
}

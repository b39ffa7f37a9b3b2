// The runs of the desk on this program's own node. What this program began goes on while the program does, whatever is lost of it.
import { keeperName, type RunKeeper } from "../../actors/runs/keeper.ts";
import { type RunDesk, runDeskName } from "../../actors/runs/run-desk-protocol.ts";
import type { EffectChoice } from "../../actors/runs/run-entry.ts";
import type { RunCommand } from "../../actors/runs/run-options.ts";
import { isOver, type RunSummary } from "../../actors/runs/run-summary.ts";
import { CalleeExited, CallTimeout, type Node, NoProcess, named } from "../../runtime/index.ts";
import { AskedRuns, type DeskCall, type DeskPayload, type DeskValue, type DeskWay } from "./asked.ts";
import { againMs, followLimits } from "./limits.ts";
import { granted } from "./refused.ts";
import type { FollowOptions, RunEnd, RunOrder, Runs } from "./runs.ts";

export interface OwnRunsOptions {
  readonly node: Node;
  /** How people name where they are kept. */
  readonly place: string;
}

export function ownRuns(options: OwnRunsOptions): Runs {
  return new OwnRuns(options);
}

class OwnRuns extends AskedRuns {
  readonly #node: Node;
  /** Begun here, and not left. */
  readonly #mine = new Set<string>();

  constructor({ node, place }: OwnRunsOptions) {
    super(node.world, deskOf(node, place));
    this.#node = node;
  }

  override async submit(order: RunOrder, on?: string): Promise<string> {
    const id = await super.submit(order, on);
    this.#mine.add(id);
    return id;
  }

  override async resume(id: string, onUnknown?: EffectChoice): Promise<RunSummary> {
    const summary = await super.resume(id, onUnknown);
    this.#mine.add(id);
    return summary;
  }

  override async fork(id: string, at?: number): Promise<string> {
    const forked = await super.fork(id, at);
    this.#mine.add(forked);
    return forked;
  }

  override async follow(id: string, options: FollowOptions = {}): Promise<RunEnd> {
    let from = options.from ?? 1;
    for (let losses = 1; ; losses += 1) {
      const end = await super.follow(id, { ...options, from });
      const { phase, n } = end.summary;
      // What died with its supervisor has nobody else who would begin it again.
      const isLost = phase === "interrupted" && this.#mine.has(id);
      if (!isLost || losses > followLimits.lossesMax) return end;
      from = Math.max(from, n + 1);
      await this.#node.sleep(againMs(losses));
      options.signal?.throwIfAborted();
      await this.resume(id);
    }
  }

  override async leave(id: string, why: string): Promise<boolean> {
    this.#mine.delete(id);
    const keeper = this.#node.whereis(keeperName(id));
    if (keeper !== undefined) {
      const ended = new Promise<void>((resolve) => {
        this.#node.monitor(keeper, () => resolve());
      });
      const command: RunCommand = { type: "release", why };
      await this.#node.call(named<RunKeeper>(keeperName(id)), "tell", command).catch(() => false);
      await ended;
    }
    const { summary } = await this.reader.read({ id, from: 1, waitMs: 0, bytesMax: 1 });
    const { phase } = summary;
    return !isOver(phase) && phase !== "interrupted";
  }
}

function deskOf(node: Node, place: string): DeskWay {
  const desk = named<RunDesk>(runDeskName);
  return {
    place,
    ask: async <C extends DeskCall>(
      call: C,
      payload: DeskPayload<C>,
      timeoutMs: number,
    ): Promise<DeskValue<C>> => {
      for (let losses = 1; ; losses += 1) {
        try {
          return granted((await node.call(desk, call, payload as never, { timeoutMs })) as never);
        } catch (error) {
          // It is being started again; every call may be made twice.
          if (!isLost(error) || losses > followLimits.lossesMax) throw error;
          await node.sleep(againMs(losses));
        }
      }
    },
  };
}

function isLost(error: unknown): boolean {
  return error instanceof NoProcess || error instanceof CalleeExited || error instanceof CallTimeout;
}
